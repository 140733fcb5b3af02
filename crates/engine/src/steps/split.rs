//! `split`: cuts a text column at a delimiter, each part into a new column.

use aracari_app::steps::split::Split;

use crate::error::EngineError;
use crate::functions::{TextPart, part_of_text};
use crate::table::Table;

pub(super) fn compile(step: &Split, table: Table) -> Result<Table, EngineError> {
    if let Some(mistake) = step.mistake() {
        return Err(EngineError::invalid(mistake));
    }
    let text = table.text(&step.column)?;
    let piece = |number| part_of_text(text.clone(), TextPart::Piece(step.delimiter.clone(), number));
    let pieces = step.new_names().enumerate().map(|(number, name)| (name, piece(number))).collect();
    table.with_columns(pieces)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn parts_past_the_last_are_null_and_those_too_many_are_left_out() {
        let input = table(json!({"t": ["a, b, c", "a", "", null], "t_2": [1, 2, 3, 4]}));
        let steps = json!([{"name": "split", "column": "t", "delimiter": ", ", "numberColsToKeep": 2}]);
        let expected =
            json!({"t": ["a, b, c", "a", "", null], "t_2": ["b", null, null, null], "t_1": ["a", "a", "", null]});
        assert_eq!(run(input, steps), expected);
    }

    #[test]
    fn the_delimiter_is_no_pattern() {
        let input = table(json!({"t": ["a.b.c", "a|b"]}));
        let steps = json!([{"name": "split", "column": "t", "delimiter": ".", "number_cols_to_keep": 3}]);
        assert_eq!(run(input, steps)["t_3"], json!(["c", null]));
    }

    #[test]
    fn a_split_is_bounded() {
        for (delimiter, count, word) in [("", 2, "delimiter"), (",", 100_000, "1000")] {
            let steps = json!([{"name": "split", "column": "t", "delimiter": delimiter, "numberColsToKeep": count}]);
            assert!(failure(table(json!({"t": ["a"]})), steps).contains(word), "{word}");
        }
    }
}
