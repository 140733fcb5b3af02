//! Conditions: which rows a filter step, a permission or an if-then-else keeps.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::relative_date::RelativeDate;
use crate::value::Value;

/// A condition on one row: a comparison, or several joined by `and` or `or`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    And(AndCondition),
    Or(OrCondition),
    Comparison(Comparison),
}

/// The keys say which kind it is, so that a mistake is told of that kind.
impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = serde_json::Map::deserialize(deserializer)?;
        let (and, or) = (entries.contains_key("and"), entries.contains_key("or"));
        if !and && !or {
            value_is_there(&entries).map_err(de::Error::custom)?;
        }
        let whole = serde_json::Value::Object(entries);
        let read = match (and, or) {
            (true, _) => serde_json::from_value(whole).map(Self::And),
            (_, true) => serde_json::from_value(whole).map(Self::Or),
            _ => serde_json::from_value(whole).map(Self::Comparison),
        };
        read.map_err(de::Error::custom)
    }
}

/// An operator that compares needs something to compare with.
fn value_is_there(entries: &serde_json::Map<String, serde_json::Value>) -> Result<(), String> {
    let operator = entries.get("operator").and_then(serde_json::Value::as_str).unwrap_or("eq");
    if entries.contains_key("value") || matches!(operator, "isnull" | "notnull") || !entries.contains_key("column") {
        return Ok(());
    }
    Err(format!("`value` is missing: `{operator}` compares the column with it; `isnull` and `notnull` need none"))
}

/// Every condition of the list holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AndCondition {
    pub and: Vec<Condition>,
}

/// At least one condition of the list holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrCondition {
    pub or: Vec<Condition>,
}

/// One column compared with a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    pub column: String,
    #[serde(default)]
    pub operator: Operator,
    #[serde(default = "null")]
    #[schemars(with = "WrittenValue")]
    pub value: Value,
}

/// A value as it may be written in a comparison.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is only described")]
enum WrittenValue {
    Value(Value),
    RelativeDate(RelativeDate),
}

fn null() -> Value {
    Value::Null
}

/// How a column is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Operator {
    #[default]
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Nin,
    Isnull,
    Notnull,
    Matches,
    Notmatches,
    /// On or after the day of the value.
    From,
    /// On or before the day of the value, that day included.
    Until,
}

impl Operator {
    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::In => "in",
            Self::Nin => "nin",
            Self::Isnull => "isnull",
            Self::Notnull => "notnull",
            Self::Matches => "matches",
            Self::Notmatches => "notmatches",
            Self::From => "from",
            Self::Until => "until",
        }
    }
}

impl Condition {
    /// Removes every comparison whose value is [`Value::All`], and the groups this leaves empty.
    ///
    /// `None` means that no condition is left: every row passes. Never call it on a permission.
    #[must_use]
    pub fn without_all(self) -> Option<Self> {
        match self {
            Self::Comparison(comparison) => (!comparison.value.is_all()).then_some(Self::Comparison(comparison)),
            Self::And(group) => {
                let and: Vec<_> = group.and.into_iter().filter_map(Self::without_all).collect();
                (!and.is_empty()).then_some(Self::And(AndCondition { and }))
            }
            Self::Or(group) => {
                let or: Vec<_> = group.or.into_iter().filter_map(Self::without_all).collect();
                (!or.is_empty()).then_some(Self::Or(OrCondition { or }))
            }
        }
    }

    /// Calls `visit` with every column that the condition reads.
    pub fn visit_columns<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::Comparison(comparison) => visit(&comparison.column),
            Self::And(group) => group.and.iter().for_each(|condition| condition.visit_columns(visit)),
            Self::Or(group) => group.or.iter().for_each(|condition| condition.visit_columns(visit)),
        }
    }
}
