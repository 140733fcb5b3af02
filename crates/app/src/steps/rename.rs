//! `rename`: gives columns other names, all at once.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, column};
use crate::schema::{ColumnType, TableSchema};

/// Gives columns other names, all at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, try_from = "Written")]
pub struct Rename {
    /// Pairs of old and new name.
    pub to_rename: Vec<(String, String)>,
}

/// The step as it may be written.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "Rename", rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    /// Pairs of old and new name.
    #[serde(alias = "to_rename")]
    to_rename: Option<Vec<(String, String)>>,
    /// The older spelling, for one column.
    #[serde(rename = "oldname")]
    old_name: Option<String>,
    /// The older spelling, for one column.
    #[serde(rename = "newname")]
    new_name: Option<String>,
}

impl TryFrom<Written> for Rename {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match (written.to_rename, written.old_name, written.new_name) {
            (Some(to_rename), None, None) => Ok(Self { to_rename }),
            (None, Some(old), Some(new)) => Ok(Self { to_rename: vec![(old, new)] }),
            (None, None, None) => Err("the key `toRename` is missing".into()),
            (Some(_), _, _) => Err("`oldname` and `newname` are the older spelling of `toRename`: keep one".into()),
            (None, _, _) => Err("`oldname` and `newname` stand together; better write `toRename: [[old, new]]`".into()),
        }
    }
}

impl Columns for Rename {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let mut known = input.columns.clone();
        for (old, _) in &self.to_rename {
            known.insert(old.clone(), context.or(column(&input, old), ColumnType::Unknown));
        }
        let (mut columns, open) = (IndexMap::new(), input.open);
        for (name, kind) in known {
            let new = self.to_rename.iter().find(|(old, _)| *old == name).map_or(&name, |(_, new)| new);
            if columns.insert(new.clone(), kind).is_some() {
                return Err(Problem::new(format!("two columns would be called `{new}`")));
            }
        }
        Ok(TableSchema { columns, open, ..TableSchema::default() })
    }

    /// The engine follows restricted columns to their new names itself.
    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}
