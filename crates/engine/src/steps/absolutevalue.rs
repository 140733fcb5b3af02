//! `absolutevalue`: puts the absolute value of a column into a new one.

use aracari_app::schema::ColumnType;
use aracari_app::steps::absolutevalue::Absolutevalue;
use datafusion::functions::core::expr_fn::nullif;
use datafusion::functions::math::expr_fn::abs;
use datafusion::logical_expr::lit;

use crate::error::EngineError;
use crate::expression::number;
use crate::table::Table;

pub(super) fn compile(step: &Absolutevalue, table: Table) -> Result<Table, EngineError> {
    let (value, kind) = number(table.typed(&step.column)?)?;
    // The smallest integer has none that is an integer.
    let value = if kind == ColumnType::Integer { nullif(value, lit(i64::MIN)) } else { value };
    table.with_columns(vec![(step.new_column.clone(), abs(value))])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn numbers_lose_their_sign_and_keep_their_type() {
        let least = json!([{"name": "absolutevalue", "column": "n", "newColumn": "a"}]);
        assert_eq!(run(table(json!({"n": [i64::MIN, i64::MIN + 1]})), least)["a"], json!([null, i64::MAX]));
        let input = table(json!({"n": [-3, 0, null, 4], "x": [-0.5, 1.5, null, -2.0], "b": [true, false, null, true]}));
        for (column, expected) in
            [("n", json!([3, 0, null, 4])), ("x", json!([0.5, 1.5, null, 2.0])), ("b", json!([1, 0, null, 1]))]
        {
            let steps = json!([{"name": "absolutevalue", "column": column, "newColumn": "a"}]);
            assert_eq!(run(input.clone(), steps)["a"], expected, "{column}");
        }
        let in_place =
            json!([{"name": "absolutevalue", "column": "n", "new_column": "n"}, {"name": "select", "columns": ["n"]}]);
        assert_eq!(run(input, in_place), json!({"n": [3, 0, null, 4]}));
    }

    #[test]
    fn texts_have_no_absolute_value() {
        let steps = json!([{"name": "absolutevalue", "column": "t", "newColumn": "a"}]);
        assert!(failure(table(json!({"t": ["x"]})), steps).contains("needs numbers"));
    }
}
