//! `formula`: computes a column from others.

use aracari_app::steps::formula::Formula;

use crate::error::EngineError;
use crate::expression;
use crate::table::Table;

pub(super) fn compile(step: &Formula, table: Table) -> Result<Table, EngineError> {
    let expression = expression::compile_text(&step.formula, &table)?;
    table.with_columns(vec![(step.new_column.clone(), expression)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::{Value, json};

    fn computed(formula: &str) -> Value {
        let input = table(json!({"a": [7, -7, 0, null], "b b": [2, 2, 0, 1], "t": ["x", "y", null, "it's"]}));
        run(input, json!([{"name": "formula", "newColumn": "f", "formula": formula}]))["f"].clone()
    }

    #[test]
    fn arithmetic_is_that_of_people() {
        for (formula, expected) in [
            ("a + [b b] * 2", json!([11, -3, 0, null])),
            ("a / [b b]", json!([3.5, -3.5, null, null])),
            ("-a / 0", json!([null, null, null, null])),
            ("a % 3", json!([1, 2, 0, null])),
            ("a % -3", json!([-2, -1, 0, null])),
            ("a % [b b]", json!([1, 1, null, null])),
            ("a % 2.5", json!([2.0, 0.5, 0.0, null])),
            ("1 + 1.5", json!([2.5, 2.5, 2.5, 2.5])),
            ("a > 0", json!([true, false, false, null])),
            ("a > 0 or [b b] == 0", json!([true, false, true, null])),
            ("not (a > 0)", json!([false, true, true, null])),
            ("(a > 0) + 1", json!([2, 1, 1, null])),
            ("t + '-' + a", json!(["x-7", "y--7", null, null])),
            ("t == 'x'", json!([true, false, null, false])),
            ("\"it's\"", json!(["it's", "it's", "it's", "it's"])),
            ("null", json!([null, null, null, null])),
        ] {
            assert_eq!(computed(formula), expected, "{formula}");
        }
    }

    #[test]
    fn a_formula_can_replace_a_column_that_it_reads() {
        let input = table(json!({"a": [1, 2], "b": [3, 4]}));
        let steps = json!([{"name": "formula", "newColumn": "a", "formula": "a + b"}]);
        assert_eq!(run(input, steps), json!({"a": [4, 6], "b": [3, 4]}));
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        for (formula, words) in [("a +", "formula"), ("nothing", "no column `nothing`"), ("t * 2", "numbers")] {
            let input = table(json!({"a": [1], "t": ["x"]}));
            let message = failure(input, json!([{"name": "formula", "newColumn": "f", "formula": formula}]));
            assert!(message.contains(words), "{formula}: {message}");
        }
    }
}
