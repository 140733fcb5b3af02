//! `uppercase`: turns a text column to upper case.

use aracari_app::steps::uppercase::Uppercase;

use crate::error::EngineError;
use crate::functions::upper_case;
use crate::table::Table;

pub(super) fn compile(step: &Uppercase, table: Table) -> Result<Table, EngineError> {
    let text = table.text(&step.column)?;
    table.with_columns(vec![(step.column.clone(), upper_case(text))])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn letters_of_every_language_change() {
        let input = table(json!({"t": ["Été", "abc1", "", null], "n": [1, 2, 3, 4]}));
        let steps = json!([{"name": "uppercase", "column": "t"}]);
        assert_eq!(run(input, steps), json!({"t": ["ÉTÉ", "ABC1", "", null], "n": [1, 2, 3, 4]}));
    }
}
