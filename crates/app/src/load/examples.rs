//! How a value that was written in another form is written here.

use serde_json::{Map, Value as Json};

use super::shape::{self, Shape};
use super::vocabulary::currency;
use crate::formula::{BinaryOperator, Formula};
use crate::infer::comparisons::written;
use crate::yaml::{Entry, Node, NodeValue, with_blank, without_blank};

/// A map where a text stands: the text is what its first key that is needed holds.
pub(super) fn of_map(schema: &Map<String, Json>, text: &str) -> Option<String> {
    let properties = schema.get("properties")?.as_object()?;
    let is_text = |key: &&str| properties.get(*key).and_then(|shape| shape.get("type")) == Some(&Json::from("string"));
    let required: Vec<&str> = schema.get("required")?.as_array()?.iter().filter_map(Json::as_str).collect();
    let first = *required.first().filter(|first| is_text(first))?;
    let is_descending = text.starts_with('-') && properties.contains_key("order");
    let mut written = vec![format!("{first}: {}", if is_descending { &text[1..] } else { text })];
    written.extend(required[1..].iter().map(|key| format!("{key}: …")));
    written.extend(is_descending.then(|| "order: desc".to_owned()));
    Some(format!("write `{{ {} }}`", written.join(", ")))
}

/// The map that is meant by a word which is the value of one of its keys, or a currency.
pub(super) fn of_word(word: &str, maps: &[&Json], root: &Json) -> Option<String> {
    maps.iter().filter_map(|schema| shape::properties(schema, root)).find_map(|properties| {
        let holds = |shape: &Json, word: &str| match shape::of(shape, root) {
            Shape::Words(words) => words.iter().any(|known| known.text == word),
            _ => false,
        };
        let key_of = |word: &str| properties.iter().find(|(_, shape)| holds(shape, word)).map(|(key, _)| key);
        if let Some(key) = key_of(word) {
            return Some(format!("write `{{ {key}: {word} }}`"));
        }
        let code = currency(word).filter(|_| properties.contains_key("currency"))?;
        Some(format!("write `{{ {}: currency, currency: {code} }}`", key_of("currency")?))
    })
}

/// The kind of a map where another key says it, or where it is a key itself.
pub(super) fn of_tag<'a>(node: &'a Node, tag: &str, names: &[&str]) -> Option<(&'a Entry, String)> {
    node.entries().iter().find_map(|entry| {
        let is_name = |word: &&str| names.contains(word);
        let is_like_tag = matches!(entry.key.as_str(), "name" | "type" | "kind" | "step" | "chart");
        let value = || entry.node.text().filter(|_| is_like_tag).filter(is_name);
        if key_without_blank(entry) == Some(tag) {
            return Some((entry, of_missing_blank(&entry.key)?));
        }
        let word = Some(entry.key.as_str()).filter(is_name).or_else(value)?;
        Some((entry, format!("write `{tag}: {word}`")))
    })
}

/// A condition where something else stands.
pub(super) fn of_condition(node: &Node) -> String {
    let exact = node.text().and_then(|text| Formula::parse(text).ok()).and_then(|formula| condition(&formula));
    match (exact, &node.value) {
        (Some(condition), _) => format!("write `{condition}`"),
        (None, NodeValue::List(_)) => "join several by `and` or `or`: `{ and: [ … ] }`".to_owned(),
        _ => "write `{ column: …, operator: eq, value: … }`; several are joined: `{ and: [ … ] }`".to_owned(),
    }
}

/// The condition that a formula means, where it compares columns with values.
fn condition(formula: &Formula) -> Option<String> {
    let Formula::Binary(left, operator, right) = formula else { return None };
    let word = match operator {
        BinaryOperator::And => return Some(format!("{{ and: [{}, {}] }}", condition(left)?, condition(right)?)),
        BinaryOperator::Or => return Some(format!("{{ or: [{}, {}] }}", condition(left)?, condition(right)?)),
        BinaryOperator::Equal => "eq",
        BinaryOperator::NotEqual => "ne",
        BinaryOperator::Less => "lt",
        BinaryOperator::LessOrEqual => "le",
        BinaryOperator::Greater => "gt",
        BinaryOperator::GreaterOrEqual => "ge",
        _ => return None,
    };
    match (left.as_ref(), right.as_ref()) {
        (Formula::Column(name), Formula::Literal(value)) => {
            Some(format!("{{ column: {name}, operator: {word}, value: {} }}", written(value)))
        }
        _ => None,
    }
}

/// A list of pairs where names, maps or shorter lists stand.
pub(super) fn of_pairs(node: &Node) -> Option<String> {
    let pairs: Vec<(String, String)> = match &node.value {
        NodeValue::Map(entries) => {
            entries.iter().map(|entry| Some((entry.key.clone(), scalar(&entry.node)?))).collect::<Option<_>>()?
        }
        NodeValue::List(items) if items.iter().any(|item| item.items().len() != 2) => {
            match items.iter().map(scalar).collect::<Option<Vec<_>>>() {
                Some(names) => vec![of_two(&names)?],
                None => items.iter().map(pair).collect::<Option<_>>()?,
            }
        }
        _ => vec![of_two(&[scalar(node)?])?],
    };
    let written: Vec<String> = pairs.iter().map(|(first, second)| format!("[{first}, {second}]")).collect();
    (!written.is_empty()).then(|| format!("write `[{}]`, one inner list for each pair", written.join(", ")))
}

/// What was probably meant as a pair: a name twice, two names, or a map of one to the other.
fn pair(item: &Node) -> Option<(String, String)> {
    let names: Option<Vec<String>> = match &item.value {
        NodeValue::Map(entries) if entries.len() == 1 => {
            return Some((entries[0].key.clone(), scalar(&entries[0].node)?));
        }
        NodeValue::Map(entries) => entries.iter().map(|entry| scalar(&entry.node)).collect(),
        NodeValue::List(names) => names.iter().map(scalar).collect(),
        _ => scalar(item).map(|name| vec![name]),
    };
    names.filter(|names| names.len() <= 2).and_then(|names| of_two(&names))
}

/// The first two names, or the only one twice.
fn of_two(names: &[String]) -> Option<(String, String)> {
    let first = names.first()?;
    Some((first.clone(), names.get(1).unwrap_or(first).clone()))
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        NodeValue::Text(text) | NodeValue::ZeroLed(text) => Some(text.clone()),
        NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::Boolean(_) => Some(node.to_json().to_string()),
        _ => None,
    }
}

/// A name where a map stands that holds a column; with a sign before it where the order is a descending one.
pub(super) fn of_name(node: &Node) -> Option<String> {
    let column = node.get("column").and_then(Node::text)?;
    let sign = if node.get("order").and_then(Node::text) == Some("desc") { "-" } else { "" };
    Some(format!("write the name alone: `{sign}{column}`"))
}

/// What is wrong with digits that begin with a needless 0, and how a number or a text is written, as either is asked for.
pub(super) fn of_zero_led(text: &str, takes_number: bool, takes_text: bool) -> (String, String) {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let rest = digits.trim_start_matches(['+', '0']);
    let zero = if rest.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "0" };
    let number = format!("{sign}{zero}{rest}");
    let loses = || format!("`{text}` would lose its first 0, as the number that it is without quotes");
    match (takes_number, takes_text) {
        (true, false) => (format!("a number does not begin with 0, as `{text}` does"), format!("write {number}")),
        (false, _) => (loses(), format!("write the text between quotes: \"{text}\"")),
        (true, true) => {
            (loses(), format!("write a text between quotes, \"{text}\", and a number without the 0, {number}"))
        }
    }
}

/// A key and its value where the blank between them is missing.
pub(super) fn of_missing_blank(text: &str) -> Option<String> {
    without_blank(text).map(|(key, value)| with_blank(key, value))
}

/// The key of an entry that is one word with its value.
pub(super) fn key_without_blank(entry: &Entry) -> Option<&str> {
    without_blank(&entry.key).map(|(key, _)| key).filter(|_| entry.node.value == NodeValue::Null)
}
