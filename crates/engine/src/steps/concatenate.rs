//! `concatenate`: joins the text of several columns into one; a null among them makes null.

use aracari_app::steps::concatenate::Concatenate;
use datafusion::logical_expr::Expr;

use crate::column_type::text_literal;
use crate::error::EngineError;
use crate::functions::join_texts;
use crate::table::Table;

pub(super) fn compile(step: &Concatenate, table: Table) -> Result<Table, EngineError> {
    let mut parts: Vec<Expr> = Vec::with_capacity(step.columns.len() * 2);
    for name in &step.columns {
        if !parts.is_empty() && !step.separator.is_empty() {
            parts.push(text_literal(&step.separator));
        }
        parts.push(table.text(name)?);
    }
    let value = joined(parts).ok_or_else(|| EngineError::invalid("a concatenation needs columns"))?;
    table.with_columns(vec![(step.new_column_name.clone(), value)])
}

/// Neighbours become one, and those again: what is joined lies as little deep in itself as can be.
fn joined(mut parts: Vec<Expr>) -> Option<Expr> {
    while parts.len() > 1 {
        let mut pairs = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(left) = rest.next() {
            pairs.push(match rest.next() {
                Some(right) => join_texts(left, right),
                None => left,
            });
        }
        parts = pairs;
    }
    parts.pop()
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn thousands_of_columns_are_joined_in_their_order() {
        let input = table(json!({"a": ["x", "y"], "b": [1, null]}));
        for (count, separator) in [(2_001, ","), (64, ""), (3, "")] {
            let names: Vec<&str> = ["a", "b", "a"].into_iter().cycle().take(count).collect();
            let steps =
                json!([{"name": "concatenate", "columns": names, "separator": separator, "newColumnName": "c"}]);
            let expected: Vec<&str> = ["x", "1", "x"].into_iter().cycle().take(count).collect();
            assert_eq!(run(input.clone(), steps)["c"], json!([expected.join(separator), null]));
        }
    }

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
