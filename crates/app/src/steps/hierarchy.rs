//! `hierarchy`: unites shapes upwards along a hierarchy of columns, each level added as rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rollup::MAX_LEVELS;
use super::simplify::{GEOMETRY, geometry_column};
use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, shape};
use crate::schema::{ColumnType, TableSchema};

/// Unites shapes upwards along a hierarchy of columns, each level added as rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hierarchy {
    /// What the column of levels is called.
    #[serde(default = "default_hierarchy_level_column", alias = "hierarchy_level_column")]
    pub hierarchy_level_column: String,
    /// The columns of the levels, the widest first.
    pub hierarchy: Vec<String>,
    /// Whether rows without a value on a level count.
    #[serde(default, alias = "include_nulls")]
    pub include_nulls: bool,
}

impl Hierarchy {
    /// What the step cannot do, whatever comes in.
    pub fn mistake(&self) -> Option<String> {
        let levels = self.hierarchy.len();
        (levels > MAX_LEVELS)
            .then(|| format!("`hierarchy` works with at most {MAX_LEVELS} levels, and here are {levels}"))
    }
}

fn default_hierarchy_level_column() -> String {
    "hierarchy_level".to_owned()
}

impl Columns for Hierarchy {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        geometry_column(&input)?;
        if self.hierarchy.is_empty() {
            let hint = "name the columns from the widest level to the finest";
            return Err(Problem::new("there is no column in `hierarchy`").hint(hint));
        }
        if let Some(mistake) = self.mistake() {
            return Err(Problem::new(mistake));
        }
        self.hierarchy.iter().try_for_each(|name| column(&input, name).map(drop))?;
        Ok(shape::with(input, &self.hierarchy_level_column, ColumnType::Integer))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(GEOMETRY).read_all(&self.hierarchy).write(GEOMETRY).write(&self.hierarchy_level_column)
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake};
    use serde_json::json;

    #[test]
    fn a_level_is_added() {
        let step = json!({"name": "hierarchy", "hierarchy": ["text"], "hierarchy_level_column": "level"});
        assert!(columns(step).ends_with("geometry geometry, level integer"));
        assert!(mistake(json!({"name": "hierarchy", "hierarchy": []})).contains("widest"));
        let deep = json!({"name": "hierarchy", "hierarchy": vec!["text"; 21]});
        assert!(mistake(deep).contains("at most 20 levels, and here are 21"));
    }
}
