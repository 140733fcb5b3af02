//! The types of computed columns.

use super::{ColumnType, Inferred, Problem, TableSchema, column, condition, describe, shape, type_of, unite};
use crate::formula::{BinaryOperator, Formula};
use crate::steps::FormulaText;
use crate::steps::formula::Formula as FormulaStep;
use crate::steps::ifthenelse::{Ifthenelse, Otherwise};

pub(super) fn formula(step: &FormulaStep, schema: TableSchema) -> Inferred {
    let kind = of_text(&step.formula, &schema)?;
    Ok(shape::with(schema, &step.new_column, kind))
}

pub(super) fn ifthenelse(step: &Ifthenelse, schema: TableSchema) -> Inferred {
    condition(&schema, &step.condition)?;
    let kind = unite(of_text(&step.then, &schema)?, of_otherwise(&step.otherwise, &schema)?);
    Ok(shape::with(schema, &step.new_column, kind))
}

fn of_otherwise(otherwise: &Otherwise, schema: &TableSchema) -> Inferred<ColumnType> {
    match otherwise {
        Otherwise::Formula(text) => of_text(text, schema),
        Otherwise::Case(case) => {
            condition(schema, &case.condition)?;
            Ok(unite(of_text(&case.then, schema)?, of_otherwise(&case.otherwise, schema)?))
        }
    }
}

/// The type of a formula; a text that is only a variable is known when it runs.
fn of_text(text: &FormulaText, schema: &TableSchema) -> Inferred<ColumnType> {
    if let FormulaText::Text(text) = text
        && text.contains("{{")
    {
        return Ok(ColumnType::Unknown);
    }
    let parsed = text.parse().map_err(|error| Problem::new(error.to_string()))?;
    of(&parsed, schema)
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
