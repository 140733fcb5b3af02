//! `uniquegroups`: keeps one row for each distinct combination of columns, sorted, nulls last.

use aracari_app::steps::aggregate::Aggregate;
use aracari_app::steps::uniquegroups::Uniquegroups;

use super::aggregate;
use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Uniquegroups, table: Table) -> Result<Table, EngineError> {
    let groups = Aggregate {
        on: step.on.clone(),
        aggregations: Vec::new(),
        keep_original_granularity: None,
        count_nulls: false,
    };
    aggregate::compile(&groups, table)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn each_combination_comes_once_null_included() {
        let input = table(
            json!({"a": [2, 1, null, 2, 1, null], "b": ["x", "y", null, "x", "z", null], "n": [1, 2, 3, 4, 5, 6]}),
        );
        let steps = json!([{"name": "uniquegroups", "on": ["a", "b"]}]);
        assert_eq!(run(input, steps), json!({"a": [1, 1, 2, null], "b": ["y", "z", "x", null]}));
    }
}
