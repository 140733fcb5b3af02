//! `lowercase`: turns a text column to lower case.

use aracari_app::steps::lowercase::Lowercase;

use crate::error::EngineError;
use crate::functions::lower_case;
use crate::table::Table;

pub(super) fn compile(step: &Lowercase, table: Table) -> Result<Table, EngineError> {
    let text = table.text(&step.column)?;
    table.with_columns(vec![(step.column.clone(), lower_case(text))])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn letters_of_every_language_change() {
        let input = table(json!({"t": ["Été", "ABC1", "", null], "n": [1, 2, 3, 4]}));
        let steps = json!([{"name": "lowercase", "column": "t"}]);
        assert_eq!(run(input, steps), json!({"t": ["été", "abc1", "", null], "n": [1, 2, 3, 4]}));
    }
}
