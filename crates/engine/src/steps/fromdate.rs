//! `fromdate`: writes a date as a text, by a strftime pattern.

use aracari_app::steps::fromdate::Fromdate;

use super::dategranularity::date_column;
use crate::error::EngineError;
use crate::functions::format_date;
use crate::table::Table;

pub(super) fn compile(step: &Fromdate, table: Table) -> Result<Table, EngineError> {
    let text = format_date(date_column(&table, &step.column)?, &step.format)?;
    table.with_columns(vec![(step.column.clone(), text)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn patterns_are_those_of_strftime() {
        for (format, expected) in [
            ("%d/%m/%Y", json!(["05/02/2021", "31/12/1969", null])),
            ("%-d %B %y, %A", json!(["5 February 21, Friday", "31 December 69, Wednesday", null])),
            ("%Y-W%V %j", json!(["2021-W05 036", "1969-W01 365", null])),
            ("%H:%M:%S.%f", json!(["06:07:08.900000", "23:59:59.000000", null])),
            ("100%% %b", json!(["100% Feb", "100% Dec", null])),
        ] {
            let input = table(json!({"d": ["2021-02-05T06:07:08.9Z", "1969-12-31T23:59:59Z", null]}));
            let steps = json!([{"name": "fromdate", "column": "d", "format": format}]);
            assert_eq!(run(input, steps), json!({"d": expected}), "{format}");
        }
    }

    #[test]
    fn what_is_no_pattern_or_no_date_is_said() {
        let steps = json!([{"name": "fromdate", "column": "d", "format": "%Q"}]);
        assert!(failure(table(json!({"d": ["2021-02-05T00:00:00Z"]})), steps).contains("`%Q` is no pattern"));
        let number = json!([{"name": "fromdate", "column": "n", "format": "%Y"}]);
        assert!(failure(table(json!({"n": [1]})), number).contains("no dates"));
    }
}
