//! `convert`: changes the type of columns; what cannot be converted becomes null, and null stays null.

use aracari_app::schema::ColumnType;
use aracari_app::steps::convert::{Convert, ConvertType};
use arrow::datatypes::DataType;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions::math::expr_fn::trunc;
use datafusion::functions::string::expr_fn::{btrim, lower};
use datafusion::logical_expr::{Expr, cast, in_list, lit, try_cast, when};

use super::todate::from_milliseconds;
use crate::column_type::text_literal;
use crate::error::EngineError;
use crate::functions::{parse_date, text_of};
use crate::table::Table;

const TRUE_WORDS: [&str; 8] = ["true", "t", "yes", "y", "1", "on", "oui", "vrai"];
const FALSE_WORDS: [&str; 8] = ["false", "f", "no", "n", "0", "off", "non", "faux"];

pub(super) fn compile(step: &Convert, table: Table) -> Result<Table, EngineError> {
    let mut converted = Vec::with_capacity(step.columns.len());
    for name in &step.columns {
        let (source, kind) = table.typed(name)?;
        converted.push((name.clone(), convert(source, kind, step.data_type)?));
    }
    table.with_columns(converted)
}

fn convert(source: Expr, kind: ColumnType, target: ConvertType) -> Result<Expr, EngineError> {
    Ok(match (target, kind) {
        (ConvertType::Integer, ColumnType::Integer)
        | (ConvertType::Float, ColumnType::Float)
        | (ConvertType::Text, ColumnType::Text)
        | (ConvertType::Boolean, ColumnType::Boolean)
        | (ConvertType::Date, ColumnType::Date) => source,
        (ConvertType::Integer, ColumnType::Float) => try_cast(trunc(vec![source]), DataType::Int64),
        (ConvertType::Integer, ColumnType::Text) => {
            let float = try_cast(source.clone(), DataType::Float64);
            coalesce(vec![try_cast(source, DataType::Int64), try_cast(trunc(vec![float]), DataType::Int64)])
        }
        (ConvertType::Integer, ColumnType::Date) => milliseconds(source),
        (ConvertType::Float, ColumnType::Date) => cast(milliseconds(source), DataType::Float64),
        (ConvertType::Integer, _) => try_cast(source, DataType::Int64),
        (ConvertType::Float, _) => try_cast(source, DataType::Float64),
        (ConvertType::Text, _) => text_of(source, kind),
        (ConvertType::Date, ColumnType::Integer | ColumnType::Float) => from_milliseconds(source)?,
        (ConvertType::Date, ColumnType::Text | ColumnType::Unknown) => parse_date(source, None),
        (ConvertType::Boolean, ColumnType::Integer | ColumnType::Float) => {
            cast(source, DataType::Float64).not_eq(lit(0.0))
        }
        (ConvertType::Boolean, ColumnType::Text | ColumnType::Unknown) => words(source)?,
        (ConvertType::Date, _) => return Err(EngineError::invalid("booleans are no dates")),
        (ConvertType::Boolean, _) => return Err(EngineError::invalid("dates are no booleans")),
    })
}

fn milliseconds(date: Expr) -> Expr {
    cast(date, DataType::Int64) / lit(1000_i64)
}

fn words(source: Expr) -> Result<Expr, EngineError> {
    let word = lower(btrim(vec![source]));
    let any = |words: [&str; 8]| in_list(word.clone(), words.map(text_literal).to_vec(), false);
    Ok(when(any(TRUE_WORDS), lit(true)).when(any(FALSE_WORDS), lit(false)).end()?)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::{Value, json};

    fn convert(column: Value, kind: &str) -> Value {
        run(table(json!({"c": column})), json!([{"name": "convert", "columns": ["c"], "dataType": kind}]))["c"].clone()
    }

    #[test]
    fn each_type_converts_to_each_other() {
        for (column, kind, expected) in [
            (
                json!(["41.9", "-2", "meh", null, "9007199254740993"]),
                "integer",
                json!([41, -2, null, null, 9_007_199_254_740_993_i64]),
            ),
            (json!([41.9, -41.9, null]), "integer", json!([41, -41, null])),
            (json!([true, false]), "integer", json!([1, 0])),
            (json!(["2020-11-02T15:30:00Z"]), "integer", json!([1_604_331_000_000_i64])),
            (json!(["41", "43.6", "meh", null]), "float", json!([41.0, 43.6, null, null])),
            (json!([1, null]), "text", json!(["1", null])),
            (json!([1.5, 2.0]), "text", json!(["1.5", "2.0"])),
            (
                json!(["2020-11-02T00:00:00Z", "2020-11-02T15:30:00Z"]),
                "text",
                json!(["2020-11-02", "2020-11-02 15:30:00"]),
            ),
            (json!(["Yes", " off ", "plop", null]), "boolean", json!([true, false, null, null])),
            (json!([0, 2, null]), "boolean", json!([false, true, null])),
            (json!([1_604_331_000_000_i64, null]), "date", json!(["2020-11-02T15:30:00Z", null])),
            (json!([1e300, 9.3e18, 0.5]), "date", json!([null, null, "1970-01-01T00:00:00Z"])),
            (json!([1e300, -1e300, 0.5]), "integer", json!([null, null, 0])),
            (json!(["2020-11-02", "x"]), "date", json!(["2020-11-02T00:00:00Z", null])),
        ] {
            assert_eq!(convert(column.clone(), kind), expected, "{column} to {kind}");
        }
    }
}
