//! `substring`: takes a part of a text column, by positions.

use aracari_app::steps::substring::Substring;

use crate::error::EngineError;
use crate::functions::{TextPart, part_of_text};
use crate::table::Table;

pub(super) fn compile(step: &Substring, table: Table) -> Result<Table, EngineError> {
    let part = part_of_text(table.text(&step.column)?, TextPart::Between(step.start_index, step.end_index));
    table.with_columns(vec![(step.new_name(), part)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn a_part_goes_into_a_new_column() {
        let input = table(json!({"t": ["maréchal", "ab", "", null]}));
        let steps = json!([{"name": "substring", "column": "t", "startIndex": 3, "endIndex": -3}]);
        assert_eq!(run(input.clone(), steps)["t_SUBSTR"], json!(["réch", "", "", null]));
        let named =
            json!([{"name": "substring", "column": "t", "start_index": 1, "end_index": 1, "new_column_name": "t"}]);
        assert_eq!(run(input, named), json!({"t": ["m", "a", "", null]}));
    }

    #[test]
    fn other_values_are_read_as_texts() {
        let input = table(json!({"n": [1234, -56], "d": ["2021-03-04T00:00:00Z", null]}));
        for (column, expected) in [("n", json!(["12", "-5"])), ("d", json!(["20", null]))] {
            let steps =
                json!([{"name": "substring", "column": column, "startIndex": 1, "endIndex": 2, "newColumnName": "s"}]);
            assert_eq!(run(input.clone(), steps)["s"], expected, "{column}");
        }
    }
}
