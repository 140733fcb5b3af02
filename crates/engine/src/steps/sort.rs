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
    #[test]
    fn many_keys_order_as_few_do() {
        let mut columns = json!({
            "x": [0.0, null, -0.0, 2.5, -1.0, -0.0, null, 0.0],
            "t": ["b", "a", "c", null, "", "b", "é", null],
            "f": [true, false, null, true, false, true, null, false],
            "d": [1, 2, 3, 4, 5, 6, 7, 8]
        });
        let decisive =
            [json!({"column": "x"}), json!({"column": "t", "order": "desc"}), json!({"column": "f", "order": "asc"})];
        let mut keys = Vec::new();
        for number in 0..40 {
            let name = format!("k{number}");
            columns[&name] = json!(vec![number; 8]);
            keys.push(json!({"column": name, "order": if number % 2 == 0 { "asc" } else { "desc" }}));
        }
        keys.extend(decisive.clone());
        let sorted = |keys: &[serde_json::Value], after: serde_json::Value| {
            let mut steps = vec![json!({"name": "sort", "columns": [{"column": "d", "order": "desc"}]})];
            steps.push(json!({"name": "sort", "columns": keys}));
            steps.extend(after.as_array().unwrap().iter().cloned());
            run(table(columns.clone()), json!(steps))["d"].clone()
        };
        let again = json!([{"name": "sort", "columns": [{"column": "f", "order": "desc"}]},
            {"name": "top", "groups": ["f"], "rankOn": "k1", "sort": "asc", "limit": 2}]);
        for after in [json!([]), again] {
            assert_eq!(sorted(&keys, after.clone()), sorted(&decisive, after));
        }
    }
}
