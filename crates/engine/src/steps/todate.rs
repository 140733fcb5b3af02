//! `todate`: reads a text or number column as dates; what is no date becomes null.

use aracari_app::schema::ColumnType;
use aracari_app::steps::pattern;
use aracari_app::steps::todate::Todate;
use arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::max;
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlanBuilder, cast, lit, try_cast, when};

use crate::column_type::{TEXT, date_type};
use crate::error::EngineError;
use crate::functions::parse_date;
use crate::table::{Table, column};

/// Below this, a column of integers holds years.
const LARGEST_YEAR: i64 = 10_000;

pub(super) fn compile(step: &Todate, table: Table) -> Result<Table, EngineError> {
    if let Some(mistake) = step.format.as_deref().and_then(pattern::mistake) {
        return Err(EngineError::invalid(mistake));
    }
    let (source, kind) = table.typed(&step.column)?;
    let date = match (kind, step.format.as_deref()) {
        (ColumnType::Date, _) => return Ok(table),
        (ColumnType::Text | ColumnType::Unknown, format) => parse_date(source, format),
        (ColumnType::Integer | ColumnType::Float, None) => return from_numbers(&step.column, source, table),
        (ColumnType::Integer, format) => parse_date(cast(source, TEXT), format),
        (ColumnType::Float, format) => parse_date(cast(try_cast(source, DataType::Int64), TEXT), format),
        _ => return Err(EngineError::invalid(format!("`{}` holds nothing that could be a date", step.column))),
    };
    table.with_columns(vec![(step.column.clone(), date)])
}

/// Epoch milliseconds as a date; null where they are too far away.
pub(super) fn from_milliseconds(number: Expr) -> Result<Expr, EngineError> {
    const LIMIT: i64 = i64::MAX / 1000;
    let milliseconds = try_cast(number, DataType::Int64);
    let near = milliseconds.clone().between(lit(-LIMIT), lit(LIMIT));
    Ok(when(near, cast(milliseconds * lit(1000_i64), date_type())).end()?)
}

/// Numbers are years when all of them are small, else epoch milliseconds.
fn from_numbers(name: &str, source: Expr, table: Table) -> Result<Table, EngineError> {
    let largest = table.names().next();
    let stable = table.with_explicit_order()?;
    let window = window_max(source.clone())?.alias(&largest);
    let measured = stable.replace(|plan: LogicalPlanBuilder| Ok(plan.window([window])?))?;
    let year = parse_date(cast(try_cast(source.clone(), DataType::Int64), TEXT), None);
    let date = when(column(&largest).lt(lit(LARGEST_YEAR)), year).otherwise(from_milliseconds(source)?)?;
    measured.with_columns(vec![(name.to_owned(), date)])
}

fn window_max(source: Expr) -> Result<Expr, EngineError> {
    use datafusion::logical_expr::expr::WindowFunction;
    let Expr::AggregateFunction(aggregate) = max(source) else {
        return Err(EngineError::internal("`max` is an aggregate function"));
    };
    let window = WindowFunction::new(aggregate.func, aggregate.params.args);
    Ok(Expr::WindowFunction(Box::new(window)).partition_by(Vec::new()).build()?)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn texts_and_numbers_become_dates() {
        for (column, format, expected) in [
            (json!(["2020-02-03", "no", null]), json!(null), json!(["2020-02-03T00:00:00Z", null, null])),
            (json!(["03.02.2020", "4.2.20"]), json!("%d.%m.%Y"), json!(["2020-02-03T00:00:00Z", null])),
            (json!([2019, null]), json!(null), json!(["2019-01-01T00:00:00Z", null])),
            (
                json!([1_604_331_000_000_i64, 5]),
                json!(null),
                json!(["2020-11-02T15:30:00Z", "1970-01-01T00:00:00.005Z"]),
            ),
            (json!([20_200_203]), json!("%Y%m%d"), json!(["2020-02-03T00:00:00Z"])),
            (json!([20_200_203.0, null]), json!("%Y%m%d"), json!(["2020-02-03T00:00:00Z", null])),
            (
                json!([2019.0, 99_999.0, 1e300]),
                json!(null),
                json!(["1970-01-01T00:00:02.019Z", "1970-01-01T00:01:39.999Z", null]),
            ),
            (json!([i64::MAX, i64::MIN, 0]), json!(null), json!([null, null, "1970-01-01T00:00:00Z"])),
            (
                json!(["05 févr 2020", "05 Feb 2020"]),
                json!("%d %b %Y"),
                json!(["2020-02-05T00:00:00Z", "2020-02-05T00:00:00Z"]),
            ),
            (json!(["05/02/2020 07h"]), json!("%d/%m/%Y %Hh"), json!(["2020-02-05T07:00:00Z"])),
            (
                json!(["05/02/2020 07:08:09.25 PM", "05/02/2020 07:08:09.25 AM"]),
                json!("%d/%m/%Y %I:%M:%S.%f %p"),
                json!(["2020-02-05T19:08:09.250Z", "2020-02-05T07:08:09.250Z"]),
            ),
            (json!(["2020-02-05 07:08:09+0200"]), json!("%Y-%m-%d %H:%M:%S%z"), json!(["2020-02-05T05:08:09Z"])),
        ] {
            let steps = json!([{"name": "todate", "column": "d", "format": format}]);
            assert_eq!(run(table(json!({"d": column})), steps), json!({"d": expected}), "{column}");
        }
    }

    #[test]
    fn what_is_no_pattern_or_no_date_is_said() {
        let todate = |format: &str| json!([{"name": "todate", "column": "d", "format": format}]);
        assert!(failure(table(json!({"d": ["x"]})), todate("%Q")).contains("`%Q` is no pattern"));
        assert!(failure(table(json!({"d": ["x"]})), todate("dd/mm/yyyy")).contains("holds no part"));
        assert!(failure(table(json!({"d": [true]})), todate("%Y")).contains("could be a date"));
    }
}
