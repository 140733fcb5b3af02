//! `comparetext`: says where two columns hold the same text.

use aracari_app::steps::comparetext::Comparetext;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::lit;

use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Comparetext, table: Table) -> Result<Table, EngineError> {
    let same = table.text(&step.str_col_1)?.eq(table.text(&step.str_col_2)?);
    table.with_columns(vec![(step.new_column_name.clone(), coalesce(vec![same, lit(false)]))])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn texts_are_the_same_to_the_letter_and_null_is_like_nothing() {
        let input = table(json!({"a": ["x", "x", "x ", null, null], "b": ["x", "X", "x", "x", null]}));
        let steps = json!([{"name": "comparetext", "strCol1": "a", "strCol2": "b", "newColumnName": "same"}]);
        assert_eq!(run(input, steps)["same"], json!([true, false, false, false, false]));
    }

    #[test]
    fn values_are_compared_as_texts() {
        let input = table(json!({"t": ["1", "2"], "n": [1, 3]}));
        let steps = json!([{"name": "comparetext", "str_col_1": "t", "str_col_2": "n", "new_column_name": "t"}]);
        assert_eq!(run(input, steps)["t"], json!([true, false]));
    }
}
