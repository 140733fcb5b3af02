//! `rank`: ranks rows by a column, over all rows or per group; the rows come out by rank, those without a value last.

use aracari_app::steps::rank::{Rank, RankMethod};
use aracari_app::steps::sort::Order;

use super::ordered;
use crate::error::EngineError;
use crate::operators::{KeepsOrder, apply, rank};
use crate::table::{OrderKey, Table, column};

pub(super) fn compile(step: &Rank, table: Table) -> Result<Table, EngineError> {
    ordered("rank", &step.value_col, &table)?;
    step.groupby.iter().try_for_each(|group| table.column(group).map(drop))?;
    let into = table.names().next();
    let rank = column(&into);
    let ranked = apply(table, KeepsOrder::No, |order| rank::Rank {
        value: OrderKey { column: step.value_col.clone(), ascending: step.order == Order::Asc },
        groups: step.groupby.clone(),
        dense: step.method == RankMethod::Dense,
        into,
        order,
    })?;
    ranked.with_columns(vec![(step.new_name(), rank)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, table};

    #[test]
    fn rows_come_by_rank_and_those_without_a_value_last() {
        let input = table(json!({"n": ["p", "q", "r", "s", "t"], "v": [5.0, null, -0.0, 5.0, 0.0]}));
        let ranked = |order: &str, method: &str| {
            let step = json!({"name": "rank", "valueCol": "v", "order": order, "method": method});
            run(input.clone(), json!([step]))
        };
        let expected =
            json!({"n": ["r", "t", "p", "s", "q"], "v": [-0.0, 0.0, 5.0, 5.0, null], "v_RANK": [1, 1, 3, 3, null]});
        assert_eq!(ranked("asc", "standard"), expected);
        assert_eq!(ranked("asc", "dense")["v_RANK"], json!([1, 1, 2, 2, null]));
        assert_eq!(ranked("desc", "standard")["n"], json!(["p", "s", "r", "t", "q"]));
    }

    #[test]
    fn each_group_has_its_own_ranks_the_nameless_one_too() {
        let input = table(json!({"g": ["b", null, "b", null, "b"], "v": ["m", "z", "k", "a", "m"]}));
        let step = json!({"name": "rank", "value_col": "v", "order": "desc", "method": "dense", "groupby": ["g"],
            "new_column_name": "place"});
        let expected =
            json!({"g": ["b", null, "b", "b", null], "v": ["m", "z", "m", "k", "a"], "place": [1, 1, 1, 2, 2]});
        assert_eq!(run(input, json!([step])), expected);
    }

    #[test]
    fn equal_ranks_keep_the_order_of_an_earlier_sort() {
        let input = table(json!({"n": [1, 2, 3], "v": [7, 7, 7]}));
        let steps = json!([{"name": "sort", "columns": [{"column": "n", "order": "desc"}]},
            {"name": "rank", "valueCol": "v", "order": "asc", "method": "standard", "newColumnName": "v"}]);
        assert_eq!(run(input, steps), json!({"n": [3, 2, 1], "v": [1, 1, 1]}));
    }

    #[test]
    fn only_what_is_there_is_ranked() {
        let step = json!([{"name": "rank", "valueCol": "w", "order": "asc", "method": "dense"}]);
        assert!(failure(table(json!({"v": [1]})), step).contains("no column `w`"));
        let none = json!([{"name": "filter", "condition": {"column": "v", "value": 2}},
            {"name": "rank", "valueCol": "v", "order": "asc", "method": "dense"}]);
        assert_eq!(run(table(json!({"v": [1]})), none), json!({"v": [], "v_RANK": []}));
    }

    proptest! {
        #[test]
        fn ranks_equal_those_that_are_counted(
            rows in prop::collection::vec((0_usize..3, prop::option::of(-4_i64..4)), 1..60), dense: bool, ascending: bool
        ) {
            prop_assume!(rows.iter().any(|row| row.1.is_some()));
            let groups: Value = rows.iter().map(|row| json!(row.0)).collect();
            let values: Value = rows.iter().map(|row| json!(row.1)).collect();
            let step = json!({"name": "rank", "valueCol": "v", "groupby": ["g"],
                "order": if ascending { "asc" } else { "desc" }, "method": if dense { "dense" } else { "standard" }});
            let answer = run(table(json!({"g": groups, "v": values})), json!([step]));

            let mut ranked: Vec<(Option<usize>, usize, Option<i64>)> = rows.iter().map(|(group, value)| {
                let rank = value.map(|value| {
                    let mut better: Vec<i64> = rows.iter().filter(|row| row.0 == *group).filter_map(|row| row.1)
                        .filter(|other| if ascending { *other < value } else { *other > value }).collect();
                    if dense {
                        better.sort_unstable();
                        better.dedup();
                    }
                    better.len() + 1
                });
                (rank, *group, *value)
            }).collect();
            ranked.sort_by_key(|(rank, ..)| rank.unwrap_or(usize::MAX));
            prop_assert_eq!(&answer["v_RANK"], &ranked.iter().map(|row| json!(row.0)).collect::<Value>());
            prop_assert_eq!(&answer["g"], &ranked.iter().map(|row| json!(row.1)).collect::<Value>());
            prop_assert_eq!(&answer["v"], &ranked.iter().map(|row| json!(row.2)).collect::<Value>());
        }
    }
}
