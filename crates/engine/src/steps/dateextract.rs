//! `dateextract`: takes parts of a date, each into a new column.

use aracari_app::steps::dateextract::Dateextract;

use super::dategranularity::date_column;
use crate::error::EngineError;
use crate::functions::extract_date;
use crate::table::Table;

pub(super) fn compile(step: &Dateextract, table: Table) -> Result<Table, EngineError> {
    let date = date_column(&table, &step.column)?;
    let columns =
        step.names().into_iter().zip(&step.date_info).map(|(name, part)| (name, extract_date(date.clone(), *part)));
    let added = columns.collect();
    table.with_columns(added)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn parts_follow_their_calendars() {
        for (part, expected) in [
            ("year", json!([2021, 2016, null])),
            ("quarter", json!([1, 1, null])),
            ("month", json!([3, 1, null])),
            ("day", json!([29, 1, null])),
            ("week", json!([13, 0, null])),
            ("isoWeek", json!([13, 53, null])),
            ("isoYear", json!([2021, 2015, null])),
            ("dayOfYear", json!([88, 1, null])),
            ("dayOfWeek", json!([2, 6, null])),
            ("isoDayOfWeek", json!([1, 5, null])),
            ("hour", json!([13, 0, null])),
            ("minutes", json!([14, 0, null])),
            ("seconds", json!([15, 0, null])),
        ] {
            let input = table(json!({"d": ["2021-03-29T13:14:15Z", "2016-01-01T00:00:00Z", null]}));
            let steps = json!([{"name": "dateextract", "column": "d", "dateInfo": [part]}]);
            assert_eq!(run(input, steps)[format!("d_{part}")], expected, "{part}");
        }
    }

    #[test]
    fn units_before_are_those_of_the_calendar() {
        for (part, expected) in [
            ("milliseconds", json!([250, 0])),
            ("previousYear", json!([2020, 2023])),
            ("previousQuarter", json!([4, 3])),
            ("previousMonth", json!([2, 11])),
            ("previousWeek", json!([12, 51])),
            ("previousIsoWeek", json!([12, 52])),
            ("currentDay", json!(["2021-03-29T00:00:00Z", "2024-12-31T00:00:00Z"])),
            ("previousDay", json!(["2021-03-28T00:00:00Z", "2024-12-30T00:00:00Z"])),
            ("firstDayOfYear", json!(["2021-01-01T00:00:00Z", "2024-01-01T00:00:00Z"])),
            ("firstDayOfQuarter", json!(["2021-01-01T00:00:00Z", "2024-10-01T00:00:00Z"])),
            ("firstDayOfMonth", json!(["2021-03-01T00:00:00Z", "2024-12-01T00:00:00Z"])),
            ("firstDayOfWeek", json!(["2021-03-28T00:00:00Z", "2024-12-29T00:00:00Z"])),
            ("firstDayOfIsoWeek", json!(["2021-03-29T00:00:00Z", "2024-12-30T00:00:00Z"])),
            ("firstDayOfPreviousYear", json!(["2020-01-01T00:00:00Z", "2023-01-01T00:00:00Z"])),
            ("firstDayOfPreviousQuarter", json!(["2020-10-01T00:00:00Z", "2024-07-01T00:00:00Z"])),
            ("firstDayOfPreviousMonth", json!(["2021-02-01T00:00:00Z", "2024-11-01T00:00:00Z"])),
            ("firstDayOfPreviousWeek", json!(["2021-03-21T00:00:00Z", "2024-12-22T00:00:00Z"])),
            ("firstDayOfPreviousIsoWeek", json!(["2021-03-22T00:00:00Z", "2024-12-23T00:00:00Z"])),
        ] {
            let input = table(json!({"d": ["2021-03-29T13:14:15.25Z", "2024-12-31T00:00:00Z"]}));
            let steps = json!([{"name": "dateextract", "column": "d", "dateInfo": [part]}]);
            assert_eq!(run(input, steps)[format!("d_{part}")], expected, "{part}");
        }
    }

    #[test]
    fn the_older_spelling_takes_one_part() {
        let input = table(json!({"d": ["2021-03-29T13:14:15Z"]}));
        for (name, expected) in
            [(json!("d"), json!({"d": [29]})), (json!(null), json!({"d": ["2021-03-29T13:14:15Z"], "d_day": [29]}))]
        {
            let steps = json!([{"name": "dateextract", "column": "d", "operation": "day", "newColumnName": name}]);
            assert_eq!(run(input.clone(), steps), expected);
        }
    }

    #[test]
    fn parts_can_be_named() {
        let input = table(json!({"d": ["2021-03-29T13:14:15Z"]}));
        let steps = json!([{"name": "dateextract", "column": "d", "dateInfo": ["month", "day"], "newColumns": ["m"]}]);
        assert_eq!(run(input, steps), json!({"d": ["2021-03-29T13:14:15Z"], "m": [3], "d_day": [29]}));
    }
}
