//! `argmax`: keeps the rows with the largest value of a column, over all rows or per group, ties included.

use aracari_app::steps::argmax::Argmax;

use super::ordered;
use crate::error::EngineError;
use crate::operators::extremes::Extremes;
use crate::operators::{KeepsOrder, apply};
use crate::table::Table;

pub(super) fn compile(step: &Argmax, table: Table) -> Result<Table, EngineError> {
    ordered("argmax", &step.column, &table)?;
    step.groups.iter().try_for_each(|group| table.column(group).map(drop))?;
    let (column, groups) = (step.column.clone(), step.groups.clone());
    apply(table, KeepsOrder::Yes, |_| Extremes { column, groups, largest: true })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, table};

    #[test]
    fn ties_stay_in_their_order_and_each_group_has_its_own() {
        let input = table(json!({
            "n": ["p", "q", "r", "s", "t", "u", "v"], "g": ["a", "b", "b", "b", null, "c", "c"],
            "w": [3, 5, 1, 5, 2, null, null], "word": ["z", null, "y", "y", "z", "z", "y"]
        }));
        let kept = |column: &str, groups: Value| {
            run(input.clone(), json!([{"name": "argmax", "column": column, "groups": groups}]))
        };
        assert_eq!(kept("w", json!([]))["n"], json!(["q", "s"]));
        let words = kept("word", json!([]));
        assert!(words["word"].as_array().unwrap().iter().all(|word| *word == json!("z")));
        // A group without any value keeps its rows.
        let groups = kept("w", json!(["g"]));
        assert!(groups["n"].as_array().unwrap().ends_with(json!(["u", "v"]).as_array().unwrap()));
        let steps = json!([{"name": "sort", "columns": [{"column": "n", "order": "desc"}]},
            {"name": "argmax", "column": "w"}, {"name": "select", "columns": ["n"]}]);
        let mut reversed = json!(["q", "s"]).as_array().unwrap().clone();
        reversed.reverse();
        assert_eq!(run(input.clone(), steps)["n"], json!(reversed));
        assert!(failure(input.clone(), json!([{"name": "argmax", "column": "x"}])).contains("no column `x`"));
        let none = json!([{"name": "filter", "condition": {"column": "w", "value": 99}},
            {"name": "argmax", "column": "w", "groups": ["g"]}, {"name": "select", "columns": ["n"]}]);
        assert_eq!(run(input, none), json!({"n": []}));
    }

    proptest! {
        #[test]
        fn the_kept_rows_are_those_of_the_extreme(rows in prop::collection::vec((0_i64..3, -4_i64..4), 1..50)) {
            let column = |value: fn(&(i64, i64)) -> i64| rows.iter().map(|row| json!(value(row))).collect::<Value>();
            let input = table(json!({"g": column(|row| row.0), "v": column(|row| row.1)}));
            let answer = run(input, json!([{"name": "argmax", "column": "v", "groups": ["g"]}]));
            let best = |group: i64| rows.iter().filter(|row| row.0 == group).map(|row| row.1).max();
            let kept: Value = rows.iter().filter(|row| best(row.0) == Some(row.1)).map(|row| json!(row.0)).collect();
            prop_assert_eq!(&answer["g"], &kept);
        }
    }
}
