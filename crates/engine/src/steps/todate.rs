//! `todate`: reads a text or number column as dates; what is no date becomes null.

use aracari_app::schema::ColumnType;
use aracari_app::steps::todate::Todate;
use arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::max;
use datafusion::logical_expr::{Expr, ExprFunctionExt, LogicalPlanBuilder, cast, lit, when};

use crate::column_type::{TEXT, date_type};
use crate::error::EngineError;
use crate::functions::parse_date;
use crate::table::{Table, column};

/// Below this, a column of integers holds years.
const LARGEST_YEAR: i64 = 10_000;

pub(super) fn compile(step: &Todate, table: Table) -> Result<Table, EngineError> {
    let (source, kind) = table.typed(&step.column)?;
    let date = match (kind, step.format.as_deref()) {
        (ColumnType::Date, _) => return Ok(table),
        (ColumnType::Text | ColumnType::Unknown, format) => parse_date(source, format),
        (ColumnType::Integer | ColumnType::Float, None) => return from_numbers(&step.column, source, table),
        (ColumnType::Integer, format) => parse_date(cast(source, TEXT), format),
        (ColumnType::Float, format) => parse_date(cast(cast(source, DataType::Int64), TEXT), format),
        _ => return Err(EngineError::invalid(format!("`{}` holds nothing that could be a date", step.column))),
    };
    table.with_columns(vec![(step.column.clone(), date)])
}

/// Epoch milliseconds as a date.
pub(super) fn from_milliseconds(number: Expr) -> Expr {
    cast(cast(number, DataType::Int64) * lit(1000_i64), date_type())
}

/// Numbers are years when all of them are small, else epoch milliseconds.
fn from_numbers(name: &str, source: Expr, table: Table) -> Result<Table, EngineError> {
    let largest = table.names().next();
    let stable = table.with_explicit_order()?;
    let window = window_max(source.clone())?.alias(&largest);
    let measured = stable.replace(|plan: LogicalPlanBuilder| Ok(plan.window([window])?))?;
    let year = parse_date(cast(cast(source.clone(), DataType::Int64), TEXT), None);
    let date = when(column(&largest).lt(lit(LARGEST_YEAR)), year).otherwise(from_milliseconds(source))?;
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
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn texts_and_numbers_become_dates() {
        for (column, format, expected) in [
            (json!(["2020-02-03", "no", null]), json!(null), json!(["2020-02-03T00:00:00Z", null, null])),
            (
                json!(["03.02.2020", "4.2.20"]),
                json!("%d.%m.%Y"),
                json!(["2020-02-03T00:00:00Z", "0020-02-04T00:00:00Z"]),
            ),
            (json!([2019, null]), json!(null), json!(["2019-01-01T00:00:00Z", null])),
            (
                json!([1_604_331_000_000_i64, 5]),
                json!(null),
                json!(["2020-11-02T15:30:00Z", "1970-01-01T00:00:00.005Z"]),
            ),
            (json!([20_200_203]), json!("%Y%m%d"), json!(["2020-02-03T00:00:00Z"])),
        ] {
            let steps = json!([{"name": "todate", "column": "d", "format": format}]);
            assert_eq!(run(table(json!({"d": column})), steps), json!({"d": expected}), "{column}");
        }
    }
}
