//! Choices: what a filter or a view holds, read from the wire, and the condition it puts on a column.

use chrono::{Datelike, Days, Months, NaiveDate};
use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::condition::{AndCondition, Comparison, Condition, Operator};
use crate::config::{self, FilterDefault, FilterType};
use crate::schema::ColumnType;
use crate::value::Value;

/// The longest text that a choice may hold, in characters.
const MAX_TEXT: usize = 1_000;
/// The most values that a multi-select may hold.
const MAX_VALUES: usize = 1_000;

/// What a filter or a view holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// No condition.
    All,
    /// From one day to another, both included.
    Period {
        start: NaiveDate,
        end: NaiveDate,
    },
    One(Value),
    Many(Vec<Value>),
}

/// A filter with its default and the columns it limits.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledFilter {
    pub id: String,
    pub settings: config::Filter,
    pub default: Choice,
    /// The type of the values that it holds.
    pub value_type: ColumnType,
    /// From dataset to the column that it limits there.
    pub targets: IndexMap<String, String>,
}

/// A view with the columns it limits.
#[derive(Debug, Clone, PartialEq)]
pub struct CompiledView {
    pub id: String,
    pub settings: config::View,
    pub value_type: ColumnType,
    /// From dataset to the column that it limits there.
    pub targets: IndexMap<String, String>,
}

impl Choice {
    /// The condition on `column`; `None` for All.
    pub fn condition(&self, column: &str) -> Option<Condition> {
        let comparison = |operator: Operator, value: Value| {
            Condition::Comparison(Comparison { column: column.to_owned(), operator, value })
        };
        match self {
            Self::All => None,
            Self::Period { start, end } => Some(Condition::And(AndCondition {
                and: vec![comparison(Operator::From, day(*start)), comparison(Operator::Until, day(*end))],
            })),
            Self::One(value) => Some(comparison(Operator::Eq, value.clone())),
            Self::Many(values) => Some(comparison(Operator::In, Value::List(values.clone()))),
        }
    }

    /// The value as a variable sees it; `part` is `start` or `end` of a period.
    pub fn value(&self, part: Option<&str>) -> Option<Value> {
        match (self, part) {
            (Self::All, _) => Some(Value::All),
            (Self::Period { start, .. }, Some("start")) => Some(day(*start)),
            (Self::Period { end, .. }, Some("end")) => Some(day(*end)),
            (Self::Period { start, end }, None) => Some(Value::List(vec![day(*start), day(*end)])),
            (Self::One(value), None) => Some(value.clone()),
            (Self::Many(values), None) => Some(Value::List(values.clone())),
            _ => None,
        }
    }

    /// The period before this one: as many whole months before whole months, else as many days before.
    ///
    /// `None` when it would begin before `earliest`: half a period is nothing to compare with.
    pub fn previous(&self, earliest: Option<NaiveDate>) -> Option<Self> {
        let Self::Period { start, end } = self else { return None };
        let day_after = end.succ_opt()?;
        let previous_start = if start.day() == 1 && day_after.day() == 1 {
            let months =
                (day_after.year() - start.year()) * 12 + day_after.month().cast_signed() - start.month().cast_signed();
            start.checked_sub_months(Months::new(u32::try_from(months).ok()?))?
        } else {
            start.checked_sub_days(Days::new(u64::try_from((day_after - *start).num_days()).ok()?))?
        };
        let is_known = earliest.is_none_or(|earliest| previous_start >= earliest);
        is_known.then_some(Self::Period { start: previous_start, end: start.pred_opt()? })
    }

    /// The choice in the form that a question carries it; null is All.
    pub fn to_wire(&self) -> Json {
        match self {
            Self::All => Json::Null,
            Self::Period { start, end } => serde_json::json!({ "start": start.to_string(), "end": end.to_string() }),
            Self::One(value) => wire_value(value),
            Self::Many(values) => Json::Array(values.iter().map(wire_value).collect()),
        }
    }
}

fn wire_value(value: &Value) -> Json {
    match value {
        Value::Date(date) => Json::String(date.to_rfc3339()),
        other => serde_json::to_value(other).unwrap_or(Json::Null),
    }
}

fn day(date: NaiveDate) -> Value {
    Value::Date(date.and_time(chrono::NaiveTime::MIN).and_utc())
}

impl CompiledFilter {
    /// The period before a choice, as far as the filter reaches back.
    pub fn previous(&self, choice: &Choice) -> Option<Choice> {
        choice.previous(self.settings.min.as_deref().and_then(|first| first.parse().ok()))
    }

    /// Reads a choice from a question; the error says what was expected.
    pub fn parse(&self, json: &Json) -> Result<Choice, String> {
        if json.is_null() {
            return Ok(Choice::All);
        }
        match self.settings.kind {
            FilterType::DateRange => self.parse_period(json),
            FilterType::Select => parse_value(json, self.value_type).map(Choice::One),
            FilterType::MultiSelect => {
                let Json::Array(items) = json else { return Err("a list of values".to_owned()) };
                if items.len() > MAX_VALUES {
                    return Err(format!("at most {MAX_VALUES} values"));
                }
                items.iter().map(|item| parse_value(item, self.value_type)).collect::<Result<_, _>>().map(Choice::Many)
            }
        }
    }

    fn parse_period(&self, json: &Json) -> Result<Choice, String> {
        let expected = "`{\"start\": \"2013-01-01\", \"end\": \"2013-01-31\"}` or `{\"preset\": \"…\"}`";
        let Json::Object(object) = json else { return Err(expected.to_owned()) };
        if let Some(preset) = object.get("preset") {
            let wanted = preset.as_str().filter(|_| object.len() == 1).ok_or(expected)?;
            return self.preset(wanted).ok_or_else(|| {
                let known: Vec<&str> = self.settings.presets.iter().map(|known| known.id.as_str()).collect();
                format!("one of the presets {}", crate::load::quoted(&known))
            });
        }
        let date = |key: &str| object.get(key).and_then(Json::as_str).and_then(parse_day);
        match (date("start"), date("end"), object.len()) {
            (Some(start), Some(end), 2) if start <= end => Ok(Choice::Period { start, end }),
            (Some(_), Some(_), 2) => Err("a `start` that is not after its `end`".to_owned()),
            _ => Err(expected.to_owned()),
        }
    }

    /// The period of a preset.
    pub fn preset(&self, id: &str) -> Option<Choice> {
        let preset = self.settings.presets.iter().find(|preset| preset.id == id)?;
        Some(Choice::Period { start: parse_day(&preset.start)?, end: parse_day(&preset.end)? })
    }

    /// Reads the default that an author wrote; the error says what was expected.
    pub(crate) fn parse_default(&self) -> Result<Choice, String> {
        match &self.settings.default {
            None => Ok(Choice::All),
            Some(FilterDefault::Text(word)) if word == "all" => Ok(Choice::All),
            Some(FilterDefault::Text(preset)) if self.settings.kind == FilterType::DateRange => {
                self.preset(preset).ok_or_else(|| "`all`, a period or the id of a preset".to_owned())
            }
            Some(default) => self.parse(&serde_json::to_value(default).unwrap_or(Json::Null)),
        }
    }
}

impl CompiledView {
    /// Reads a choice from a question; the error says what was expected.
    pub fn parse(&self, json: &Json) -> Result<Choice, String> {
        if json.is_null() { Ok(Choice::All) } else { parse_value(json, self.value_type).map(Choice::One) }
    }
}

/// A day such as `2013-01-31`, in a year of four digits.
pub(crate) fn parse_day(text: &str) -> Option<NaiveDate> {
    if text.len() != 10 {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// Reads one value of a column's type; a text that comes from an address is read as a number where one is needed.
fn parse_value(json: &Json, kind: ColumnType) -> Result<Value, String> {
    let text = json.as_str();
    if text.is_some_and(|text| text.chars().count() > MAX_TEXT) {
        return Err(format!("at most {MAX_TEXT} characters"));
    }
    let read = match kind {
        ColumnType::Text => text.map(|text| Value::Text(text.to_owned())),
        ColumnType::Boolean => json.as_bool().or_else(|| text.and_then(|text| text.parse().ok())).map(Value::Boolean),
        ColumnType::Integer => json.as_i64().or_else(|| text.and_then(|text| text.parse().ok())).map(Value::Integer),
        ColumnType::Float => json
            .as_f64()
            .or_else(|| text.and_then(|text| text.parse().ok()))
            .filter(|float| float.is_finite())
            .map(Value::Float),
        ColumnType::Date => text.and_then(Value::parse_date).map(Value::Date),
        ColumnType::Geometry => None,
        ColumnType::Unknown => match json {
            Json::String(text) => Some(Value::Text(text.clone())),
            Json::Bool(boolean) => Some(Value::Boolean(*boolean)),
            Json::Number(number) => number.as_i64().map(Value::Integer).or_else(|| number.as_f64().map(Value::Float)),
            _ => None,
        },
    };
    read.ok_or_else(|| {
        match kind {
            ColumnType::Boolean => "true or false",
            ColumnType::Integer => "a whole number",
            ColumnType::Float => "a number",
            ColumnType::Date => "a date such as `2013-01-31`",
            _ => "a text",
        }
        .to_owned()
    })
}
