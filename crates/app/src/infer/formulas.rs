//! The types of computed columns.

use super::{ColumnType, Inferred, Problem, TableSchema, column, describe, type_of, unite};
use crate::formula::{BinaryOperator, Formula};
use crate::steps::FormulaText;
use crate::value::Value;

/// The type of a formula; a text that is only a variable is known when it runs.
pub(crate) fn of_text(text: &FormulaText, schema: &TableSchema) -> Inferred<ColumnType> {
    if let FormulaText::Text(text) = text
        && text.contains("{{")
    {
        return Ok(ColumnType::Unknown);
    }
    let parsed = text.parse().map_err(|error| Problem::new(error.to_string()))?;
    of(&parsed, schema)
}

/// The type of a formula that is one of several; none for a null, which fits to every type.
pub(crate) fn of_branch(text: &FormulaText, schema: &TableSchema) -> Inferred<Option<ColumnType>> {
    match text.parse() {
        Ok(Formula::Literal(Value::Null)) => Ok(None),
        _ => of_text(text, schema).map(Some),
    }
}

/// The type of a formula over the columns of `schema`.
fn of(formula: &Formula, schema: &TableSchema) -> Inferred<ColumnType> {
    match formula {
        Formula::Literal(value) => Ok(type_of(value)),
        Formula::Column(name) => column(schema, name),
        Formula::Negate(inner) => number(of(inner, schema)?),
        Formula::Not(inner) => of(inner, schema).map(|_| ColumnType::Boolean),
        Formula::Binary(left, operator, right) => {
            let (left, right) = (of(left, schema)?, of(right, schema)?);
            match operator {
                BinaryOperator::Add if left == ColumnType::Text || right == ColumnType::Text => Ok(ColumnType::Text),
                BinaryOperator::Add | BinaryOperator::Subtract | BinaryOperator::Multiply | BinaryOperator::Modulo => {
                    Ok(unite(number(left)?, number(right)?))
                }
                BinaryOperator::Divide => {
                    number(left)?;
                    number(right)?;
                    Ok(ColumnType::Float)
                }
                _ => Ok(ColumnType::Boolean),
            }
        }
    }
}

fn number(kind: ColumnType) -> Inferred<ColumnType> {
    match kind {
        ColumnType::Boolean => Ok(ColumnType::Integer),
        ColumnType::Integer | ColumnType::Float | ColumnType::Unknown => Ok(kind),
        other => Err(Problem::new(format!("arithmetic needs numbers, and this computes with {}", describe(other)))),
    }
}
