//! Conditions to expressions: what `filter`, `ifthenelse` and permissions compare.
//!
//! A value is compared as what it is. Where it cannot be a value of the column (a text that is no number, say) it is
//! equal to nothing, so `eq` and `in` keep no row, `ne` and `nin` all of them; in a permission no operator keeps any.

use aracari_app::condition::{Comparison, Condition, Operator};
use aracari_app::schema::ColumnType;
use aracari_app::{Value, search_pattern};
use chrono::{DateTime, Days, Utc};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, Operator as SqlOperator, binary_expr, in_list, lit};

use crate::column_type::{literal, text_literal};
use crate::error::EngineError;
use crate::functions;
use crate::table::Table;

/// From 2^53 on, a float stands for several whole numbers.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// How doubts are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A question: a value that fits no row is equal to none.
    Question,
    /// A permission: a value that does not fit lets no row pass.
    Permission,
}

/// The condition as an expression; a row passes where it is true, not where it is false or null (nothing negates it).
pub(crate) fn compile(condition: &Condition, table: &Table, purpose: Purpose) -> Result<Expr, EngineError> {
    match condition {
        Condition::And(group) => {
            let parts = group.and.iter().map(|inner| compile(inner, table, purpose)).collect::<Result<Vec<_>, _>>()?;
            Ok(balanced(parts, Expr::and).unwrap_or_else(|| lit(purpose == Purpose::Question)))
        }
        Condition::Or(group) => {
            let parts = group.or.iter().map(|inner| compile(inner, table, purpose)).collect::<Result<Vec<_>, _>>()?;
            Ok(balanced(parts, Expr::or).unwrap_or_else(|| lit(false)))
        }
        Condition::Comparison(comparison) => compare(comparison, table, purpose),
    }
}

/// Joins expressions as a tree of little depth.
fn balanced(mut parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    while parts.len() > 1 {
        let mut next = Vec::with_capacity(parts.len().div_ceil(2));
        let mut pairs = parts.into_iter();
        while let Some(left) = pairs.next() {
            next.push(match pairs.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        parts = next;
    }
    parts.pop()
}

fn compare(comparison: &Comparison, table: &Table, purpose: Purpose) -> Result<Expr, EngineError> {
    let (column, kind) = table.typed(&comparison.column)?;
    let value = &comparison.value;
    let fitted =
        |value: &Value, kind| fitted(value, kind).filter(|literal| purpose == Purpose::Question || is_exact(literal));
    let unfit = |keeps: bool| Ok(lit(keeps && purpose == Purpose::Question));
    match comparison.operator {
        Operator::Isnull => Ok(column.is_null()),
        Operator::Notnull => Ok(column.is_not_null()),
        Operator::Eq => match fitted(value, kind) {
            Some(value) => Ok(column.eq(value)),
            None => unfit(false),
        },
        Operator::Ne => match fitted(value, kind) {
            Some(value) => Ok(column.clone().not_eq(value).or(column.is_null())),
            None => unfit(true),
        },
        Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
            let Some(value) = fitted(value, kind) else { return unfit(false) };
            let operator = match comparison.operator {
                Operator::Lt => SqlOperator::Lt,
                Operator::Le => SqlOperator::LtEq,
                Operator::Gt => SqlOperator::Gt,
                _ => SqlOperator::GtEq,
            };
            Ok(binary_expr(column, operator, value))
        }
        Operator::In | Operator::Nin => {
            let negated = comparison.operator == Operator::Nin;
            let items = match value {
                Value::List(items) => items.as_slice(),
                single => std::slice::from_ref(single),
            };
            let values: Vec<Expr> = items.iter().filter_map(|item| fitted(item, kind)).collect();
            if purpose == Purpose::Permission && (values.is_empty() || (negated && values.len() < items.len())) {
                return Ok(lit(false));
            }
            if values.is_empty() {
                return Ok(lit(negated));
            }
            let found = in_list(column.clone(), values.into_iter().flat_map(as_listed).collect(), negated);
            Ok(if negated { found.or(column.is_null()) } else { found })
        }
        Operator::Matches | Operator::Notmatches => {
            let negated = comparison.operator == Operator::Notmatches;
            let pattern = match value {
                Value::Text(pattern) => pattern.clone(),
                Value::Integer(_) | Value::Float(_) => value.to_string(),
                _ => return unfit(negated),
            };
            check_pattern(&pattern)?;
            let text = functions::text_of(column, kind);
            let operator = if negated { SqlOperator::RegexNotMatch } else { SqlOperator::RegexMatch };
            let found = binary_expr(text.clone(), operator, text_literal(&pattern));
            Ok(if negated { found.or(text.is_null()) } else { found })
        }
        Operator::From | Operator::Until => {
            let Some(day) = midnight(value) else { return unfit(false) };
            let date = match kind {
                ColumnType::Date => column,
                ColumnType::Text => functions::parse_date(column, None),
                _ => return unfit(false),
            };
            if comparison.operator == Operator::From {
                return Ok(date.gt_eq(instant(day)));
            }
            let Some(next) = day.checked_add_days(Days::new(1)) else { return Ok(date.is_not_null()) };
            Ok(date.lt(instant(next)))
        }
    }
}

/// A value of a list in which the library looks values up: there it tells 0.0 and -0.0 apart.
pub(crate) fn as_listed(literal: Expr) -> Vec<Expr> {
    let is_zero = matches!(literal, Expr::Literal(ScalarValue::Float64(Some(0.0)), _));
    if is_zero { vec![lit(0.0), lit(-0.0)] } else { vec![literal] }
}

/// False where a float could be equal to numbers that differ: a permission by such a key would let other rows pass.
fn is_exact(literal: &Expr) -> bool {
    !matches!(literal, Expr::Literal(ScalarValue::Float64(Some(number)), _) if number.abs() >= LARGEST_EXACT)
}

/// Refuses patterns that are none, and those that are too large to search with.
pub(crate) fn check_pattern(pattern: &str) -> Result<(), EngineError> {
    search_pattern::check(pattern).map_err(EngineError::invalid)
}

fn instant(date: DateTime<Utc>) -> Expr {
    literal(&Value::Date(date)).unwrap_or_else(|| lit(false))
}

fn midnight(value: &Value) -> Option<DateTime<Utc>> {
    let date = match value {
        Value::Date(date) => *date,
        Value::Text(text) => Value::parse_date(text)?,
        _ => return None,
    };
    Some(date.date_naive().and_hms_opt(0, 0, 0)?.and_utc())
}

/// The value as a literal of the column's type; `None` when no row can be equal to it.
pub(crate) fn fitted(value: &Value, kind: ColumnType) -> Option<Expr> {
    literal(&value.compared(kind)?)
}
