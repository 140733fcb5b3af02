//! `text`: adds a column that holds the same value in every row.

use aracari_app::steps::text::TextStep;

use crate::column_type::literal;
use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &TextStep, table: Table) -> Result<Table, EngineError> {
    let value = literal(&step.text).ok_or_else(|| EngineError::invalid("a column cannot hold a list"))?;
    table.with_columns(vec![(step.new_column.clone(), value)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn a_value_keeps_its_type() {
        for value in [json!("it's {{ text }}"), json!(1), json!(1.5), json!(true), json!(null)] {
            let steps = json!([{"name": "text", "text": value, "newColumn": "t"}]);
            assert_eq!(run(table(json!({"a": [1, 2]})), steps)["t"], json!([value, value]));
        }
    }
}
