//! `duplicate`: copies a column under another name.

use aracari_app::steps::duplicate::Duplicate;

use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Duplicate, table: Table) -> Result<Table, EngineError> {
    let copy = table.column(&step.column)?;
    table.with_columns(vec![(step.new_column_name.clone(), copy)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn a_copy_is_a_column_of_its_own() {
        let input = table(json!({"a": [1, null], "b": ["x", "y"]}));
        let steps = json!([{"name": "duplicate", "column": "a", "newColumnName": "c"},
            {"name": "duplicate", "column": "a", "new_column_name": "b"},
            {"name": "formula", "newColumn": "a", "formula": "a + 1"}]);
        assert_eq!(run(input, steps), json!({"a": [2, null], "b": [1, null], "c": [1, null]}));
    }

    #[test]
    fn what_is_not_there_cannot_be_copied() {
        let steps = json!([{"name": "duplicate", "column": "z", "newColumnName": "c"}]);
        assert!(failure(table(json!({"a": [1]})), steps).contains("no column `z`"));
    }
}
