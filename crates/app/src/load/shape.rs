//! Reads what a JSON Schema asks for, as far as the generated schemas go.

use serde_json::{Map, Value as Json};

use super::report::quoted;
use crate::infer::suggest;
use crate::yaml::{Entry, Node, NodeValue};

/// What a schema asks for.
pub(super) enum Shape<'a> {
    Anything,
    /// One of several maps, told apart by the text of one key.
    Tagged {
        tag: &'a str,
        variants: Vec<(&'a str, &'a Json)>,
    },
    Words(Vec<Word<'a>>),
    Alternatives(Vec<&'a Json>),
    Single(&'a Map<String, Json>),
}

/// One of several words, and what is said of it.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) note: Option<&'a str>,
}

impl<'a> Word<'a> {
    pub(super) fn plain(text: &'a str) -> Self {
        Self { text, note: None }
    }
}

/// What `schema` asks for, references followed and null left out.
pub(super) fn of<'a>(schema: &'a Json, root: &'a Json) -> Shape<'a> {
    let Some(object) = follow(schema, root) else { return Shape::Anything };
    // What the condition is about is looked at by the validator.
    let object = object.get("else").and_then(Json::as_object).unwrap_or(object);
    let listed = ["anyOf", "oneOf"].iter().find_map(|key| object.get(*key).and_then(Json::as_array));
    let Some(listed) = listed else {
        return words_of(object).map_or(Shape::Single(object), Shape::Words);
    };
    let alternatives: Vec<&Json> = listed.iter().filter(|alternative| !is_null(alternative)).collect();
    if let [only] = alternatives.as_slice() {
        return of(only, root);
    }
    if let Some(words) = all_words(&alternatives, root) {
        return Shape::Words(words);
    }
    match tagged(&alternatives) {
        Some((tag, variants)) => Shape::Tagged { tag, variants },
        None => Shape::Alternatives(alternatives),
    }
}

fn follow<'a>(schema: &'a Json, root: &'a Json) -> Option<&'a Map<String, Json>> {
    let mut current = schema;
    for _ in 0..32 {
        let object = current.as_object()?;
        let Some(reference) = object.get("$ref").and_then(Json::as_str) else { return Some(object) };
        current = root.get("$defs")?.get(reference.strip_prefix("#/$defs/")?)?;
    }
    None
}

fn is_null(schema: &Json) -> bool {
    schema.get("type").and_then(Json::as_str) == Some("null")
}

fn all_words<'a>(alternatives: &[&'a Json], root: &'a Json) -> Option<Vec<Word<'a>>> {
    let mut words = Vec::new();
    for alternative in alternatives {
        words.extend(words_of(follow(alternative, root)?)?);
    }
    Some(words)
}

fn words_of(object: &Map<String, Json>) -> Option<Vec<Word<'_>>> {
    if let Some(text) = object.get("const").and_then(Json::as_str) {
        return Some(vec![Word { text, note: object.get("description").and_then(Json::as_str) }]);
    }
    let listed = object.get("enum").and_then(Json::as_array)?;
    Some(listed.iter().filter_map(Json::as_str).map(Word::plain).collect())
}

fn tagged<'a>(alternatives: &[&'a Json]) -> Option<(&'a str, Vec<(&'a str, &'a Json)>)> {
    let first = alternatives.first()?.get("properties")?.as_object()?;
    let (tag, _) = first.iter().find(|(_, schema)| schema.get("const").is_some())?;
    let mut variants = Vec::new();
    for alternative in alternatives {
        let name = alternative.get("properties")?.get(tag)?.get("const")?.as_str()?;
        variants.push((name, *alternative));
    }
    Some((tag, variants))
}

/// True when the kind of the node fits the schema, whatever is inside.
pub(super) fn accepts(schema: &Json, root: &Json, node: &Node) -> bool {
    match of(schema, root) {
        Shape::Anything => true,
        Shape::Tagged { .. } => matches!(node.value, NodeValue::Map(_)),
        Shape::Words(_) => node.text().is_some(),
        Shape::Alternatives(alternatives) => alternatives.iter().any(|alternative| accepts(alternative, root, node)),
        Shape::Single(object) => type_fits(object, node),
    }
}

/// True for a list whose items are lists of two.
pub(super) fn is_of_pairs(schema: &Map<String, Json>, root: &Json) -> bool {
    let items = schema.get("items").and_then(|items| follow(items, root));
    items.and_then(|items| items.get("prefixItems")?.as_array()).is_some_and(|pair| pair.len() == 2)
}

/// How well the keys of a node fit a map: those that it knows count double, misspelt ones once.
pub(super) fn known_keys(schema: &Json, root: &Json, node: &Node) -> usize {
    let Some(properties) = properties(schema, root) else { return 0 };
    let is_misspelt = |key: &str| suggest(key, properties.keys().map(String::as_str)).is_some();
    let counted = |entry: &Entry| {
        if properties.contains_key(&entry.key) { 2 } else { usize::from(is_misspelt(&entry.key)) }
    };
    node.entries().iter().map(counted).sum()
}

/// The key that tells apart the items of a list that is one of these alternatives.
pub(super) fn tag_of_items<'a>(alternatives: &[&'a Json], root: &'a Json) -> Option<&'a str> {
    alternatives.iter().find_map(|schema| match of(schema, root) {
        Shape::Single(list) => match of(list.get("items")?, root) {
            Shape::Tagged { tag, .. } => Some(tag),
            _ => None,
        },
        _ => None,
    })
}

/// True where the schema asks for one of several words, and this is one; any text is one of a schema without words.
pub(super) fn takes_text(schema: &Json, root: &Json, text: &str) -> bool {
    match of(schema, root) {
        Shape::Words(words) => words.iter().any(|word| word.text == text),
        _ => true,
    }
}

/// The keys of a map, where the schema is one of a map.
pub(super) fn properties<'a>(schema: &'a Json, root: &'a Json) -> Option<&'a Map<String, Json>> {
    follow(schema, root)?.get("properties")?.as_object()
}

/// True when the node's type is one the schema names.
pub(super) fn type_fits(schema: &Map<String, Json>, node: &Node) -> bool {
    match schema.get("type") {
        Some(Json::String(name)) => is_type(name, node),
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).any(|name| is_type(name, node)),
        _ => true,
    }
}

fn is_type(name: &str, node: &Node) -> bool {
    match &node.value {
        NodeValue::Null => name == "null",
        NodeValue::Boolean(_) => name == "boolean",
        NodeValue::Integer(_) => name == "integer" || name == "number",
        NodeValue::Float(_) => name == "number",
        NodeValue::Text(_) | NodeValue::ZeroLed(_) => name == "string",
        NodeValue::List(_) => name == "array",
        NodeValue::Map(_) => name == "object",
        NodeValue::Refused => true,
    }
}

/// What a schema asks for, in words.
pub(super) fn expected(schema: &Json, root: &Json) -> String {
    match of(schema, root) {
        Shape::Anything => "a value".to_owned(),
        Shape::Tagged { tag, .. } => format!("a map with the key `{tag}`"),
        Shape::Words(words) => texts(&words),
        Shape::Alternatives(alternatives) => {
            let mut all: Vec<String> = alternatives.iter().map(|alternative| expected(alternative, root)).collect();
            all.dedup();
            all.join(" or ")
        }
        Shape::Single(object) => expected_single(object),
    }
}

/// What a schema without alternatives asks for, in words.
pub(super) fn expected_single(schema: &Map<String, Json>) -> String {
    let words = |name: &str| match name {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a map",
        _ => "nothing",
    };
    match schema.get("type") {
        Some(Json::String(name)) => words(name).to_owned(),
        Some(Json::Array(names)) => {
            let known = names.iter().filter_map(Json::as_str).filter(|name| *name != "null").map(words);
            known.collect::<Vec<_>>().join(" or ")
        }
        _ => "another value".to_owned(),
    }
}

/// Words between backticks, with commas.
pub(super) fn texts(words: &[Word<'_>]) -> String {
    quoted(&words.iter().map(|word| word.text).collect::<Vec<_>>())
}

/// What stands in the file, in words.
pub(super) fn found(node: &Node) -> String {
    match &node.value {
        NodeValue::Null => "nothing".to_owned(),
        NodeValue::Boolean(value) => format!("`{value}`"),
        NodeValue::Integer(value) => format!("the number {value}"),
        NodeValue::Float(value) => format!("the number {value}"),
        NodeValue::Text(text) => format!("the text `{}`", text.chars().take(60).collect::<String>()),
        NodeValue::ZeroLed(text) => format!("`{text}`"),
        NodeValue::List(_) => "a list".to_owned(),
        NodeValue::Map(_) => "a map".to_owned(),
        NodeValue::Refused => "a refused value".to_owned(),
    }
}

/// `^[a-z0-9][a-z0-9_-]{0,63}$`
pub(crate) fn is_id(text: &str) -> bool {
    let first_fits = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let all_fit =
        text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-');
    first_fits && all_fit && text.len() <= 64
}

/// `^#[0-9a-fA-F]{6}$`
pub(super) fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
