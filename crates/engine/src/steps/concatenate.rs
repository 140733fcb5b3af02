//! `concatenate`: joins the text of several columns into one; a null among them makes null.

use aracari_app::steps::concatenate::Concatenate;
use datafusion::logical_expr::Expr;

use crate::column_type::text_literal;
use crate::error::EngineError;
use crate::functions::join_texts;
use crate::table::Table;

pub(super) fn compile(step: &Concatenate, table: Table) -> Result<Table, EngineError> {
    let mut joined: Option<Expr> = None;
    for name in &step.columns {
        let text = table.text(name)?;
        joined = Some(match joined {
            None => text,
            Some(before) if step.separator.is_empty() => join_texts(before, text),
            Some(before) => join_texts(join_texts(before, text_literal(&step.separator)), text),
        });
    }
    let value = joined.ok_or_else(|| EngineError::invalid("a concatenation needs columns"))?;
    table.with_columns(vec![(step.new_column_name.clone(), value)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn values_of_every_type_become_text() {
        let input = table(
            json!({"t": ["a", "b"], "n": [1, null], "x": [1.5, 2.0], "d": ["2020-01-02T00:00:00Z", "2020-01-02T03:04:05Z"]}),
        );
        let concatenate = |columns: serde_json::Value| {
            let steps = json!([{"name": "concatenate", "columns": columns, "separator": " - ", "newColumnName": "c"}]);
            run(input.clone(), steps)["c"].clone()
        };
        assert_eq!(concatenate(json!(["t", "n"])), json!(["a - 1", null]));
        assert_eq!(
            concatenate(json!(["x", "d", "t"])),
            json!(["1.5 - 2020-01-02 - a", "2.0 - 2020-01-02 03:04:05 - b"])
        );
    }
}
