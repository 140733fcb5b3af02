//! `select`: keeps only the named columns, in that order.

use aracari_app::steps::select::Select;

use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Select, table: Table) -> Result<Table, EngineError> {
    let mut columns = Vec::with_capacity(step.columns.len());
    for name in &step.columns {
        if !columns.iter().any(|(known, _)| known == name) {
            columns.push((name.clone(), table.column(name)?));
        }
    }
    table.project(columns)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn columns_come_in_the_order_asked_for_whatever_their_names() {
        let input = table(json!({"a.b": [1, 2], "C\"d": ["x", null], "e": [1, 1]}));
        let answer = run(input, json!([{"name": "select", "columns": ["C\"d", "a.b"]}]));
        assert_eq!(answer, json!({"C\"d": ["x", null], "a.b": [1, 2]}));
    }
}
