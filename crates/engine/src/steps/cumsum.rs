//! `cumsum`: adds up columns along a reference column, over all rows or per group; the rows come out in that order.

use aracari_app::steps::cumsum::Cumsum;

use crate::error::EngineError;
use crate::operators::cumulate::{Cumulate, Sum};
use crate::operators::{KeepsOrder, apply};
use crate::table::{OrderKey, Table, column};

pub(super) fn compile(step: &Cumsum, table: Table) -> Result<Table, EngineError> {
    step.check().map_err(EngineError::invalid)?;
    table.column(&step.reference_column)?;
    let groups = step.groupby.clone().unwrap_or_default();
    groups.iter().try_for_each(|group| table.column(group).map(drop))?;
    let mut sums = Vec::new();
    let mut added = Vec::new();
    for (source, name) in step.sums() {
        let (_, kind) = table.typed(source)?;
        let integers = super::numbers("cumsum", source, kind)?;
        let into = table.names().next();
        added.push((name, column(&into)));
        sums.push(Sum { column: source.to_owned(), into, integers });
    }
    let reference = OrderKey { column: step.reference_column.clone(), ascending: true };
    let cumulated = apply(table, KeepsOrder::No, |order| Cumulate {
        order: std::iter::once(reference).chain(order).collect(),
        groups,
        sums,
    })?;
    cumulated.with_columns(added)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, table};

    #[test]
    fn rows_come_in_the_order_of_the_reference_and_equal_ones_in_theirs() {
        let input = table(json!({
            "week": [2, 1, null, 2, 1], "shop": ["a", "b", "a", "b", "a"], "n": [1, 2, 4, 8, 16],
            "x": [0.5, null, 1.0, 0.25, 2.0], "open": [true, false, true, null, true]
        }));
        let sums = json!([["n", "all"], ["x", null], ["open", ""]]);
        let answer = run(input, json!([{"name": "cumsum", "toCumSum": sums, "referenceColumn": "week"}]));
        let expected = json!({
            "week": [1, 1, 2, 2, null], "shop": ["b", "a", "a", "b", "a"], "n": [2, 16, 1, 8, 4],
            "x": [null, 2.0, 0.5, 0.25, 1.0], "open": [false, true, true, null, true],
            "all": [2, 18, 19, 27, 31], "x_CUMSUM": [null, 2.0, 2.5, 2.75, 3.75], "open_CUMSUM": [0, 1, 2, null, 3]
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn each_group_has_its_own_sum_the_nameless_one_too() {
        let input = table(json!({"day": ["c", "a", "b", "d"], "g": ["x", null, "x", null], "n": [1, 2, 3, 4]}));
        let step = json!({"name": "cumsum", "to_cumsum": [["n", "n"]], "reference_column": "day", "groupby": ["g"]});
        let expected = json!({"day": ["a", "b", "c", "d"], "g": [null, "x", "x", null], "n": [2, 3, 4, 6]});
        assert_eq!(run(input.clone(), json!([step])), expected);
        let older = json!({"name": "cumsum", "valueColumn": "n", "newColumn": "s", "referenceColumn": "day"});
        assert_eq!(run(input.clone(), json!([older]))["s"], json!([2, 5, 6, 10]));
        let unnamed = json!({"name": "cumsum", "value_column": "n", "reference_column": "day"});
        assert_eq!(run(input, json!([unnamed]))["n_CUMSUM"], json!([2, 5, 6, 10]));
    }

    #[test]
    fn equal_references_keep_the_order_of_an_earlier_sort() {
        let input = table(json!({"day": [1, 2, 1, 2], "n": [1, 3, 2, 4]}));
        let steps = json!([{"name": "sort", "columns": [{"column": "n", "order": "desc"}]},
            {"name": "cumsum", "toCumSum": [["n", "s"]], "referenceColumn": "day"},
            {"name": "delete", "columns": ["day"]}]);
        assert_eq!(run(input, steps), json!({"n": [2, 1, 4, 3], "s": [2, 3, 7, 10]}));
    }

    #[test]
    fn what_cannot_be_added_up_says_why() {
        let input = table(json!({"day": [1, 2], "n": [i64::MAX, 1], "t": ["a", "b"]}));
        let step =
            |sums: Value, reference: &str| json!([{"name": "cumsum", "toCumSum": sums, "referenceColumn": reference}]);
        assert!(failure(input.clone(), step(json!([["n", "s"]]), "day")).contains("too large for an integer"));
        assert!(failure(input.clone(), step(json!([["t", "s"]]), "day")).contains("`cumsum` needs numbers"));
        assert!(failure(input.clone(), step(json!([]), "day")).contains("`toCumSum` is missing"));
        assert!(failure(input, step(json!([["n", "s"]]), "night")).contains("no column `night`"));
    }

    #[test]
    fn no_rows_give_no_sums() {
        let steps = json!([{"name": "filter", "condition": {"column": "n", "value": 9}},
            {"name": "cumsum", "toCumSum": [["n", "s"]], "referenceColumn": "n", "groupby": ["n"]}]);
        assert_eq!(run(table(json!({"n": [1]})), steps), json!({"n": [], "s": []}));
    }

    type Row = (Option<i64>, usize, Option<i64>);

    proptest! {
        #[test]
        fn sums_equal_those_of_a_plain_loop(
            rows in prop::collection::vec((prop::option::of(-3_i64..3), 0_usize..3, prop::option::of(-9_i64..9)), 1..60)
        ) {
            let groups = ["a", "b", "c"];
            let column = |value: &dyn Fn(&Row) -> Value| rows.iter().map(value).collect::<Value>();
            let input = table(json!({
                "day": column(&|row| json!(row.0)), "g": column(&|row| json!(groups[row.1])), "n": column(&|row| json!(row.2))
            }));
            prop_assume!(rows.iter().any(|row| row.0.is_some()) && rows.iter().any(|row| row.2.is_some()));
            let step = json!({"name": "cumsum", "toCumSum": [["n", "s"]], "referenceColumn": "day", "groupby": ["g"]});
            let answer = run(input, json!([step]));

            let mut sorted = rows.clone();
            sorted.sort_by_key(|row| (row.0.is_none(), row.0));
            let mut totals = HashMap::new();
            let sums: Value = sorted.iter().map(|(_, group, value)| {
                let total = totals.entry(*group).or_insert(0);
                *total += value.unwrap_or_default();
                json!(value.map(|_| *total))
            }).collect();
            prop_assert_eq!(&answer["s"], &sums);
        }
    }
}
