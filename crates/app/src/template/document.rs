//! Variables that a JSON document holds: `country`, `period.start`, `regions[0].name`.

use std::fmt;

use serde_json::Value as Json;

use super::{Name, Resolver, TemplateError};
use crate::infer::suggest;

/// How many names an error lists.
const MAX_LISTED: usize = 12;

/// A way into a JSON document: keys, and positions of lists counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPath {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(usize),
}

/// The variables of a JSON document, by the names of its keys.
#[derive(Debug, Clone, Copy)]
pub struct DocumentVariables<'a>(pub &'a Json);

impl Name for DocumentPath {
    fn parse(text: &str) -> Result<Self, TemplateError> {
        let wrong = |reason: &str| TemplateError::NotAVariable { text: text.to_owned(), reason: reason.to_owned() };
        let mut segments = Vec::new();
        let mut rest = text.trim();
        loop {
            let key_length = rest.find(|sign: char| !(sign.is_alphanumeric() || sign == '_')).unwrap_or(rest.len());
            let (key, after) = rest.split_at(key_length);
            if key.is_empty() {
                return Err(wrong(expected(rest)));
            }
            segments.push(match key.parse() {
                Ok(index) if !segments.is_empty() => Segment::Index(index),
                _ => Segment::Key(key.to_owned()),
            });
            rest = after;
            while let Some(inside) = rest.strip_prefix('[') {
                let Some((bracketed, after)) = inside.split_once(']') else {
                    return Err(wrong("a `[` has no closing `]`"));
                };
                segments.push(in_brackets(bracketed.trim()).ok_or_else(|| wrong(expected(bracketed)))?);
                rest = after;
            }
            match rest.strip_prefix('.') {
                Some(after) => rest = after,
                None if rest.is_empty() => return Ok(Self { segments }),
                None => return Err(wrong(expected(rest))),
            }
        }
    }
}

fn in_brackets(text: &str) -> Option<Segment> {
    if let Ok(index) = text.parse() {
        return Some(Segment::Index(index));
    }
    let quote = text.chars().next().filter(|first| ['\'', '"'].contains(first))?;
    text.strip_prefix(quote)?.strip_suffix(quote).map(|key| Segment::Key(key.to_owned()))
}

/// What is wrong with the text at which a name ends.
fn expected(rest: &str) -> &'static str {
    match rest.trim_start().chars().next() {
        Some('|') => "filters (`|`) are not supported: only the name of a variable can stand between the braces",
        Some('(') => "functions are not supported: only the name of a variable can stand between the braces",
        Some('+' | '-' | '*' | '/' | '%' | '~' | '<' | '>' | '=' | '!') => {
            "nothing can be computed here: only the name of a variable can stand between the braces"
        }
        _ => "expected the name of a variable, such as `country`, `period.start` or `regions[0]`",
    }
}

impl Resolver<DocumentPath> for DocumentVariables<'_> {
    fn value(&self, name: &DocumentPath) -> Result<Json, TemplateError> {
        let mut value = self.0;
        for (depth, segment) in name.segments.iter().enumerate() {
            let next = match (segment, value) {
                (Segment::Key(key), Json::Object(entries)) => entries.get(key),
                (Segment::Index(index), Json::Array(items)) => items.get(*index),
                (Segment::Index(index), Json::Object(entries)) => entries.get(&index.to_string()),
                _ => None,
            };
            value = next.ok_or_else(|| unknown(name, depth, value))?;
        }
        Ok(value.clone())
    }
}

/// What exists at the place where the name leads nowhere.
fn unknown(name: &DocumentPath, depth: usize, at: &Json) -> TemplateError {
    let parent = DocumentPath { segments: name.segments[..depth].to_vec() };
    let hint = match at {
        Json::Object(entries) if entries.is_empty() => "no variables are given".to_owned(),
        Json::Object(entries) => {
            let whole = |key: &String| {
                let mut segments = parent.segments.clone();
                segments.push(Segment::Key(key.clone()));
                DocumentPath { segments }.to_string()
            };
            let known: Vec<String> = entries.keys().map(whole).collect();
            let here = DocumentPath { segments: name.segments[..=depth].to_vec() }.to_string();
            match suggest(&here, known.iter().map(String::as_str)) {
                Some(similar) => format!("did you mean `{similar}`? {}", listed(&known)),
                None => listed(&known),
            }
        }
        Json::Array(items) => format!("`{parent}` is a list of {} values, counted from 0", items.len()),
        _ => format!("`{parent}` is a single value"),
    };
    TemplateError::UnknownVariable { name: name.to_string(), hint: Some(hint) }
}

fn listed(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
    if names.len() > MAX_LISTED {
        shown.push(format!("{} more", names.len() - MAX_LISTED));
    }
    format!("there are {}", shown.join(", "))
}

impl fmt::Display for DocumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Key(key) if position == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;
    use serde_json::json;

    fn bound(tree: Json, variables: Json) -> Result<Json, TemplateError> {
        Template::<DocumentPath>::parse(&tree)?.bind(&DocumentVariables(&variables))
    }

    #[test]
    fn a_variable_alone_keeps_its_type_and_lists_flatten() {
        let variables = json!({
            "n": 1, "x": 0.5, "yes": true, "nothing": null, "list": ["a", 2], "p": {"start": "2024-01-01"}, "deep": [{"a b": 7}]});
        let tree = json!({
            "n": "{{ n }}", "x": "{{x}}", "yes": "{{ yes }}", "nothing": "{{ nothing }}", "list": "{{ list }}",
            "in": ["z", "{{ list }}", ["{{ list }}"]], "start": "{{ p.start }}", "first": "{{ list.0 }}", "second": "{{ list[1] }}",
            "deep": "{{ deep[0]['a b'] }}", "text": "from {{ p.start }}: {{ n }}{{ nothing }}"});
        let expected = json!({
            "n": 1, "x": 0.5, "yes": true, "nothing": null, "list": ["a", 2],
            "in": ["z", "a", 2, ["a", 2]], "start": "2024-01-01", "first": "a", "second": 2,
            "deep": 7, "text": "from 2024-01-01: 1"});
        assert_eq!(bound(tree, variables).unwrap(), expected);
    }

    #[test]
    fn sql_is_never_written_into() {
        let tree =
            json!([{"name": "customsql", "query": "select '{{ a }}' | {{"}, {"name": "text", "text": "{{ a }}"}]);
        let expected = json!([{"name": "customsql", "query": "select '{{ a }}' | {{"}, {"name": "text", "text": 1}]);
        assert_eq!(bound(tree, json!({"a": 1})).unwrap(), expected);
    }

    #[test]
    fn what_is_unknown_is_told_with_what_there_is() {
        let variables = json!({"country": "FR", "period": {"start": 1, "end": 2}, "list": [1]});
        for (text, message, hint) in [
            ("{{ contry }}", "no variable `contry`", "did you mean `country`? there are `country`, `period`, `list`"),
            ("{{ period.strat }}", "no variable `period.strat`", "did you mean `period.start`?"),
            ("{{ list[3] }}", "no variable `list[3]`", "`list` is a list of 1 values, counted from 0"),
            ("{{ country.code }}", "no variable `country.code`", "`country` is a single value"),
        ] {
            let error = bound(json!(text), variables.clone()).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
            assert!(error.hint().unwrap_or_default().contains(hint), "{error:?}");
        }
    }

    #[test]
    fn only_names_can_stand_between_the_braces() {
        for (text, reason) in [
            ("{{ a | upper }}", "filters"),
            ("{{ a + 1 }}", "computed"),
            ("{{ f(a) }}", "functions"),
            ("{{ 'a' }}", "expected the name"),
            ("{{ }}", "expected the name"),
            ("{{ a..b }}", "expected the name"),
            ("{{ a[0 }}", "closing"),
            ("{{ a b }}", "expected the name"),
        ] {
            let error = bound(json!(text), json!({"a": 1})).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
        let map = bound(json!("a {{ m }}"), json!({"m": {}})).unwrap_err().to_string();
        assert!(map.contains("cannot be written into a text"), "{map}");
    }
}
