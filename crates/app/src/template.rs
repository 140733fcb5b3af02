//! Templates: steps and conditions in which variables stand, kept as a tree and bound for each question.
//!
//! A variable stands for a value and is written `{{ name }}`. A text that is nothing but one variable takes the value
//! as it is, with its type; a list in a list is flattened; in a longer text the value is written out. Which names there
//! are is the host's matter: an app has [`VariablePath`]s, a JSON document [`DocumentPath`]s.

use serde_json::{Map, Value as Json};

use crate::condition::Condition;
use crate::diagnostic::beginning;
use crate::query::Reader;
use crate::relative_date::RelativeDate;
use crate::steps::Step;
use crate::value::{ALL_KEY, DATE_KEY, Value};

mod all;
mod clean;
mod document;
mod path;
mod size;
mod void;

pub(crate) use void::VOID;

pub use document::{DocumentPath, DocumentVariables};
pub use path::{Piece, VariablePath, placeholders};
pub use size::Size;

/// The name of a variable, as one host writes them.
pub trait Name: Sized + std::fmt::Display {
    /// Reads what stands between `{{` and `}}`.
    fn parse(text: &str) -> Result<Self, TemplateError>;
}

/// Where the values of variables come from.
pub trait Resolver<N> {
    /// The value as JSON; a date is a map with the key `$date`, All one with the key `$all`.
    fn value(&self, name: &N) -> Result<Json, TemplateError>;
}

/// Where the values of variables come from while one question is answered.
#[derive(Clone, Copy)]
pub struct Variables<'a> {
    pub filters: &'a dyn Fn(&str, Option<&str>) -> Option<Value>,
    pub views: &'a dyn Fn(&str) -> Option<Value>,
    pub reader: &'a Reader,
}

/// A JSON tree in which variables stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Template<N = VariablePath> {
    tree: Tree<N>,
}

/// Why a template cannot be bound.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TemplateError {
    #[error("there is no variable `{name}`")]
    UnknownVariable { name: String, hint: Option<String> },
    #[error("`{text}` is not a variable: {reason}")]
    NotAVariable { text: String, reason: String },
    #[error("step {position}: {reason}", position = index + 1)]
    BadStep { index: usize, reason: String },
    #[error("{0}")]
    BadCondition(String),
    #[error("{message}")]
    TooLarge { message: String, hint: &'static str },
    #[error("step {position}: {error}", position = index + 1)]
    InStep { index: usize, error: Box<TemplateError> },
}

impl TemplateError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::UnknownVariable { hint, .. } => hint.as_deref(),
            Self::TooLarge { hint, .. } => Some(hint),
            Self::InStep { error, .. } => error.hint(),
            _ => None,
        }
    }

    /// Says in which step, counted from 0, it was found.
    #[must_use]
    pub fn in_step(self, index: usize) -> Self {
        Self::InStep { index, error: Box::new(self) }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Tree<N> {
    Fixed(Json),
    /// The whole value is one variable: it keeps its type.
    Variable(N),
    /// Text with variables in it.
    Text(Vec<Part<N>>),
    List(Vec<Tree<N>>),
    Map(Vec<(String, Tree<N>)>),
}

#[derive(Debug, Clone, PartialEq)]
enum Part<N> {
    Literal(String),
    Variable(N),
}

/// True when a variable stands anywhere in the tree, or a date that is told from today. Braces in a SQL step are its own.
pub fn has_variables(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains("{{"),
        Json::Array(items) => items.iter().any(has_variables),
        Json::Object(entries) => {
            !is_sql(entries) && (RelativeDate::moves(entries) || entries.values().any(has_variables))
        }
        _ => false,
    }
}

/// True for the step whose text is another language: nothing is ever written into it.
fn is_sql(entries: &Map<String, Json>) -> bool {
    entries.get("name").and_then(Json::as_str) == Some("customsql")
}

impl<N: Name> Template<N> {
    /// Reads the variables of a tree once.
    pub fn parse(json: &Json) -> Result<Self, TemplateError> {
        let mut marked = json.clone();
        void::mark(&mut marked);
        Ok(Self { tree: Tree::parse(&marked)? })
    }

    /// Every variable of the tree.
    pub fn variables(&self) -> Vec<&N> {
        let mut found = Vec::new();
        self.tree.collect(&mut found);
        found
    }

    /// The datasets that the steps name in a join, an append or a domain.
    pub(crate) fn dataset_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.tree.dataset_names(&mut names);
        names
    }

    /// The tree, a list of steps, with values in place of variables; conditions on All are gone.
    pub fn bind_steps(&self, variables: &dyn Resolver<N>) -> Result<Vec<Step>, TemplateError> {
        let Json::Array(items) = self.bind(variables)? else {
            return Err(TemplateError::BadStep { index: 0, reason: "expected a list of steps".to_owned() });
        };
        parse_bound(items)
    }

    /// The tree with values in place of variables.
    pub fn bind(&self, variables: &dyn Resolver<N>) -> Result<Json, TemplateError> {
        self.bind_within(variables, &mut Size::default())
    }

    /// The same, counted together with what else there is in the pipeline.
    pub fn bind_within(&self, variables: &dyn Resolver<N>, size: &mut Size) -> Result<Json, TemplateError> {
        self.tree.bind(variables, size)
    }

    /// The tree, a condition, with values in place of variables; `None` when All removed all of it.
    pub fn bind_condition(&self, variables: &dyn Resolver<N>) -> Result<Option<Condition>, TemplateError> {
        let mut bound = self.bind(variables)?;
        all::settle(&mut bound).map_err(|reason| TemplateError::BadCondition(reason.to_owned()))?;
        let condition: Condition =
            serde_json::from_value(bound).map_err(|error| TemplateError::BadCondition(error.to_string()))?;
        Ok(condition.without_all())
    }
}

/// Parses steps as an author wrote them and removes the conditions on All.
pub fn parse_steps(mut items: Vec<Json>) -> Result<Vec<Step>, TemplateError> {
    items.iter_mut().for_each(void::mark);
    parse_bound(items)
}

/// What the library says of a value of the wrong type, in words of the files.
fn in_words(reason: &str) -> String {
    const KINDS: [(&str, &str); 8] = [
        ("string ", "the text "),
        ("integer ", "the number "),
        ("floating point ", "the number "),
        ("boolean ", ""),
        ("null", "nothing"),
        ("sequence", "a list"),
        ("map", "a map"),
        ("unit", "nothing"),
    ];
    const WANTED: [(&str, &str); 9] = [
        ("u64", "a whole number, 0 or more"),
        ("usize", "a whole number, 0 or more"),
        ("u32", "a whole number, 0 or more"),
        ("i64", "a whole number"),
        ("f64", "a number"),
        ("a string", "a text"),
        ("a sequence", "a list, `[…]`"),
        ("a boolean", "true or false"),
        ("a map", "a map, `{…}`"),
    ];
    let parts = reason.split_once(": ").filter(|(kind, _)| matches!(*kind, "invalid type" | "invalid value"));
    let Some((found, wanted)) = parts.and_then(|(_, rest)| rest.rsplit_once(", expected ")) else {
        return reason.to_owned();
    };
    let put = |text: &str, (from, to): &(&str, &str)| {
        text.strip_prefix(from).map(|rest| format!("{to}{}", rest.replace('`', "")))
    };
    let found = KINDS.iter().find_map(|pair| put(found, pair)).unwrap_or_else(|| found.to_owned());
    let wanted = WANTED.iter().find(|(from, _)| *from == wanted).map_or(wanted, |(_, to)| to);
    format!("expected {wanted}, found {found}")
}

/// Parses steps with the values of variables in them; what those hold is never `__VOID__`.
pub fn parse_bound(items: Vec<Json>) -> Result<Vec<Step>, TemplateError> {
    let mut size = Size::default();
    for (index, item) in items.iter().enumerate() {
        size.add(item).map_err(|error| error.in_step(index))?;
    }
    let mut steps = Vec::with_capacity(items.len());
    for (index, mut item) in items.into_iter().enumerate() {
        let bad = |reason: String| TemplateError::BadStep { index, reason };
        all::settle(&mut item).map_err(|reason| bad(reason.to_owned()))?;
        let step: Step = serde_json::from_value(item).map_err(|error| bad(in_words(&error.to_string())))?;
        steps.extend(clean::without_all(step));
    }
    Ok(steps)
}

impl<N: Name> Tree<N> {
    fn parse(json: &Json) -> Result<Self, TemplateError> {
        if !has_variables(json) {
            return Ok(Self::Fixed(json.clone()));
        }
        match json {
            Json::String(text) => Self::parse_text(text),
            Json::Array(items) => Ok(Self::List(items.iter().map(Self::parse).collect::<Result<_, _>>()?)),
            Json::Object(entries) if is_sql(entries) => Ok(Self::Fixed(json.clone())),
            Json::Object(entries) => {
                let parsed = entries.iter().map(|(key, item)| Ok((key.clone(), Self::parse(item)?)));
                Ok(Self::Map(parsed.collect::<Result<_, TemplateError>>()?))
            }
            fixed => Ok(Self::Fixed(fixed.clone())),
        }
    }

    fn parse_text(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        for piece in placeholders(text) {
            match piece {
                Piece::Literal(literal) => parts.push(Part::Literal(literal.to_owned())),
                Piece::Placeholder(inner) => parts.push(Part::Variable(N::parse(inner)?)),
                Piece::Unclosed(rest) => {
                    let reason = "its `{{` is not closed: write `}}` after the name".to_owned();
                    return Err(TemplateError::NotAVariable { text: beginning(rest), reason });
                }
            }
        }
        match (parts.pop(), parts.is_empty()) {
            (Some(Part::Variable(only)), true) => Ok(Self::Variable(only)),
            (last, _) => {
                parts.extend(last);
                Ok(Self::Text(parts))
            }
        }
    }

    fn dataset_names(&self, names: &mut Vec<String>) {
        match self {
            Self::Fixed(json) => fixed_dataset_names(json, names),
            Self::Variable(_) | Self::Text(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.dataset_names(names)),
            Self::Map(entries) => {
                for (key, item) in entries {
                    match item {
                        Self::Fixed(Json::String(name)) if is_reference(key) => names.push(name.clone()),
                        Self::Fixed(Json::Array(items)) if key == "pipelines" => {
                            names.extend(items.iter().filter_map(Json::as_str).map(str::to_owned));
                            for inner in items {
                                fixed_dataset_names(inner, names);
                            }
                        }
                        other => other.dataset_names(names),
                    }
                }
            }
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a N>) {
        match self {
            Self::Fixed(_) => {}
            Self::Variable(path) => found.push(path),
            Self::Text(parts) => found.extend(parts.iter().filter_map(|part| match part {
                Part::Variable(path) => Some(path),
                Part::Literal(_) => None,
            })),
            Self::List(items) => items.iter().for_each(|item| item.collect(found)),
            Self::Map(entries) => entries.iter().for_each(|(_, item)| item.collect(found)),
        }
    }

    fn bind(&self, variables: &dyn Resolver<N>, size: &mut Size) -> Result<Json, TemplateError> {
        match self {
            Self::Fixed(json) => size.add(json)?,
            Self::Text(_) | Self::List(_) | Self::Map(_) => size.value()?,
            Self::Variable(_) => {}
        }
        Ok(match self {
            Self::Fixed(json) => json.clone(),
            Self::Variable(name) => {
                let value = variables.value(name)?;
                size.add(&value)?;
                value
            }
            Self::Text(parts) => bind_text(parts, variables, size)?,
            Self::List(items) => {
                let mut bound = Vec::with_capacity(items.len());
                for item in items {
                    match (item, item.bind(variables, size)?) {
                        // A list inside a list is flattened.
                        (Self::Variable(_), Json::Array(inner)) => bound.extend(inner),
                        (_, json) => bound.push(json),
                    }
                }
                Json::Array(bound)
            }
            Self::Map(entries) => {
                let mut bound = Map::with_capacity(entries.len());
                for (key, item) in entries {
                    size.text(key.len())?;
                    bound.insert(key.clone(), item.bind(variables, size)?);
                }
                Json::Object(bound)
            }
        })
    }
}

fn is_reference(key: &str) -> bool {
    matches!(key, "rightPipeline" | "right_pipeline" | "domain")
}

fn fixed_dataset_names(json: &Json, names: &mut Vec<String>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| fixed_dataset_names(item, names)),
        Json::Object(entries) => {
            for (key, item) in entries {
                match item {
                    Json::String(name) if is_reference(key) => names.push(name.clone()),
                    Json::Array(items) if key == "pipelines" => {
                        names.extend(items.iter().filter_map(Json::as_str).map(str::to_owned));
                        fixed_dataset_names(item, names);
                    }
                    other => fixed_dataset_names(other, names),
                }
            }
        }
        _ => {}
    }
}

fn bind_text<N: Name>(parts: &[Part<N>], variables: &dyn Resolver<N>, size: &mut Size) -> Result<Json, TemplateError> {
    let mut text = String::new();
    for part in parts {
        let name = match part {
            Part::Literal(literal) => {
                size.text(literal.len())?;
                text.push_str(literal);
                continue;
            }
            Part::Variable(name) => name,
        };
        let json = variables.value(name)?;
        match serde_json::from_value::<Value>(json) {
            // Part of a text that is All: the whole value is All.
            Ok(Value::All) => return Ok(to_json(&Value::All)),
            Ok(Value::Null) => {}
            Ok(value) => {
                let written = value.to_string();
                size.text(written.len())?;
                text.push_str(&written);
            }
            Err(_) => {
                let reason = "it holds a map, which cannot be written into a text".to_owned();
                return Err(TemplateError::NotAVariable { text: name.to_string(), reason });
            }
        }
    }
    Ok(Json::String(text))
}

/// A value as it stands in a bound tree.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(boolean) => Json::Bool(*boolean),
        Value::Integer(integer) => Json::from(*integer),
        Value::Float(float) => Json::from(*float),
        Value::Text(text) => Json::String(text.clone()),
        Value::Date(date) => Json::Object(Map::from_iter([(DATE_KEY.to_owned(), Json::from(date.timestamp_micros()))])),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::All => Json::Object(Map::from_iter([(ALL_KEY.to_owned(), Json::Bool(true))])),
    }
}
