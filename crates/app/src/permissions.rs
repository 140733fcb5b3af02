//! Permissions: which rows and columns of a dataset a reader sees. Every doubt is decided against the reader.

use serde::Serialize;

use crate::condition::{AndCondition, Comparison, Condition, Operator, OrCondition};
use crate::query::Reader;
use crate::value::Value;

/// The permissions of one dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Permissions {
    pub rows: RowPermissions,
    pub columns: Vec<ColumnRule>,
}

/// Who sees which rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum RowPermissions {
    /// Everyone who may open the app sees every row.
    Everyone,
    /// A reader sees the union of what the rules that apply to them allow; nothing when none applies.
    Rules(Vec<RowRule>),
}

/// One rule: readers of these groups see the rows for which the condition holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowRule {
    /// Empty means that the rule applies to every reader; such a rule always has a condition.
    pub groups: Vec<String>,
    /// Absent means every row.
    pub condition: Option<UnboundCondition>,
}

/// Only readers of these groups see these columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnRule {
    pub columns: Vec<String>,
    pub groups: Vec<String>,
}

/// A condition whose values may be attributes of the reader.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum UnboundCondition {
    And(Vec<UnboundCondition>),
    Or(Vec<UnboundCondition>),
    Comparison { column: String, operator: Operator, operand: Operand },
}

/// The right side of a comparison in a permission.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Operand {
    Value(Value),
    /// The reader's attribute of this name.
    Attribute(String),
    List(Vec<Operand>),
}

/// What a rule, or all rules together, mean for one reader.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum BoundRule {
    NoRows,
    AllRows,
    Where(Condition),
}

impl Permissions {
    /// Permissions under which nobody sees anything: what an absent `permissions` key means.
    pub fn nobody() -> Self {
        Self { rows: RowPermissions::Rules(Vec::new()), columns: Vec::new() }
    }

    /// The rows that this reader sees: the union of the rules that apply.
    pub fn bind_rows(&self, reader: &Reader) -> BoundRule {
        let RowPermissions::Rules(rules) = &self.rows else { return BoundRule::AllRows };
        let mut alternatives = Vec::new();
        for rule in rules.iter().filter(|rule| rule.applies_to(reader)) {
            match rule.bind(reader) {
                BoundRule::AllRows => return BoundRule::AllRows,
                BoundRule::NoRows => {}
                BoundRule::Where(condition) => alternatives.push(condition),
            }
        }
        match alternatives.pop() {
            None => BoundRule::NoRows,
            Some(only) if alternatives.is_empty() => BoundRule::Where(only),
            Some(last) => {
                alternatives.push(last);
                BoundRule::Where(Condition::Or(OrCondition { or: alternatives }))
            }
        }
    }

    /// The columns that this reader may not see.
    pub fn hidden_columns<'a>(&'a self, reader: &Reader) -> Vec<&'a str> {
        let allowed = |rule: &ColumnRule| rule.groups.iter().any(|group| reader.groups.contains(group));
        let mut hidden: Vec<&str> = self
            .columns
            .iter()
            .filter(|rule| !allowed(rule))
            .flat_map(|rule| rule.columns.iter().map(String::as_str))
            .collect();
        hidden.sort_unstable();
        hidden.dedup();
        hidden
    }

    /// True when some rule restricts this column for somebody.
    pub fn restricts(&self, column: &str) -> bool {
        self.columns.iter().any(|rule| rule.columns.iter().any(|restricted| restricted == column))
    }
}

impl RowRule {
    /// True when the reader belongs to one of the rule's groups, or the rule names none.
    pub fn applies_to(&self, reader: &Reader) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|group| reader.groups.contains(group))
    }

    /// Puts the reader's attributes into the condition. A missing, null or empty attribute means no rows from this
    /// rule, whatever the operator and wherever in the condition it stands.
    pub fn bind(&self, reader: &Reader) -> BoundRule {
        if !self.applies_to(reader) {
            return BoundRule::NoRows;
        }
        match &self.condition {
            None if self.groups.is_empty() => BoundRule::NoRows,
            None => BoundRule::AllRows,
            Some(condition) => condition.bind(reader).map_or(BoundRule::NoRows, BoundRule::Where),
        }
    }
}

impl UnboundCondition {
    /// Calls `visit` with every column that the condition reads.
    pub fn visit_columns<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|condition| condition.visit_columns(visit)),
            Self::Comparison { column, .. } => visit(column),
        }
    }

    fn bind(&self, reader: &Reader) -> Option<Condition> {
        match self {
            Self::And(all) => {
                let and = all.iter().map(|condition| condition.bind(reader)).collect::<Option<Vec<_>>>()?;
                (!and.is_empty()).then_some(Condition::And(AndCondition { and }))
            }
            Self::Or(any) => {
                let or = any.iter().map(|condition| condition.bind(reader)).collect::<Option<Vec<_>>>()?;
                (!or.is_empty()).then_some(Condition::Or(OrCondition { or }))
            }
            Self::Comparison { column, operator, operand } => {
                let value = match operator {
                    Operator::Isnull | Operator::Notnull => Value::Null,
                    _ => operand.bind(reader)?,
                };
                let (fitted_operator, fitted_value) = fit(*operator, value)?;
                Some(Condition::Comparison(Comparison {
                    column: column.clone(),
                    operator: fitted_operator,
                    value: fitted_value,
                }))
            }
        }
    }
}

impl Operand {
    fn bind(&self, reader: &Reader) -> Option<Value> {
        match self {
            Self::Value(value) => usable(value.clone()),
            Self::Attribute(name) => usable(reader.attributes.get(name)?.clone()),
            Self::List(operands) => {
                let mut values = Vec::new();
                for operand in operands {
                    match operand.bind(reader)? {
                        Value::List(items) => values.extend(items),
                        value => values.push(value),
                    }
                }
                usable(Value::List(values))
            }
        }
    }
}

/// A value that a permission may compare with: not null, not All, no list that holds one of these or is empty.
fn usable(value: Value) -> Option<Value> {
    match value {
        Value::Null | Value::All => None,
        Value::List(items) => {
            let kept: Vec<Value> = items.into_iter().filter(|item| *item != Value::Null).collect();
            let nested = kept.iter().any(|item| matches!(item, Value::All | Value::List(_)));
            (!kept.is_empty() && !nested).then_some(Value::List(kept))
        }
        scalar => Some(scalar),
    }
}

/// Fits the operator to a list or a single value; `None` where the two make no sense together.
fn fit(operator: Operator, value: Value) -> Option<(Operator, Value)> {
    match (operator, value) {
        (Operator::Eq, list @ Value::List(_)) => Some((Operator::In, list)),
        (Operator::Ne, list @ Value::List(_)) => Some((Operator::Nin, list)),
        (Operator::In | Operator::Nin, list @ Value::List(_)) => Some((operator, list)),
        (Operator::In | Operator::Nin, scalar) => Some((operator, Value::List(vec![scalar]))),
        (_, Value::List(_)) => None,
        (_, scalar) => Some((operator, scalar)),
    }
}
