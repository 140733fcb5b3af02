//! `customsql`: one read-only SQL query over the rows so far.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, shape};
use crate::schema::{ColumnType, TableSchema};
use crate::template::{Piece, placeholders};

/// One read-only SQL query over the rows so far. A column without `AS` is called as it is written: `sum(sold)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Customsql {
    /// One `select`; the rows so far are the table `input`.
    pub query: String,
    /// The columns that come out, where they cannot be told from the query.
    #[serde(default)]
    pub columns: Option<Vec<String>>,
}

impl Columns for Customsql {
    /// The columns are those that the query makes; where it is not understood, those that the step names.
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        if self.query.trim().is_empty() {
            let hint = "write `SELECT … FROM input`, where `input` is the rows so far";
            return Err(Problem::new("the `query` is empty").hint(hint));
        }
        if let Some(doubt) = unbound(&self.query) {
            context.doubt(doubt.at(&["query"]));
        }
        if let Some(told) = context.sql(self, &input) {
            return told;
        }
        match &self.columns {
            Some(names) => shape::distinct(names.iter().map(|name| (name.clone(), ColumnType::Unknown))),
            None => Ok(TableSchema { open: Some(ColumnType::Unknown), ..TableSchema::default() }),
        }
    }

    /// What the reader may not see is taken away before the query sees it.
    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}

/// Says of a variable in SQL that it is none.
pub(crate) fn unbound(query: &str) -> Option<Problem> {
    let name = placeholders(query).into_iter().find_map(|piece| match piece {
        Piece::Placeholder(name) if !name.is_empty() => Some(name),
        _ => None,
    })?;
    let message = format!("`{{{{ {name} }}}}` stays as it is written: no variable is bound in SQL");
    let condition = format!("{{ column: …, operator: eq, value: \"{{{{ {name} }}}}\" }}");
    Some(
        Problem::new(message)
            .hint(format!("keep the rows in a step of their own: {{ name: filter, condition: {condition} }}")),
    )
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake, told};
    use serde_json::json;

    #[test]
    fn a_variable_in_sql_is_doubtful() {
        let step = |query: &str| told(json!({"name": "customsql", "query": query}), []);
        assert_eq!(
            step("SELECT * FROM input WHERE shop = '{{ shop }}'"),
            "doubt: `{{ shop }}` stays as it is written: no variable is bound in SQL; keep the rows in a step of their own: { name: filter, condition: { column: …, operator: eq, value: \"{{ shop }}\" } }"
        );
        assert_eq!(step("SELECT '{{' AS a, '{}' AS b FROM input"), "");
    }

    #[test]
    fn the_columns_are_those_that_are_named() {
        let query = "SELECT text AS a, 1 AS b FROM input";
        assert_eq!(
            columns(json!({"name": "customsql", "query": query, "columns": ["b", "a"]})),
            "b unknown, a unknown"
        );
        assert_eq!(columns(json!({"name": "customsql", "query": query})), "… unknown");
        assert!(mistake(json!({"name": "customsql", "query": " "})).contains("`input` is the rows so far"));
    }
}
