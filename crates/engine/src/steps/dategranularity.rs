//! `dategranularity`: moves dates to the start of their day, week, month, quarter or year.

use aracari_app::schema::ColumnType;
use aracari_app::steps::dategranularity::Dategranularity;
use datafusion::logical_expr::Expr;

use crate::error::EngineError;
use crate::functions::{parse_date, truncate_date};
use crate::table::Table;

pub(super) fn compile(step: &Dategranularity, table: Table) -> Result<Table, EngineError> {
    let date = date_column(&table, &step.column)?;
    table.with_columns(vec![(step.target().to_owned(), truncate_date(date, step.granularity))])
}

/// The column as dates; texts are read as such.
pub(super) fn date_column(table: &Table, name: &str) -> Result<Expr, EngineError> {
    let (source, kind) = table.typed(name)?;
    match kind {
        ColumnType::Date => Ok(source),
        ColumnType::Text | ColumnType::Unknown => Ok(parse_date(source, None)),
        _ => Err(EngineError::invalid(format!("`{name}` holds no dates"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn each_unit_has_its_start() {
        for (granularity, expected) in [
            ("day", json!(["2021-03-30T00:00:00Z", "2020-02-29T00:00:00Z", "1969-12-31T00:00:00Z", null])),
            ("isoWeek", json!(["2021-03-29T00:00:00Z", "2020-02-24T00:00:00Z", "1969-12-29T00:00:00Z", null])),
            ("week", json!(["2021-03-28T00:00:00Z", "2020-02-23T00:00:00Z", "1969-12-28T00:00:00Z", null])),
            ("month", json!(["2021-03-01T00:00:00Z", "2020-02-01T00:00:00Z", "1969-12-01T00:00:00Z", null])),
            ("quarter", json!(["2021-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "1969-10-01T00:00:00Z", null])),
            ("year", json!(["2021-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "1969-01-01T00:00:00Z", null])),
            ("__VOID__", json!(["2021-03-30T01:02:03Z", "2020-02-29T00:00:00Z", "1969-12-31T23:59:59Z", null])),
        ] {
            let input =
                table(json!({"d": ["2021-03-30T01:02:03Z", "2020-02-29T00:00:00Z", "1969-12-31T23:59:59Z", null]}));
            let steps = json!([{"name": "dategranularity", "column": "d", "granularity": granularity}]);
            assert_eq!(run(input, steps), json!({"d": expected}), "{granularity}");
        }
    }

    #[test]
    fn the_start_can_go_into_a_column_of_its_own() {
        let input = table(json!({"d": ["2021-03-30T01:02:03Z"]}));
        let steps = json!([{"name": "dategranularity", "column": "d", "granularity": "year", "new_column": "y"}]);
        assert_eq!(run(input, steps), json!({"d": ["2021-03-30T01:02:03Z"], "y": ["2021-01-01T00:00:00Z"]}));
    }
}
