//! The file of `aracari user add --from`: a YAML list of people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aracari_app::Value;
use aracari_auth::check_profile;
use aracari_store::{NewUser, Role, UserName};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};
use serde::Deserialize;
use serde_json::{Map, Number, Value as Json};

use super::attribute;

const DEEPEST: usize = 8;
const LARGEST: usize = 4 * 1024 * 1024;

/// One mistake and its line, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    line: usize,
    message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}

fn mistake<T>(line: usize, message: impl Into<String>) -> Result<T, Mistake> {
    Err(Mistake { line, message: message.into() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    name: String,
    display_name: Option<String>,
    #[serde(default)]
    role: Role,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    locale: Option<String>,
}

/// Reads and checks the whole file before anybody is added.
pub(super) fn read(text: &str) -> Result<Vec<NewUser>, Mistake> {
    if text.len() > LARGEST {
        return mistake(1, "the file is larger than 4 MB");
    }
    let mut people = Vec::new();
    let mut names = BTreeSet::new();
    for (line, json) in entries(text)? {
        let person = person(json).or_else(|message| mistake(line, message))?;
        if !names.insert(person.name.clone()) {
            return mistake(line, format!("`{}` is in this list already", person.name));
        }
        people.push(person);
    }
    Ok(people)
}

fn person(json: Json) -> Result<NewUser, String> {
    let person: Person = serde_json::from_value(json).map_err(|error| error.to_string())?;
    let name = UserName::parse(&person.name).map_err(|error| error.to_string())?;
    let new = NewUser {
        display_name: person.display_name.unwrap_or_else(|| name.to_string()),
        role: person.role,
        groups: person.groups,
        attributes: person.attributes,
        locale: person.locale,
        ..NewUser::named(name)
    };
    check_profile(&new).map_err(|rule| rule.to_string())?;
    Ok(new)
}

/// A list or map that is being read.
enum Open {
    List(Vec<Json>),
    Map(Map<String, Json>, Option<String>),
}

/// The entries of the one list in the file, each with its line; anchors, aliases and tags are refused.
fn entries(text: &str) -> Result<Vec<(usize, Json)>, Mistake> {
    let (mut found, mut lines, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let (mut documents, mut ended) = (0, false);
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| scan_mistake(&error))?;
        let line = span.start.line();
        if open.len() > DEEPEST {
            return mistake(line, "too deeply nested");
        }
        if open.len() == 1 && !matches!(event, Event::SequenceEnd) {
            lines.push(line);
        }
        let value = match event {
            Event::DocumentStart(_) if documents == 1 => return mistake(line, "expected one document"),
            Event::DocumentStart(_) => {
                documents = 1;
                continue;
            }
            Event::Alias(_)
            | Event::Scalar(_, _, 1.., _)
            | Event::SequenceStart(1.., _)
            | Event::MappingStart(1.., _) => {
                return mistake(line, "anchors and aliases are not allowed");
            }
            Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                return mistake(line, "tags are not allowed");
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) if !open.is_empty() => {
                open.push(Open::Map(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(items)) if open.is_empty() => {
                    (found, ended) = (items, true);
                    continue;
                }
                Some(Open::List(items)) => Json::Array(items),
                Some(Open::Map(map, _)) => Json::Object(map),
                None => continue,
            },
            Event::Scalar(text, style, ..) if !open.is_empty() => scalar(&text, style, open.last()),
            Event::Scalar(..) | Event::MappingStart(..) => {
                return mistake(line, "expected a list of people, as in `- name: jane`");
            }
            _ => continue,
        };
        place(&mut open, value, line)?;
    }
    if !ended {
        return mistake(1, "expected a list of people, as in `- name: jane`; the file is empty");
    }
    Ok(lines.into_iter().zip(found).collect())
}

/// Puts a finished value where it belongs.
fn place(open: &mut [Open], value: Json, line: usize) -> Result<(), Mistake> {
    match open.last_mut() {
        Some(Open::List(items)) => items.push(value),
        Some(Open::Map(map, waiting)) => match (waiting.take(), value) {
            (Some(key), value) => {
                map.insert(key, value);
            }
            (None, Json::String(key)) if map.contains_key(&key) => {
                return mistake(line, format!("`{key}` stands twice"));
            }
            (None, Json::String(key)) => *waiting = Some(key),
            (None, _) => return mistake(line, "expected a key"),
        },
        None => {}
    }
    Ok(())
}

fn scalar(text: &str, style: ScalarStyle, within: Option<&Open>) -> Json {
    let is_key = matches!(within, Some(Open::Map(_, None)));
    if is_key || style != ScalarStyle::Plain {
        return Json::String(text.to_owned());
    }
    if matches!(text, "" | "~" | "null") {
        return Json::Null;
    }
    match attribute::scalar(text) {
        Value::Boolean(value) => Json::Bool(value),
        Value::Integer(value) => Json::from(value),
        Value::Float(value) => Number::from_f64(value).map_or(Json::Null, Json::Number),
        _ => Json::String(text.to_owned()),
    }
}

fn scan_mistake(error: &ScanError) -> Mistake {
    Mistake { line: error.marker().line(), message: error.info().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_with_the_types_of_their_attributes() {
        let text = "# The readers.\n- name: Nora\n  display_name: Nora Silva\n  groups: [network]\n  locale: en\n\n\
                    - name: marc\n  role: super-admin\n  attributes: { carriers: [UA, \"7\"], level: 3, share: 0.5,\n    \
                    manager: true, code: '007', none: ~ }\n- {name: eli}\n";
        let people = read(text).unwrap();
        let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["nora", "marc", "eli"]);
        assert_eq!((people[0].display_name.as_str(), &people[0].groups), ("Nora Silva", &vec!["network".to_owned()]));
        assert_eq!((people[0].locale.as_deref(), people[0].role), (Some("en"), Role::User));
        assert_eq!((people[1].role, people[2].display_name.as_str()), (Role::SuperAdmin, "eli"));
        let carriers = ["UA", "7"].map(|text| Value::Text(text.into()));
        let expected = [
            ("carriers", Value::List(carriers.to_vec())),
            ("code", Value::Text("007".into())),
            ("level", Value::Integer(3)),
            ("manager", Value::Boolean(true)),
            ("none", Value::Null),
            ("share", Value::Float(0.5)),
        ];
        assert_eq!(people[1].attributes, expected.map(|(name, value)| (name.to_owned(), value)).into());
    }

    #[test]
    fn each_mistake_is_told_with_its_line() {
        for (text, line, expected) in [
            ("", 1, "the file is empty"),
            ("name: jane\n", 1, "expected a list of people"),
            ("jane\n", 1, "expected a list of people"),
            ("- name: jane\n- nmae: marc\n", 2, "unknown field `nmae`"),
            ("- name: jane\n\n\n- role: user\n", 4, "missing field `name`"),
            ("- name: jane\n  role: boss\n", 1, "unknown variant `boss`"),
            ("- name: jane\n- name: JANE\n", 2, "`jane` is in this list already"),
            ("- name: jane\n  name: marc\n", 2, "`name` stands twice"),
            ("- name: a b\n", 1, "a user name starts with"),
            ("- name: jane\n  locale: English\n", 1, "not a language"),
            ("- name: jane\n  attributes: {x: {y: 1}}\n", 1, "found a map"),
            ("- &a {name: jane}\n- *a\n", 1, "anchors and aliases"),
            ("- name: !!str jane\n", 1, "tags are not allowed"),
            ("- name: jane\n---\n- name: marc\n", 2, "one document"),
            ("- name: [jane\n", 2, ""),
        ] {
            let mistake = read(text).unwrap_err();
            assert!(mistake.message.contains(expected), "{text:?}: {mistake}");
            assert_eq!(mistake.line, line, "{text:?}: {mistake}");
        }
        let deep = format!("{}{}", "[".repeat(20), "]".repeat(20));
        assert_eq!(read(&deep).unwrap_err().message, "too deeply nested");
        assert!(read(&"[".repeat(1_000_000)).is_err());
        assert!(read("[]").unwrap().is_empty());
    }

    #[test]
    fn the_readers_of_the_demo_can_be_read() {
        let people = read(include_str!("../../../../../examples/flights-readers.yaml")).unwrap();
        assert!(people.len() >= 3);
    }
}
