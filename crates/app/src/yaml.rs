//! YAML to a tree of nodes that know their place; anchors, tags and other surprises are refused.

mod explain;
mod parse;
mod scalar;

use serde_json::{Map, Number, Value as Json};

pub(crate) use explain::{with_blank, without_blank};
pub(crate) use parse::parse;

/// A place in a file, lines and columns counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Span {
    /// The position of the file in the list of files.
    pub(crate) file: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// In characters.
    pub(crate) length: usize,
}

/// A value of a file and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: NodeValue,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeValue {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// What would be a number, did it not begin with a needless 0: whoever knows what is asked for says what to write.
    ZeroLed(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// A value that was refused and reported already.
    Refused,
}

/// A key of a map with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) node: Node,
}

/// A finding about the text of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Node {
    /// The value of a key, when this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The key and value, when this is a map that has the key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a map; none for other values.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            NodeValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for other values.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::List(items) => items,
            _ => &[],
        }
    }

    /// The text, when this is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) | NodeValue::ZeroLed(text) => Some(text),
            _ => None,
        }
    }

    /// The place of the deepest node on the path that exists; a number names an item of a list.
    pub(crate) fn span_at(&self, path: &[&str]) -> Span {
        self.node_at(path).span
    }

    /// The deepest node on the path that exists.
    pub(crate) fn node_at(&self, path: &[&str]) -> &Node {
        let mut node = self;
        for segment in path {
            let next = match &node.value {
                NodeValue::Map(_) => node.get(segment),
                NodeValue::List(items) => segment.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => None,
            };
            match next {
                Some(child) => node = child,
                None => return node,
            }
        }
        node
    }

    /// The place of one character of a text, counted from 1, and of the word that begins there; of a text that is not
    /// written as it is, on several lines or with signs that stand for others, the whole.
    pub(crate) fn at_character(&self, character: usize) -> Span {
        let text = self.text().unwrap_or_default();
        let quotes = match self.span.length.checked_sub(text.chars().count()) {
            Some(0) => 0,
            Some(2) => 1,
            _ => return self.span,
        };
        let is_of_word = |sign: &char| sign.is_alphanumeric() || *sign == '_';
        let length = text.chars().skip(character.saturating_sub(1)).take_while(is_of_word).count().max(1);
        Span { column: self.span.column + quotes + character.saturating_sub(1), length, ..self.span }
    }

    /// The place of a key, or of the whole map when it has no such key.
    pub(crate) fn key_span(&self, key: &str) -> Span {
        self.entry(key).map_or(self.span, |entry| entry.key_span)
    }

    /// The node as JSON.
    pub(crate) fn to_json(&self) -> Json {
        match &self.value {
            NodeValue::Null | NodeValue::Refused => Json::Null,
            NodeValue::Boolean(value) => Json::Bool(*value),
            NodeValue::Integer(value) => Json::from(*value),
            NodeValue::Float(value) => Number::from_f64(*value).map_or(Json::Null, Json::Number),
            NodeValue::Text(text) | NodeValue::ZeroLed(text) => Json::String(text.clone()),
            NodeValue::List(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            NodeValue::Map(entries) => Json::Object(
                entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }
}
