//! `movingaverage`: averages a column over a window of rows; the rows come out by group and order.

use aracari_app::steps::movingaverage::Movingaverage;

use crate::error::EngineError;
use crate::operators::average::Average;
use crate::operators::{KeepsOrder, apply};
use crate::table::{OrderKey, Table, column};

pub(super) fn compile(step: &Movingaverage, table: Table) -> Result<Table, EngineError> {
    let value = step.value().map_err(EngineError::invalid)?;
    let (_, kind) = table.typed(value)?;
    super::numbers("movingaverage", value, kind)?;
    table.column(&step.column_to_sort)?;
    step.groups.iter().try_for_each(|group| table.column(group).map(drop))?;
    let into = table.names().next();
    let average = column(&into);
    let key = OrderKey { column: step.column_to_sort.clone(), ascending: true };
    let averaged = apply(table, KeepsOrder::No, |order| Average {
        value: value.to_owned(),
        groups: step.groups.clone(),
        order: std::iter::once(key).chain(order).collect(),
        window: usize::try_from(step.moving_window).unwrap_or(usize::MAX),
        into,
    })?;
    averaged.with_columns(vec![(step.new_name(), average)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, table};

    #[test]
    fn an_average_needs_a_full_window_of_values() {
        let input = table(json!({"day": [3, 1, 2, 5, 4, 6], "v": [30, 10, 20, null, 40, 60]}));
        let averaged = |window: u64| {
            let step =
                json!({"name": "movingaverage", "valueColumn": "v", "columnToSort": "day", "movingWindow": window});
            run(input.clone(), json!([step]))
        };
        let expected = json!({"day": [1, 2, 3, 4, 5, 6], "v": [10, 20, 30, 40, null, 60],
            "v_MOVING_AVG": [null, 15.0, 25.0, 35.0, null, null]});
        assert_eq!(averaged(2), expected);
        assert_eq!(averaged(1)["v_MOVING_AVG"], json!([10.0, 20.0, 30.0, 40.0, null, 60.0]));
        assert_eq!(averaged(7)["v_MOVING_AVG"], json!([null, null, null, null, null, null]));
    }

    #[test]
    fn each_group_has_its_own_window_and_groups_come_sorted() {
        let input =
            table(json!({"g": ["b", null, "a", "b", "a", null], "day": [1, 1, 2, 2, 1, 2], "v": [1, 2, 3, 4, 5, 6]}));
        let step = json!({"name": "movingaverage", "value_column": "v", "column_to_sort": "day", "moving_window": 2,
            "groups": ["g"], "new_column_name": "m"});
        let expected = json!({"g": ["a", "a", "b", "b", null, null], "day": [1, 2, 1, 2, 1, 2], "v": [5, 3, 1, 4, 2, 6],
            "m": [null, 4.0, null, 2.5, null, 4.0]});
        assert_eq!(run(input, json!([step])), expected);
    }

    #[test]
    fn large_values_leave_nothing_behind() {
        let input = table(json!({"v": [1e300, 1.0, 2.0, 1e-3, 3.0]}));
        let steps = json!([{"name": "cumsum", "toCumSum": [["v", "k"]], "referenceColumn": "v"}, {"name": "delete", "columns": ["k"]},
            {"name": "movingaverage", "valueColumn": "v", "columnToSort": "v", "movingWindow": 2}]);
        assert_eq!(run(input, steps)["v_MOVING_AVG"], json!([null, 0.5005, 1.5, 2.5, 5e299]));
    }

    #[test]
    fn what_cannot_be_averaged_says_why() {
        let step = |value: Value, window: u64| json!([{"name": "movingaverage", "valueColumn": value, "columnToSort": "v", "movingWindow": window}]);
        let input = table(json!({"v": [1], "t": ["a"]}));
        assert!(failure(input.clone(), step(json!("v"), 0)).contains("at least 1"));
        assert!(failure(input.clone(), step(json!(null), 2)).contains("`valueColumn` is missing"));
        assert!(failure(input.clone(), step(json!("t"), 2)).contains("needs numbers"));
        let none = json!([{"name": "filter", "condition": {"column": "v", "value": 2}},
            {"name": "movingaverage", "valueColumn": "v", "columnToSort": "v", "movingWindow": 2, "groups": ["t"]}]);
        assert_eq!(run(input, none), json!({"v": [], "t": [], "v_MOVING_AVG": []}));
    }

    proptest! {
        #[test]
        fn averages_equal_those_of_a_plain_loop(
            rows in prop::collection::vec((0_i64..3, prop::option::of(-1e6_f64..1e6)), 1..40), window in 1_usize..5
        ) {
            prop_assume!(rows.iter().any(|row| row.1.is_some()));
            let step = json!({"name": "movingaverage", "valueColumn": "v", "columnToSort": "day", "movingWindow": window});
            let days: Value = rows.iter().map(|row| json!(row.0)).collect();
            let values: Value = rows.iter().map(|row| json!(row.1)).collect();
            let answer = run(table(json!({"day": days, "v": values})), json!([step]));

            let mut sorted = rows.clone();
            sorted.sort_by_key(|row| row.0);
            for (index, found) in answer["v_MOVING_AVG"].as_array().unwrap().iter().enumerate() {
                let last = (index + 1).checked_sub(window).map(|first| &sorted[first..=index]);
                let sum: Option<f64> = last.and_then(|last| last.iter().map(|row| row.1).sum());
                #[expect(clippy::cast_precision_loss, reason = "windows are small")]
                let average = sum.map(|sum| sum / window as f64);
                match (average, found.as_f64()) {
                    (Some(average), Some(found)) => prop_assert!((average - found).abs() < 1e-6),
                    (average, found) => prop_assert_eq!(average, found),
                }
            }
        }
    }
}
