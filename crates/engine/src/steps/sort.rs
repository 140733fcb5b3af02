//! `sort`: orders the rows, nulls last in both directions; equal keys keep their order.

use aracari_app::steps::sort::{Order, Sort};

use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Sort, table: Table) -> Result<Table, EngineError> {
    let mut keys = Vec::with_capacity(step.columns.len());
    for key in &step.columns {
        keys.push((table.column(&key.column)?, key.order == Order::Asc));
    }
    table.ordered_by(keys)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn nulls_are_last_and_equal_keys_keep_their_order() {
        let input = table(json!({"k": [2, null, 1, 2, 1, null], "n": [0, 1, 2, 3, 4, 5]}));
        let sorted = |order: &str| {
            run(input.clone(), json!([{"name": "sort", "columns": [{"column": "k", "order": order}]}]))["n"].clone()
        };
        assert_eq!(sorted("asc"), json!([2, 4, 0, 3, 1, 5]));
        assert_eq!(sorted("desc"), json!([0, 3, 2, 4, 1, 5]));
    }

    #[test]
    fn a_later_sort_keeps_the_earlier_one_among_equals() {
        let input = table(json!({"a": [1, 2, 1, 2], "b": [3, 1, 2, 4]}));
        let steps = json!([{"name": "sort", "columns": [{"column": "b", "order": "desc"}]},
            {"name": "filter", "condition": {"column": "b", "operator": "gt", "value": 0}},
            {"name": "sort", "columns": [{"column": "a"}]}]);
        assert_eq!(run(input, steps), json!({"a": [1, 1, 2, 2], "b": [3, 2, 4, 1]}));
    }
}
