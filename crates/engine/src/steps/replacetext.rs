//! `replacetext`: replaces a piece of text wherever it stands in a column.

use aracari_app::steps::replacetext::Replacetext;

use crate::column_type::text_literal;
use crate::error::EngineError;
use crate::functions::replace_text;
use crate::table::Table;

pub(super) fn compile(step: &Replacetext, table: Table) -> Result<Table, EngineError> {
    let text = table.text(&step.search_column)?;
    let replaced = replace_text(text, text_literal(&step.old_str), text_literal(&step.new_str));
    table.with_columns(vec![(step.search_column.clone(), replaced)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn every_piece_is_replaced_and_none_is_a_pattern() {
        let input = table(json!({"t": ["a.b.a", "axb", "", null]}));
        let replaced = |steps| run(input.clone(), steps)["t"].clone();
        let dots = json!([{"name": "replacetext", "searchColumn": "t", "oldStr": ".", "newStr": "$0"}]);
        assert_eq!(replaced(dots), json!(["a$0b$0a", "axb", "", null]));
        let removed = json!([{"name": "replacetext", "search_column": "t", "old_str": "a"}]);
        assert_eq!(replaced(removed), json!([".b.", "xb", "", null]));
    }
}
