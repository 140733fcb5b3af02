//! `evolution`: compares each value with that of an earlier date; a row without an earlier one has no evolution.

use aracari_app::schema::ColumnType;
use aracari_app::steps::evolution::{Evolution, EvolutionFormat, EvolutionType};
use arrow::datatypes::{DataType, Field};
use datafusion::functions::math::expr_fn::abs;
use datafusion::logical_expr::{cast, lit, when};

use crate::column_type::canonical_type;
use crate::error::EngineError;
use crate::exact::difference;
use crate::functions::{self, Period};
use crate::operators::earlier::Earlier;
use crate::operators::{KeepsOrder, apply};
use crate::table::{Table, column};

pub(super) fn compile(step: &Evolution, table: Table) -> Result<Table, EngineError> {
    let dated = with_dates(&step.date_col, table)?;
    let (value, kind) = dated.typed(&step.value_col)?;
    let is_integer = super::numbers("evolution", &step.value_col, kind)?;
    let kind = if is_integer { ColumnType::Integer } else { ColumnType::Float };
    let number = canonical_type(kind);
    step.index_columns.iter().try_for_each(|name| dated.column(name).map(drop))?;

    let into = dated.names().next();
    let earlier = cast(column(&into), number.clone());
    let data_type = dated.plan().schema().field_with_unqualified_name(&step.value_col)?.data_type().clone();
    let compared = apply(dated, KeepsOrder::Sorted, |_| Earlier {
        date: step.date_col.clone(),
        period: period(step.evolution_type),
        groups: step.index_columns.iter().filter(|name| **name != step.date_col).cloned().collect(),
        value: Field::new(&step.value_col, data_type, true),
        into,
    })?;

    let difference = difference(cast(value, number), earlier.clone(), kind);
    let evolution = match step.evolution_format {
        EvolutionFormat::Abs => difference,
        EvolutionFormat::Pct => {
            let earlier = cast(earlier, DataType::Float64);
            when(earlier.clone().not_eq(lit(0.0)), cast(difference, DataType::Float64) / abs(earlier)).end()?
        }
    };
    compared.with_columns(vec![(step.new_name(), evolution)])
}

/// Texts are read as dates, as by `todate`.
fn with_dates(name: &str, table: Table) -> Result<Table, EngineError> {
    let (date, kind) = table.typed(name)?;
    match kind {
        ColumnType::Date => Ok(table),
        ColumnType::Text | ColumnType::Unknown => {
            table.with_columns(vec![(name.to_owned(), functions::parse_date(date, None))])
        }
        _ => Err(EngineError::invalid(format!("`evolution` needs dates, and `{name}` holds none"))),
    }
}

fn period(kind: EvolutionType) -> Period {
    match kind {
        EvolutionType::VsLastYear => Period::Year,
        EvolutionType::VsLastMonth => Period::Month,
        EvolutionType::VsLastWeek => Period::Week,
        EvolutionType::VsLastDay => Period::Day,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, table};

    fn evolution(kind: &str, format: &str) -> Value {
        json!({"name": "evolution", "dateCol": "day", "valueCol": "v", "evolutionType": kind, "evolutionFormat": format})
    }

    #[test]
    fn each_row_meets_the_one_a_period_before() {
        let input = table(json!({
            "day": ["2023-03-15T08:00:00Z", "2024-03-15T08:00:00Z", "2024-03-08T08:00:00Z", "2024-03-14T08:00:00Z",
                    "2024-02-15T08:00:00Z", null],
            "v": [10, 4, -8, 0, null, 3]
        }));
        let compared =
            |kind: &str, format: &str, name: &str| run(input.clone(), json!([evolution(kind, format)]))[name].clone();
        assert_eq!(compared("vsLastYear", "abs", "v_EVOL_ABS"), json!([null, -6, null, null, null, null]));
        assert_eq!(compared("vsLastYear", "pct", "v_EVOL_PCT"), json!([null, -0.6, null, null, null, null]));
        assert_eq!(compared("vsLastWeek", "pct", "v_EVOL_PCT"), json!([null, 1.5, null, null, null, null]));
        assert_eq!(compared("vsLastDay", "abs", "v_EVOL_ABS"), json!([null, 4, null, null, null, null]));
        // Nothing can be divided by zero, and a missing value is no zero.
        assert_eq!(compared("vsLastDay", "pct", "v_EVOL_PCT"), json!([null, null, null, null, null, null]));
        assert_eq!(compared("vsLastMonth", "abs", "v_EVOL_ABS"), json!([null, null, null, null, null, null]));
    }

    #[test]
    fn groups_are_compared_with_themselves_the_nameless_one_too() {
        let input = table(json!({
            "day": ["2023-01-01", "2023-01-01", "2024-01-01", "2024-01-01", "2024-01-01"],
            "g": [null, "x", "x", null, "y"], "v": [1.0, 2.0, 5.0, -3.0, 7.0]
        }));
        let step = json!({"name": "evolution", "date_col": "day", "value_col": "v", "evolution_type": "vsLastYear",
            "evolution_format": "abs", "index_columns": ["g", "day"], "new_column": "d"});
        let answer = run(input, json!([{"name": "sort", "columns": [{"column": "v"}]}, step]));
        assert_eq!(answer["d"], json!([-4.0, null, null, 3.0, null]));
        assert_eq!(answer["day"][0], json!("2024-01-01T00:00:00Z"));
    }

    #[test]
    fn where_two_days_become_one_both_are_compared() {
        let input = table(json!({
            "day": ["2024-02-28T00:00:00Z", "2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z", "2025-03-01T00:00:00Z"],
            "v": [1, 2, 10, 20]
        }));
        let answer = run(input, json!([evolution("vsLastYear", "abs")]));
        assert_eq!(answer["v"], json!([1, 2, 10, 10, 20]));
        assert_eq!(answer["v_EVOL_ABS"], json!([null, null, 9, 8, null]));
    }

    #[test]
    fn two_rows_for_a_date_are_a_mistake() {
        let input = table(
            json!({"day": ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", null, null], "g": ["a", "b", "a", "a"],
            "v": [1, 2, 3, 4]}),
        );
        let message = failure(input.clone(), json!([evolution("vsLastYear", "abs")]));
        assert!(message.contains("several rows for 2024-01-01") && message.contains("indexColumns"), "{message}");
        let mut grouped = evolution("vsLastYear", "abs");
        grouped["indexColumns"] = json!(["g"]);
        assert_eq!(run(input, json!([grouped]))["v_EVOL_ABS"], json!([null, null, null, null]));
    }

    #[test]
    fn only_numbers_are_compared_and_only_along_dates() {
        let input = table(json!({"day": ["2024-01-01T00:00:00Z"], "v": ["x"], "n": [1]}));
        assert!(failure(input.clone(), json!([evolution("vsLastDay", "pct")])).contains("needs numbers"));
        let mut undated = evolution("vsLastDay", "pct");
        undated["dateCol"] = json!("n");
        assert!(failure(input.clone(), json!([undated])).contains("needs dates"));
        let none = json!([{"name": "filter", "condition": {"column": "n", "value": 2}},
            {"name": "evolution", "dateCol": "day", "valueCol": "n", "evolutionType": "vsLastDay", "evolutionFormat": "pct"},
            {"name": "select", "columns": ["n_EVOL_PCT"]}]);
        assert_eq!(run(input, none), json!({"n_EVOL_PCT": []}));
    }

    type Row = ((i64, i64), Option<i64>);

    proptest! {
        #[test]
        fn differences_equal_those_that_are_looked_up(
            values in prop::collection::hash_map((0_i64..12, 0_i64..3), prop::option::of(-9_i64..9), 1..30)
        ) {
            prop_assume!(values.values().any(Option::is_some));
            let rows: Vec<Row> = values.iter().map(|(key, value)| (*key, *value)).collect();
            let date = |day: i64| format!("2024-05-{:02}T00:00:00Z", day + 1);
            let column = |value: &dyn Fn(&Row) -> Value| rows.iter().map(value).collect::<Value>();
            let input = table(json!({
                "day": column(&|row| json!(date(row.0.0))), "g": column(&|row| json!(row.0.1)), "v": column(&|row| json!(row.1))
            }));
            let mut step = evolution("vsLastDay", "abs");
            step["indexColumns"] = json!(["g"]);
            let answer = run(input, json!([step]));
            let known: HashMap<(i64, i64), i64> = values.iter().filter_map(|(key, value)| Some((*key, (*value)?))).collect();
            let expected = column(&|((day, group), value)| {
                json!(value.zip(known.get(&(day - 1, *group))).map(|(value, before)| value - before))
            });
            prop_assert_eq!(&answer["v_EVOL_ABS"], &expected);
        }
    }
}
