//! `delete`: removes the named columns; those that do not exist are gone already.

use aracari_app::steps::delete::Delete;

use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Delete, table: Table) -> Result<Table, EngineError> {
    let kept = table.all().into_iter().filter(|(name, _)| !step.columns.contains(name)).collect();
    table.project(kept)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn a_column_that_rows_were_sorted_by_may_go() {
        let input = table(json!({"a": [1, 2, 3], "b": [2, 3, 1]}));
        let steps =
            json!([{"name": "sort", "columns": [{"column": "b"}]}, {"name": "delete", "columns": ["b", "nothing"]}]);
        assert_eq!(run(input, steps), json!({"a": [3, 1, 2]}));
    }
}
