//! `addmissingdates`: adds a row for each missing date between the first and the last, over all rows or per group.
//!
//! The rows come out by group and date. Every row that was there stays, with the date that it has; an added one has the
//! first day of its week, month or year.

use aracari_app::schema::ColumnType;
use aracari_app::steps::addmissingdates::{Addmissingdates, DatesGranularity};
use arrow::datatypes::Field;

use crate::error::EngineError;
use crate::functions::Period;
use crate::operators::missing_dates::MissingDates;
use crate::operators::{KeepsOrder, apply};
use crate::table::{Table, column};

pub(super) fn compile(step: &Addmissingdates, table: Table) -> Result<Table, EngineError> {
    let (_, kind) = table.typed(&step.dates_column)?;
    if kind != ColumnType::Date {
        let name = &step.dates_column;
        return Err(EngineError::invalid(format!("`addmissingdates` needs dates, and `{name}` holds none")));
    }
    let mut groups_into = Vec::with_capacity(step.groups.len());
    for group in &step.groups {
        table.column(group)?;
        let data_type = table.plan().schema().field_with_unqualified_name(group)?.data_type().clone();
        groups_into.push(Field::new(table.names().next(), data_type, true));
    }
    let dates_into = table.names().next();
    let mut changed = vec![(step.dates_column.clone(), column(&dates_into))];
    changed.extend(step.groups.iter().zip(&groups_into).map(|(group, field)| (group.clone(), column(field.name()))));
    let filled = apply(table, KeepsOrder::No, |order| MissingDates {
        date: step.dates_column.clone(),
        groups: step.groups.clone(),
        period: match step.dates_granularity {
            DatesGranularity::Day => Period::Day,
            DatesGranularity::Week => Period::Week,
            DatesGranularity::Month => Period::Month,
            DatesGranularity::Year => Period::Year,
        },
        dates_into,
        groups_into,
        order,
    })?;
    filled.with_columns(changed)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, table};

    fn filled(days: Value, granularity: &str) -> Value {
        let values: Value = (1..=days.as_array().unwrap().len()).map(|value| json!(value)).collect();
        let input = table(json!({"day": days, "v": values}));
        run(input, json!([{"name": "addmissingdates", "datesColumn": "day", "datesGranularity": granularity}]))
    }

    #[test]
    fn missing_periods_get_a_row_at_their_start_and_the_rows_there_are_stay() {
        let days = filled(json!(["2024-02-27T00:00:00Z", "2024-03-02T06:30:00Z", "2024-03-02T05:00:00Z", null]), "day");
        let expected = json!({
            "day": ["2024-02-27T00:00:00Z", "2024-02-28T00:00:00Z", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z",
                    "2024-03-02T05:00:00Z", "2024-03-02T06:30:00Z", null],
            "v": [1, null, null, null, 3, 2, 4]
        });
        assert_eq!(days, expected);
        // Weeks start on Monday.
        let weeks = filled(json!(["2024-01-03T00:00:00Z", "2024-01-24T00:00:00Z"]), "week");
        let mondays =
            json!(["2024-01-03T00:00:00Z", "2024-01-08T00:00:00Z", "2024-01-15T00:00:00Z", "2024-01-24T00:00:00Z"]);
        assert_eq!(weeks["day"], mondays);
        let months = filled(json!(["2024-01-20T00:00:00Z", "2023-11-05T00:00:00Z"]), "month");
        assert_eq!(months["day"], json!(["2023-11-05T00:00:00Z", "2023-12-01T00:00:00Z", "2024-01-20T00:00:00Z"]));
        let years = filled(json!(["1968-05-05T00:00:00Z", "1971-05-05T00:00:00Z"]), "year");
        let starts =
            json!(["1968-05-05T00:00:00Z", "1969-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1971-05-05T00:00:00Z"]);
        assert_eq!(years["day"], starts);
    }

    #[test]
    fn each_group_is_filled_between_its_own_dates() {
        let input = table(json!({
            "g": ["b", null, "b", "a", null, "b"], "h": [1, 1, 1, 2, 1, 2],
            "day": ["2024-01-03T00:00:00Z", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2024-01-07T00:00:00Z",
                    "2024-01-03T00:00:00Z", "2024-01-09T00:00:00Z"],
            "v": [1, 2, 3, 4, 5, 6]
        }));
        let step =
            json!({"name": "addmissingdates", "dates_column": "day", "dates_granularity": "day", "groups": ["g", "h"]});
        let answer = run(input, json!([step]));
        assert_eq!(answer["g"], json!(["a", "b", "b", "b", "b", null, null, null]));
        assert_eq!(answer["h"], json!([2, 1, 1, 1, 2, 1, 1, 1]));
        assert_eq!(answer["v"], json!([4, 3, null, 1, 6, 2, null, 5]));
    }

    #[test]
    fn only_dates_can_be_missing_and_not_too_many() {
        let step =
            |column: &str| json!([{"name": "addmissingdates", "datesColumn": column, "datesGranularity": "day"}]);
        let input = table(json!({
            "day": ["0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z",
                    "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"],
            "t": ["a", "a", "b", "b", "c", "c"]
        }));
        assert!(failure(input.clone(), step("t")).contains("needs dates"));
        let mut grouped = step("day");
        grouped[0]["groups"] = json!(["t"]);
        assert!(failure(input.clone(), grouped).contains("more than 10000000 dates are missing"));
        let none = json!([{"name": "filter", "condition": {"column": "t", "value": "y"}}, step("day")[0], {"name": "select", "columns": ["day"]}]);
        assert_eq!(run(input, none), json!({"day": []}));
    }
}
