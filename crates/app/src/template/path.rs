//! Variables by name: `filters.period.start`, `view.airport`, `user.attributes.country`.

use serde_json::Value as Json;

use super::{Name, Resolver, TemplateError, Variables, to_json};
use crate::value::Value;

/// A piece of a text in which variables stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Literal(&'a str),
    /// What stands between `{{` and `}}`, trimmed.
    Placeholder(&'a str),
    /// What stands after a `{{` that no `}}` closes.
    Unclosed(&'a str),
}

/// Cuts a text into literals and what stands between `{{` and `}}`.
pub fn placeholders(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        // Braces that are opened once more were not closed before.
        let next = after.find("{{").unwrap_or(after.len());
        let Some(end) = after[..next].find("}}") else {
            pieces.push(Piece::Unclosed(after[..next].trim()));
            rest = &after[next..];
            continue;
        };
        pieces.push(Piece::Placeholder(after[..end].trim()));
        rest = &after[end + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

/// The name of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariablePath {
    /// `filters.<id>`, or `filters.<id>.start|end` of a date range.
    Filter { id: String, part: Option<String> },
    /// `view.<id>`.
    View(String),
    /// `user.attributes.<name>`.
    Attribute(String),
}

impl Name for VariablePath {
    fn parse(text: &str) -> Result<Self, TemplateError> {
        let wrong = |reason: &str| TemplateError::NotAVariable { text: text.to_owned(), reason: reason.to_owned() };
        let segments: Vec<&str> = text.split('.').map(str::trim).collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return Err(wrong("expected `filters.<id>`, `view.<id>` or `user.attributes.<name>`"));
        }
        match segments.as_slice() {
            ["filters", id] => Ok(Self::Filter { id: (*id).to_owned(), part: None }),
            ["filters", id, part @ ("start" | "end")] => {
                Ok(Self::Filter { id: (*id).to_owned(), part: Some((*part).to_owned()) })
            }
            ["filters", _, _] => Err(wrong("a date range has the parts `start` and `end`")),
            ["view", id] => Ok(Self::View((*id).to_owned())),
            ["user", "attributes", name] => Ok(Self::Attribute((*name).to_owned())),
            ["user", ..] => Err(wrong("of a user only `user.attributes.<name>` can be used")),
            _ => Err(wrong("expected `filters.<id>`, `view.<id>` or `user.attributes.<name>`")),
        }
    }
}

impl Resolver<VariablePath> for Variables<'_> {
    /// The variable's value; a missing attribute is null.
    fn value(&self, name: &VariablePath) -> Result<Json, TemplateError> {
        let unknown = || TemplateError::UnknownVariable { name: name.to_string(), hint: None };
        let value = match name {
            VariablePath::Filter { id, part } => (self.filters)(id, part.as_deref()).ok_or_else(unknown)?,
            VariablePath::View(id) => (self.views)(id).ok_or_else(unknown)?,
            VariablePath::Attribute(name) => match self.reader.attributes.get(name) {
                None | Some(Value::All) => Value::Null,
                Some(value) => value.clone(),
            },
        };
        Ok(to_json(&value))
    }
}

impl std::fmt::Display for VariablePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Filter { id, part: Some(part) } => write!(f, "filters.{id}.{part}"),
            Self::Filter { id, part: None } => write!(f, "filters.{id}"),
            Self::View(id) => write!(f, "view.{id}"),
            Self::Attribute(name) => write!(f, "user.attributes.{name}"),
        }
    }
}
