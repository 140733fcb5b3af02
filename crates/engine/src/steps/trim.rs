//! `trim`: removes the white space around texts.

use aracari_app::steps::trim::Trim;

use crate::error::EngineError;
use crate::functions::{TextPart, part_of_text};
use crate::table::Table;

pub(super) fn compile(step: &Trim, table: Table) -> Result<Table, EngineError> {
    let mut trimmed = Vec::with_capacity(step.columns.len());
    for name in &step.columns {
        trimmed.push((name.clone(), part_of_text(table.text(name)?, TextPart::Trimmed)));
    }
    table.with_columns(trimmed)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn white_space_goes_at_both_ends_only() {
        let input = table(json!({"a": [" x y ", "\t\n", null], "b": [" p", "q ", "r"], "c": [" k ", "", " "]}));
        let steps = json!([{"name": "trim", "columns": ["a", "b"]}]);
        let expected = json!({"a": ["x y", "", null], "b": ["p", "q", "r"], "c": [" k ", "", " "]});
        assert_eq!(run(input, steps), expected);
    }
}
