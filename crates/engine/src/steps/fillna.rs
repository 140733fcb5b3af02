//! `fillna`: replaces missing values by a given one.

use aracari_app::steps::fillna::Fillna;
use datafusion::functions::core::expr_fn::coalesce;

use crate::column_type::{literal, unite};
use crate::error::EngineError;
use crate::expression::as_type;
use crate::table::Table;

pub(super) fn compile(step: &Fillna, table: Table) -> Result<Table, EngineError> {
    let mut filled = Vec::with_capacity(step.columns.len());
    for name in &step.columns {
        let (source, kind) = table.typed(name)?;
        let literal =
            literal(&step.value.fitted(kind)).ok_or_else(|| EngineError::invalid("a list cannot fill a column"))?;
        let own = table.type_of(&literal)?;
        let common = unite(kind, own);
        filled.push((name.clone(), coalesce(vec![as_type(source, kind, common), as_type(literal, own, common)])));
    }
    table.with_columns(filled)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn nulls_take_the_value_and_its_type_where_it_is_wider() {
        for (column, value, expected) in [
            (json!([1, null]), json!(0), json!([1, 0])),
            (json!([1, null]), json!(0.5), json!([1.0, 0.5])),
            (json!(["a", null]), json!("-"), json!(["a", "-"])),
            (json!([1, null]), json!("none"), json!(["1", "none"])),
            (json!([true, null]), json!(false), json!([true, false])),
            (
                json!(["2020-01-01T00:00:00Z", null]),
                json!("1970-01-01"),
                json!(["2020-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]),
            ),
        ] {
            let steps = json!([{"name": "fillna", "columns": ["c"], "value": value}]);
            assert_eq!(run(table(json!({"c": column})), steps), json!({"c": expected}), "{column} by {value}");
        }
    }

    #[test]
    fn one_column_or_several_are_filled() {
        let input = table(json!({"a": [null, 1], "b": [null, 2], "c": [null, 3]}));
        let several = json!([{"name": "fillna", "columns": ["a", "b"], "value": 0}]);
        assert_eq!(run(input.clone(), several), json!({"a": [0, 1], "b": [0, 2], "c": [null, 3]}));
        let older = json!([{"name": "fillna", "column": "c", "value": 0}]);
        assert_eq!(run(input, older), json!({"a": [null, 1], "b": [null, 2], "c": [0, 3]}));
    }
}
