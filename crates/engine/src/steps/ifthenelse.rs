//! `ifthenelse`: computes a column by cases.

use aracari_app::condition::Condition;
use aracari_app::schema::ColumnType;
use aracari_app::steps::FormulaText;
use aracari_app::steps::ifthenelse::{Ifthenelse, Otherwise};
use datafusion::logical_expr::{Expr, lit, when};

use crate::column_type::unite;
use crate::condition::{self, Purpose};
use crate::error::EngineError;
use crate::expression::{as_type, compile_text};
use crate::table::Table;

const MAX_CASES: usize = 100;

pub(super) fn compile(step: &Ifthenelse, table: Table) -> Result<Table, EngineError> {
    let mut cases = vec![case(&step.condition, &step.then, &table)?];
    let mut rest = &step.otherwise;
    let last = loop {
        match rest {
            Otherwise::Formula(text) => break compile_text(text, &table)?,
            Otherwise::Case(inner) if cases.len() < MAX_CASES => {
                cases.push(case(&inner.condition, &inner.then, &table)?);
                rest = &inner.otherwise;
            }
            Otherwise::Case(_) => return Err(EngineError::invalid(format!("more than {MAX_CASES} cases"))),
        }
    };
    let last_type = table.type_of(&last)?;
    let mut types = Vec::with_capacity(cases.len());
    for (_, then) in &cases {
        types.push(table.type_of(then)?);
    }
    let common = types.iter().copied().fold(last_type, unite);
    let mut branches =
        cases.into_iter().zip(types).map(|((condition, then), kind)| (condition, branch(then, kind, common)));
    let Some((first_condition, first)) = branches.next() else {
        return Err(EngineError::internal("a case has no branch"));
    };
    let mut builder = when(first_condition, first);
    for (condition, then) in branches {
        builder = builder.when(condition, then);
    }
    let expression = builder.otherwise(branch(last, last_type, common))?;
    table.with_columns(vec![(step.new_column.clone(), expression)])
}

fn branch(expression: Expr, kind: ColumnType, common: ColumnType) -> Expr {
    as_type(expression, kind, common)
}

fn case(condition: &Condition, then: &FormulaText, table: &Table) -> Result<(Expr, Expr), EngineError> {
    let predicate = match condition.clone().without_all() {
        Some(condition) => condition::compile(&condition, table, Purpose::Question)?,
        None => lit(true),
    };
    Ok((predicate, compile_text(then, table)?))
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn the_first_case_that_holds_decides() {
        let input = table(json!({"a": [1, 5, 9, null], "t": ["u", "v", "w", "z"]}));
        let steps = json!([{"name": "ifthenelse", "newColumn": "c", "if": {"column": "a", "operator": "lt", "value": 3},
            "then": "'small'", "else": {"if": {"column": "a", "operator": "lt", "value": 7}, "then": "t", "else": "null"}}]);
        assert_eq!(run(input, steps)["c"], json!(["small", "v", null, null]));
    }

    #[test]
    fn branches_of_several_types_meet() {
        let input = table(json!({"a": [1, 2]}));
        let steps = json!([{"name": "ifthenelse", "newColumn": "c", "if": {"column": "a", "value": 1}, "then": "a", "else": 2.5}]);
        assert_eq!(run(input.clone(), steps)["c"], json!([1.0, 2.5]));
        let mixed = json!([{"name": "ifthenelse", "newColumn": "c", "if": {"column": "a", "value": 1}, "then": "a", "else": "'x'"}]);
        assert_eq!(run(input, mixed)["c"], json!(["1", "x"]));
    }

    #[test]
    fn a_further_case_may_say_its_name_and_use_the_other_spelling() {
        let input = table(json!({"a": [1, 2, 3]}));
        let steps = json!([{"name": "ifthenelse", "new_column": "c", "condition": {"column": "a", "value": 1}, "then": 10,
            "else_value": {"name": "ifthenelse", "condition": {"column": "a", "value": 2}, "then": "-a", "else_value": "a * 2"}}]);
        assert_eq!(run(input, steps)["c"], json!([10, -2, 6]));
    }
}
