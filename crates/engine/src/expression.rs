//! Formulas to expressions.

use aracari_app::Value;
use aracari_app::formula::{BinaryOperator, Formula};
use aracari_app::schema::ColumnType;
use aracari_app::steps::FormulaText;
use arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, Operator, binary_expr, cast, not};

use crate::column_type::{TEXT, literal, unite};
use crate::error::EngineError;
use crate::exact;
use crate::functions;
use crate::table::Table;
use crate::weight;

/// The formula as an expression over the table's columns.
pub(crate) fn compile_text(text: &FormulaText, table: &Table) -> Result<Expr, EngineError> {
    let formula = text.parse().map_err(|error| EngineError::invalid(format!("in a formula: {error}")))?;
    compile(&formula, table)
}

fn compile(formula: &Formula, table: &Table) -> Result<Expr, EngineError> {
    let expression = typed(formula, table)?.0;
    weight::check(&expression)?;
    Ok(expression)
}

fn typed(formula: &Formula, table: &Table) -> Result<(Expr, ColumnType), EngineError> {
    match formula {
        Formula::Literal(value) => {
            let kind = match value {
                Value::Boolean(_) => ColumnType::Boolean,
                Value::Integer(_) => ColumnType::Integer,
                Value::Float(_) => ColumnType::Float,
                Value::Text(_) => ColumnType::Text,
                Value::Date(_) => ColumnType::Date,
                Value::Null | Value::List(_) | Value::All => ColumnType::Unknown,
            };
            let expression = literal(value).ok_or_else(|| EngineError::invalid("a list is no value of a formula"))?;
            Ok((expression, kind))
        }
        Formula::Column(name) => table.typed(name),
        Formula::Negate(inner) => {
            let (expression, kind) = number(typed(inner, table)?)?;
            Ok(match kind {
                ColumnType::Integer => (exact::negated(expression), kind),
                _ => (Expr::Negative(Box::new(expression)), kind),
            })
        }
        Formula::Not(inner) => Ok((not(truth(typed(inner, table)?)?), ColumnType::Boolean)),
        Formula::Binary(left, operator, right) => binary(typed(left, table)?, *operator, typed(right, table)?),
    }
}

pub(crate) type Typed = (Expr, ColumnType);

fn binary(left: Typed, operator: BinaryOperator, right: Typed) -> Result<Typed, EngineError> {
    match operator {
        BinaryOperator::Add if left.1 == ColumnType::Text || right.1 == ColumnType::Text => {
            let joined =
                functions::join_texts(functions::text_of(left.0, left.1), functions::text_of(right.0, right.1));
            Ok((joined, ColumnType::Text))
        }
        BinaryOperator::Add => arithmetic(left, Operator::Plus, right),
        BinaryOperator::Subtract => arithmetic(left, Operator::Minus, right),
        BinaryOperator::Multiply => arithmetic(left, Operator::Multiply, right),
        BinaryOperator::Divide => {
            let (dividend, divisor) = (float(number(left)?), float(number(right)?));
            Ok((functions::divide(dividend, divisor), ColumnType::Float))
        }
        BinaryOperator::Modulo => {
            let (left, right) = (number(left)?, number(right)?);
            let kind = unite(left.1, right.1);
            let (dividend, divisor) =
                if kind == ColumnType::Float { (float(left), float(right)) } else { (left.0, right.0) };
            Ok((functions::remainder(dividend, divisor), kind))
        }
        BinaryOperator::And => Ok((truth(left)?.and(truth(right)?), ColumnType::Boolean)),
        BinaryOperator::Or => Ok((truth(left)?.or(truth(right)?), ColumnType::Boolean)),
        BinaryOperator::Equal => compared(left, Operator::Eq, right),
        BinaryOperator::NotEqual => compared(left, Operator::NotEq, right),
        BinaryOperator::Less => compared(left, Operator::Lt, right),
        BinaryOperator::LessOrEqual => compared(left, Operator::LtEq, right),
        BinaryOperator::Greater => compared(left, Operator::Gt, right),
        BinaryOperator::GreaterOrEqual => compared(left, Operator::GtEq, right),
    }
}

fn arithmetic(left: Typed, operator: Operator, right: Typed) -> Result<Typed, EngineError> {
    let (left, right) = (number(left)?, number(right)?);
    let kind = unite(left.1, right.1);
    if kind == ColumnType::Float {
        return Ok((binary_expr(float(left), operator, float(right)), kind));
    }
    Ok((exact::arithmetic(left.0, operator, right.0), kind))
}

fn compared(left: Typed, operator: Operator, right: Typed) -> Result<Typed, EngineError> {
    let numeric = |kind| matches!(kind, ColumnType::Integer | ColumnType::Float | ColumnType::Boolean);
    let (left_expression, right_expression) = match (left.1, right.1) {
        (first, second) if first == second => (left.0, right.0),
        (ColumnType::Unknown, _) | (_, ColumnType::Unknown) => (left.0, right.0),
        (first, second) if numeric(first) && numeric(second) => {
            let (left, right) = (number(left)?, number(right)?);
            if left.1 == right.1 { (left.0, right.0) } else { (float(left), float(right)) }
        }
        (ColumnType::Date, ColumnType::Text) => (left.0, functions::parse_date(right.0, None)),
        (ColumnType::Text, ColumnType::Date) => (functions::parse_date(left.0, None), right.0),
        _ => (functions::text_of(left.0, left.1), functions::text_of(right.0, right.1)),
    };
    Ok((binary_expr(left_expression, operator, right_expression), ColumnType::Boolean))
}

/// A number; booleans count as 0 and 1.
pub(crate) fn number((expression, kind): Typed) -> Result<Typed, EngineError> {
    match kind {
        ColumnType::Integer | ColumnType::Float => Ok((expression, kind)),
        ColumnType::Boolean => Ok((cast(expression, DataType::Int64), ColumnType::Integer)),
        ColumnType::Unknown => Ok((cast(expression, DataType::Float64), ColumnType::Float)),
        ColumnType::Text | ColumnType::Date | ColumnType::Geometry => {
            Err(EngineError::invalid("arithmetic needs numbers"))
        }
    }
}

fn float((expression, kind): Typed) -> Expr {
    match expression {
        expression if kind == ColumnType::Float => expression,
        Expr::Literal(written, _) => match written.cast_to(&DataType::Float64) {
            Ok(float) => Expr::Literal(float, None),
            Err(_) => cast(Expr::Literal(written, None), DataType::Float64),
        },
        expression => cast(expression, DataType::Float64),
    }
}

fn truth((expression, kind): Typed) -> Result<Expr, EngineError> {
    match kind {
        ColumnType::Boolean => Ok(expression),
        ColumnType::Integer | ColumnType::Float | ColumnType::Unknown => Ok(cast(expression, DataType::Boolean)),
        _ => Err(EngineError::invalid("`and`, `or` and `not` need booleans")),
    }
}

/// Brings branches of a case to one type.
pub(crate) fn as_type(expression: Expr, from: ColumnType, to: ColumnType) -> Expr {
    match to {
        _ if from == to => expression,
        ColumnType::Text => functions::text_of(expression, from),
        ColumnType::Unknown => cast(expression, TEXT),
        other => cast(expression, crate::column_type::canonical_type(other)),
    }
}
