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
    fn parts_can_be_named() {
        let input = table(json!({"d": ["2021-03-29T13:14:15Z"]}));
        let steps = json!([{"name": "dateextract", "column": "d", "dateInfo": ["month", "day"], "newColumns": ["m"]}]);
        assert_eq!(run(input, steps), json!({"d": ["2021-03-29T13:14:15Z"], "m": [3], "d_day": [29]}));
    }
}
