//! `delete`: removes the named columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, similar_or_known};
use crate::schema::TableSchema;

/// Removes the named columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delete {
    /// The columns to remove; one that is not there is no mistake.
    pub columns: Vec<String>,
}

impl Columns for Delete {
    /// Names that do not exist are no mistake, the column is gone either way; they may be misspelt.
    fn infer(&self, mut input: TableSchema, context: &Context<'_>) -> Inferred {
        for name in self.columns.iter().filter(|name| input.get(name).is_none()) {
            let message = format!("there is no column `{name}` here: nothing is deleted");
            context.doubt(Problem::new(message).hint(similar_or_known(&input, name)));
        }
        input.columns.retain(|name, _| !self.columns.contains(name));
        if input.columns.is_empty() && input.open.is_none() {
            return Err(Problem::new("this deletes every column"));
        }
        Ok(input)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::told;
    use crate::schema::ColumnType;
    use serde_json::json;

    #[test]
    fn a_name_that_is_not_there_is_doubtful() {
        let columns = [("shop", ColumnType::Text), ("amount", ColumnType::Float)];
        let delete = |name: &str| told(json!({"name": "delete", "columns": [name]}), columns);
        assert_eq!(delete("shop"), "");
        assert_eq!(
            delete("amuont"),
            "doubt: there is no column `amuont` here: nothing is deleted; did you mean `amount`?"
        );
    }
}
