//! `duration`: measures the time between two dates.

use aracari_app::steps::duration::{Duration, DurationUnit};
use arrow::datatypes::DataType;
use datafusion::logical_expr::{cast, lit};

use super::dategranularity::date_column;
use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Duration, table: Table) -> Result<Table, EngineError> {
    let micros = |name: &str| Ok::<_, EngineError>(cast(date_column(&table, name)?, DataType::Int64));
    let between = micros(&step.end_date_column)? - micros(&step.start_date_column)?;
    let unit = match step.duration_in {
        DurationUnit::Seconds => 1e6,
        DurationUnit::Minutes => 60e6,
        DurationUnit::Hours => 3_600e6,
        DurationUnit::Days => 86_400e6,
    };
    table.with_columns(vec![(step.new_column_name.clone(), cast(between, DataType::Float64) / lit(unit))])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn time_is_measured_in_each_unit_forwards_and_back() {
        for (unit, expected) in [
            ("seconds", json!([129_600.5, -60.0, null, null])),
            ("minutes", json!([2_160.008_333_333_333, -1.0, null, null])),
            ("hours", json!([36.000_138_888_888_89, -1.0 / 60.0, null, null])),
            ("days", json!([1.5 + 0.5 / 86_400.0, -1.0 / 1440.0, null, null])),
        ] {
            let input = table(json!({
                "a": ["2024-02-28T12:00:00Z", "2024-01-01T00:01:00Z", null, "2024-01-01T00:00:00Z"],
                "b": ["2024-03-01T00:00:00.5Z", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", null]
            }));
            let steps = json!([{"name": "duration", "startDateColumn": "a", "endDateColumn": "b", "durationIn": unit,
                "newColumnName": "t"}]);
            assert_eq!(run(input, steps)["t"], expected, "{unit}");
        }
    }

    #[test]
    fn texts_are_read_as_dates_and_numbers_are_not() {
        let input = table(json!({"a": ["2024-02-28", "soon"], "b": ["2024-02-29", "2024-02-29"], "n": [1, 2]}));
        let duration = |end: &str| {
            json!([{"name": "duration", "start_date_column": "a", "end_date_column": end, "duration_in": "days",
                "new_column_name": "t"}])
        };
        assert_eq!(run(input.clone(), duration("b"))["t"], json!([1.0, null]));
        assert!(failure(input, duration("n")).contains("no dates"));
    }
}
