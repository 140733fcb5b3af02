//! Compares a tree of nodes with a JSON Schema and reports every difference at its place.

use serde_json::{Map, Value as Json};

use super::report::{Reporter, did_you_mean, quoted};
use super::shape::{self, Shape, Word};
use super::vocabulary::{another_way, is_of_elsewhere, meant_by};
use super::{examples, rules};
use crate::config::{COLOUR_PATTERN, ID_PATTERN};
use crate::infer::comparisons::number_hint;
use crate::json_schema::APP;
use crate::spelling::other_spelling;
use crate::yaml::{Entry, Node, NodeValue, Span};

/// What the neighbourhood of a node allows.
#[derive(Debug, Clone, Copy, Default)]
struct Allowed {
    /// Variables may stand in place of any single value.
    variables: bool,
    /// Keys may be written in snake case.
    snake_case: bool,
    /// It decides what a reader sees, which is looked at elsewhere too.
    is_permission: bool,
}

/// Checks `node` against `schema`; true when nothing was found.
pub(super) fn validate(node: &Node, schema: &Json, root: &Json, report: &mut Reporter) -> bool {
    let before = report.error_count();
    let mut findings = Vec::new();
    Validator { root }.check(node, schema, Allowed::default(), &mut findings);
    tell(findings, report);
    report.error_count() == before
}

/// Checks a step as it is written anywhere but in an app's files; true when nothing was found.
pub(super) fn validate_step(node: &Node, report: &mut Reporter) -> bool {
    let allowed = Allowed { variables: true, snake_case: true, ..Allowed::default() };
    let schema = serde_json::json!({"$ref": "#/$defs/Step"});
    let mut findings = Vec::new();
    Validator { root: &APP }.check(node, &schema, allowed, &mut findings);
    let is_right = findings.iter().all(|finding| finding.is_doubt);
    tell(findings, report);
    is_right
}

fn tell(findings: Findings, report: &mut Reporter) {
    for Finding { code, span, message, hint, is_doubt } in findings {
        if is_doubt {
            report.warning(code, span, message, hint);
        } else {
            report.error(code, span, message, hint);
        }
    }
}

pub(super) struct Finding {
    code: &'static str,
    span: Span,
    message: String,
    hint: Option<String>,
    /// It works, and is probably not meant so.
    is_doubt: bool,
}

pub(super) type Findings = Vec<Finding>;

pub(super) fn push(findings: &mut Findings, code: &'static str, span: Span, message: String, hint: Option<String>) {
    findings.push(Finding { code, span, message, hint, is_doubt: false });
}

/// Says what works and is probably not meant so.
pub(super) fn push_doubt(findings: &mut Findings, code: &'static str, span: Span, message: String, hint: &str) {
    findings.push(Finding { code, span, message, hint: Some(hint.to_owned()), is_doubt: true });
}

struct Validator<'a> {
    root: &'a Json,
}

impl Validator<'_> {
    fn check(&self, node: &Node, schema: &Json, allowed: Allowed, findings: &mut Findings) {
        if matches!(node.value, NodeValue::Refused) {
            return;
        }
        if let NodeValue::ZeroLed(text) = &node.value {
            let takes = |value| shape::accepts(schema, self.root, &Node { span: node.span, value });
            let (number, words) = (takes(NodeValue::Integer(0)), takes(NodeValue::Text(text.clone())));
            if number || words {
                let (message, hint) = examples::of_zero_led(text, number, words);
                return push(findings, "leading_zero", node.span, message, Some(hint));
            }
        }
        if allowed.variables && node.text().is_some_and(|text| text.contains("{{")) {
            return;
        }
        let is_secret = schema.get("writeOnly").and_then(Json::as_bool) == Some(true);
        if is_secret && !matches!(node.value, NodeValue::Map(_)) {
            let message = "a secret does not stand in a file of an app";
            let hint = Some("write where it is read from: `{ env: NAME }` or `{ file: PATH }`".to_owned());
            return push(findings, "inline_secret", node.span, message.to_owned(), hint);
        }
        match shape::of(schema, self.root) {
            Shape::Anything => {}
            Shape::Tagged { tag, variants } => self.tagged(node, tag, &variants, allowed, findings),
            Shape::Words(words) => words_only(node, &words, findings),
            Shape::Alternatives(alternatives) => self.alternatives(node, &alternatives, allowed, findings),
            Shape::Single(object) => self.single(node, object, allowed, findings),
        }
    }

    fn tagged(&self, node: &Node, tag: &str, variants: &[(&str, &Json)], allowed: Allowed, findings: &mut Findings) {
        if !matches!(node.value, NodeValue::Map(_)) {
            return wrong_type(node, &format!("a map with the key `{tag}`"), None, findings);
        }
        let names: Vec<&str> = variants.iter().map(|(name, _)| *name).collect();
        let Some(chosen) = node.get(tag) else {
            let message = format!("the key `{tag}` is missing");
            let (span, hint) = match examples::of_tag(node, tag, &names) {
                Some((entry, hint)) => (entry.key_span, hint),
                None => (node.span, format!("one of {}", quoted(&names))),
            };
            return push(findings, "missing_key", span, message, Some(hint));
        };
        let Some(name) = chosen.text() else {
            return wrong_type(chosen, &format!("one of {}", quoted(&names)), None, findings);
        };
        if node.get("disabled").is_some_and(|off| off.value == NodeValue::Boolean(true)) {
            return;
        }
        match variants.iter().find(|(variant, _)| *variant == name) {
            Some((_, schema)) => self.check(node, schema, allowed, findings),
            None => unknown_word(chosen, name, &names.into_iter().map(Word::plain).collect::<Vec<_>>(), findings),
        }
    }

    fn alternatives(&self, node: &Node, alternatives: &[&Json], allowed: Allowed, findings: &mut Findings) {
        let is_condition = alternatives.iter().any(|schema| {
            shape::properties(schema, self.root).is_some_and(|properties| properties.contains_key("and"))
        });
        let mut fitting: Vec<&Json> =
            alternatives.iter().copied().filter(|schema| shape::accepts(schema, self.root, node)).collect();
        if fitting.is_empty() {
            let mut expected: Vec<String> =
                alternatives.iter().map(|schema| shape::expected(schema, self.root)).collect();
            expected.dedup();
            let hint = is_condition.then(|| examples::of_condition(node));
            return wrong_type(node, &expected.join(" or "), hint, findings);
        }
        if self.is_step_of(node, alternatives) {
            let message = "this is one step, and a pipeline is expected".to_owned();
            let hint = "a pipeline is the name of a dataset, or a list of steps: `[{ name: domain, … }]`".to_owned();
            return push(findings, "wrong_type", node.span, message, Some(hint));
        }
        if is_condition && rules::mixes_conditions(node, findings) {
            return;
        }
        let is_period = node.get("start").is_some() && node.get("end").is_some();
        if is_period && fitting.iter().all(|schema| shape::known_keys(schema, self.root, node) == 0) {
            let message = "a period is two days, and one value stands here".to_owned();
            let hint = "compare `from` with its start and `until` with its end, joined by `and`".to_owned();
            return push(findings, "wrong_type", node.span, message, Some(hint));
        }
        if let Some(word) = node.text()
            && !fitting.iter().any(|schema| shape::takes_text(schema, self.root, word))
            && let Some(hint) = examples::of_word(word, alternatives, self.root)
        {
            return push(findings, "unknown_word", node.span, format!("`{word}` is unknown here"), Some(hint));
        }
        // Several maps: the one that knows most of the keys written here was probably meant.
        let known = |schema: &Json| shape::known_keys(schema, self.root, node);
        fitting.sort_by_key(|schema| std::cmp::Reverse(known(schema)));
        let maps: Option<Vec<_>> = fitting.iter().map(|schema| shape::properties(schema, self.root)).collect();
        if let Some(maps) = maps.filter(|maps| maps.len() > 1)
            && fitting.first().is_some_and(|schema| known(schema) == 0)
        {
            let keys = |map: &&Map<String, Json>| quoted(&map.keys().map(String::as_str).collect::<Vec<_>>());
            let hint = format!("known are {}", maps.iter().map(keys).collect::<Vec<_>>().join("; or "));
            let message = "this map holds none of the keys that are known here".to_owned();
            return push(findings, "missing_key", node.span, message, Some(hint));
        }
        let mut nearest: Option<Findings> = None;
        for schema in fitting {
            let mut own = Vec::new();
            self.check(node, schema, allowed, &mut own);
            if own.iter().all(|finding| finding.is_doubt) {
                return findings.extend(own);
            }
            nearest.get_or_insert(own);
        }
        findings.extend(nearest.into_iter().flatten());
    }

    /// True for a step where a list of steps can stand.
    fn is_step_of(&self, node: &Node, alternatives: &[&Json]) -> bool {
        let tag = shape::tag_of_items(alternatives, self.root);
        tag.is_some_and(|tag| node.get(tag).is_some())
    }

    fn single(&self, node: &Node, schema: &Map<String, Json>, allowed: Allowed, findings: &mut Findings) {
        if shape::is_of_pairs(schema, self.root)
            && let Some(hint) = examples::of_pairs(node)
        {
            let message = "expected a list of pairs, each a list of two".to_owned();
            return push(findings, "wrong_type", node.span, message, Some(hint));
        }
        if !shape::type_fits(schema, node) {
            let hint = node.text().and_then(|text| examples::of_map(schema, text));
            return wrong_type(node, &shape::expected_single(schema), hint, findings);
        }
        match &node.value {
            NodeValue::Text(text) => check_text(node, text, schema, findings),
            NodeValue::Integer(_) | NodeValue::Float(_) => check_number(node, schema, findings),
            NodeValue::List(items) => self.list(node, items, schema, allowed, findings),
            NodeValue::Map(entries) => self.map(node, entries, schema, allowed, findings),
            NodeValue::Null | NodeValue::Boolean(_) | NodeValue::ZeroLed(_) | NodeValue::Refused => {}
        }
    }

    fn list(&self, node: &Node, items: &[Node], schema: &Map<String, Json>, allowed: Allowed, findings: &mut Findings) {
        let count = items.len() as u64;
        let bounds = (schema.get("minItems").and_then(Json::as_u64), schema.get("maxItems").and_then(Json::as_u64));
        let expected = match bounds {
            (Some(low), Some(high)) if low == high && count != low => Some(format!("exactly {low}")),
            (Some(low), _) if count < low => Some(format!("at least {low}")),
            (_, Some(high)) if count > high => Some(format!("at most {high}")),
            _ => None,
        };
        if let Some(expected) = expected {
            push(
                findings,
                "bad_length",
                node.span,
                format!("expected {expected} items in this list, found {count}"),
                None,
            );
        }
        if let Some(Shape::Alternatives(alternatives)) = schema.get("items").map(|items| shape::of(items, self.root))
            && !items.is_empty()
            && items.iter().all(|item| self.is_step_of(item, &alternatives))
        {
            let message = "this is one list of steps, and a list of pipelines is expected".to_owned();
            let hint =
                "each pipeline is the name of a dataset, or a list of steps of its own: `[[{ name: domain, … }]]`";
            return push(findings, "wrong_type", node.span, message, Some(hint.to_owned()));
        }
        let fixed = schema.get("prefixItems").and_then(Json::as_array);
        for (index, item) in items.iter().enumerate() {
            let item_schema = fixed.and_then(|schemas| schemas.get(index)).or_else(|| schema.get("items"));
            if let Some(item_schema) = item_schema {
                self.check(item, item_schema, allowed, findings);
            }
        }
    }

    fn map(
        &self,
        node: &Node,
        entries: &[Entry],
        schema: &Map<String, Json>,
        allowed: Allowed,
        findings: &mut Findings,
    ) {
        let properties = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties");
        let mut seen: Vec<&str> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let known = properties.and_then(|known| find_property(known, &entry.key, allowed));
            if let Some((name, property)) = known {
                seen.push(name);
                if matches!(entry.node.value, NodeValue::Null) && !is_required(schema, name) {
                    continue;
                }
                self.check(&entry.node, property, inside(name, allowed), findings);
            } else if examples::key_without_blank(entry).is_some() {
                let message = format!("`{}` is a key without a value", entry.key);
                let hint = examples::of_missing_blank(&entry.key);
                push(findings, "missing_value", entry.key_span, message, hint);
            } else {
                match others {
                    Some(Json::Object(_)) => self.check(&entry.node, others.unwrap_or(&Json::Null), allowed, findings),
                    Some(Json::Bool(false)) => {
                        let before = index.checked_sub(1).and_then(|before| entries.get(before));
                        unknown_key(entry, before, properties, findings);
                    }
                    _ => {}
                }
            }
        }
        // What says which kind of map it is shows best where something is missing.
        let is_tag = |entry: &&Entry| properties.is_some_and(|known| known.get(&entry.key).is_some_and(has_const));
        let place = entries.iter().find(is_tag).map_or(node.span, |entry| entry.node.span);
        for required in schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            // A key written wrongly is not missing as well.
            let is_misspelt = entries.iter().any(|entry| {
                let is_known = properties.is_some_and(|known| find_property(known, &entry.key, allowed).is_some());
                let is_without_blank = examples::key_without_blank(entry) == Some(required);
                !is_known && (is_without_blank || crate::infer::suggest(&entry.key, [required]).is_some())
            });
            if !seen.contains(&required) && !is_misspelt {
                push(findings, "missing_key", place, format!("the key `{required}` is missing"), None);
            }
        }
        if let Some(properties) = properties {
            rules::check(node, properties, findings);
            if !allowed.is_permission {
                rules::groups_hold_conditions(node, properties, findings);
            }
        }
    }
}

fn has_const(schema: &Json) -> bool {
    schema.get("const").is_some()
}

fn is_required(schema: &Map<String, Json>, name: &str) -> bool {
    schema.get("required").and_then(Json::as_array).is_some_and(|required| required.iter().any(|key| key == name))
}

/// Variables may stand in steps and conditions; keys of steps may be in snake case.
fn inside(key: &str, allowed: Allowed) -> Allowed {
    match key {
        "steps" => Allowed { variables: true, snake_case: true, ..allowed },
        "permissions" => Allowed { is_permission: true, ..allowed },
        "where" | "having" => Allowed { variables: true, ..allowed },
        _ => allowed,
    }
}

fn find_property<'a>(known: &'a Map<String, Json>, key: &str, allowed: Allowed) -> Option<(&'a str, &'a Json)> {
    if let Some((name, schema)) = known.get_key_value(key) {
        return Some((name, schema));
    }
    if !allowed.snake_case {
        return None;
    }
    let is_meant = |name: &str| match key {
        "new_columns" | "agg_function" if known.contains_key("aggfunction") => name == key.replace('_', ""),
        _ => other_spelling(name).is_some_and(|other| other == key),
    };
    known.iter().find(|(name, _)| is_meant(name)).map(|(name, schema)| (name.as_str(), schema))
}

fn unknown_key(entry: &Entry, before: Option<&Entry>, properties: Option<&Map<String, Json>>, findings: &mut Findings) {
    let known: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let hint = cut_number(entry, before)
        .or_else(|| cut_formula(entry, before))
        .or_else(|| meant_by(&entry.key, &known).map(|name| format!("it is called `{name}` here")))
        .or_else(|| did_you_mean(&entry.key, known.iter().copied()))
        .or_else(|| Some(format!("known are {}", quoted(&known))));
    push(findings, "unknown_key", entry.key_span, format!("the key `{}` is unknown here", entry.key), hint);
}

/// `value: 1,5` is the number 1 and a key 5.
fn cut_number(entry: &Entry, before: Option<&Entry>) -> Option<String> {
    let NodeValue::Integer(whole) = before?.node.value else { return None };
    let is_rest = entry.node.value == NodeValue::Null && entry.key.bytes().all(|byte| byte.is_ascii_digit());
    is_rest.then(|| format!("decimals stand behind a point: `{whole}.{}`", entry.key))
}

/// `formula: round(a, 2)` in a map between braces is the text `round(a` and a key `2)`.
fn cut_formula(entry: &Entry, before: Option<&Entry>) -> Option<String> {
    let text = before?.node.text().filter(|_| entry.node.value == NodeValue::Null)?;
    let is_open = text.matches('(').count() > text.matches(')').count() && entry.key.contains(')');
    is_open.then(|| format!("a comma ends a text between braces: write \"{text}, {}\"", entry.key))
}

fn unknown_word(node: &Node, text: &str, words: &[Word<'_>], findings: &mut Findings) {
    // What a language for programs has of its own, such as `__VOID__`, is not for people.
    let names: Vec<&str> = words.iter().map(|word| word.text).filter(|name| !name.starts_with("__")).collect();
    let note = |name: &str| words.iter().find(|word| word.text == name).and_then(|word| word.note);
    let called = meant_by(text, &names).map(|name| match note(name) {
        Some(note) => format!("it is called `{name}` here: {}", sentence(note)),
        None => format!("it is called `{name}` here"),
    });
    let called = called.or_else(|| another_way(text, &names).map(str::to_owned));
    let misspelt = || did_you_mean(text, names.iter().copied()).filter(|_| !is_of_elsewhere(text));
    let hint = called.or_else(misspelt).or_else(|| Some(format!("known are {}", quoted(&names))));
    push(findings, "unknown_word", node.span, format!("`{text}` is unknown here"), hint);
}

/// A sentence of a description, as it goes on in another one.
fn sentence(note: &str) -> String {
    let mut letters = note.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn words_only(node: &Node, words: &[Word<'_>], findings: &mut Findings) {
    match node.text() {
        Some(text) if words.iter().any(|word| word.text == text) => {}
        Some(text) => unknown_word(node, text, words, findings),
        None => wrong_type(node, &format!("one of {}", shape::texts(words)), None, findings),
    }
}

/// `example` is how it is written, where that is known.
fn wrong_type(node: &Node, expected: &str, example: Option<String>, findings: &mut Findings) {
    let is_scalar = matches!(node.value, NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::Boolean(_));
    let hint = match &node.value {
        _ if is_scalar && expected.starts_with("a text") => Some("write it between quotes".to_owned()),
        NodeValue::Text(text) if expected == "a list" => Some(format!("write a list, even of one: `[{text}]`")),
        NodeValue::Text(text) if matches!(expected, "a number" | "a whole number") => number_hint(text),
        NodeValue::Text(text) if expected.starts_with("a map") => examples::of_missing_blank(text),
        NodeValue::Map(_) if expected == "a list" => Some("write a list, even of one: `[{ … }]`".to_owned()),
        NodeValue::Map(_) if expected == "a text" => examples::of_name(node),
        _ => None,
    };
    let hint = example.or(hint);
    push(findings, "wrong_type", node.span, format!("expected {expected}, found {}", shape::found(node)), hint);
}

fn check_text(node: &Node, text: &str, schema: &Map<String, Json>, findings: &mut Findings) {
    let (fits, expected) = match schema.get("pattern").and_then(Json::as_str) {
        Some(ID_PATTERN) => {
            (shape::is_id(text), "an id: small letters, digits, `-` and `_`, at most 64, not beginning with a sign")
        }
        Some(COLOUR_PATTERN) => (shape::is_colour(text), "a colour such as `#0b6bcb`"),
        _ => (true, ""),
    };
    if !fits {
        push(findings, "bad_value", node.span, format!("expected {expected}, found `{text}`"), None);
    }
    let length = text.chars().count() as u64;
    let too_short = schema.get("minLength").and_then(Json::as_u64).is_some_and(|least| length < least);
    let too_long = schema.get("maxLength").and_then(Json::as_u64).is_some_and(|most| length > most);
    if too_short || too_long {
        push(findings, "bad_value", node.span, format!("the text `{text}` has the wrong length"), None);
    }
}

fn check_number(node: &Node, schema: &Map<String, Json>, findings: &mut Findings) {
    #[expect(clippy::cast_precision_loss, reason = "bounds are small numbers")]
    let number = match node.value {
        NodeValue::Integer(integer) => integer as f64,
        NodeValue::Float(float) => float,
        _ => return,
    };
    let bound = |key: &str| schema.get(key).and_then(Json::as_f64);
    if let Some(least) = bound("minimum")
        && number < least
    {
        push(findings, "bad_value", node.span, format!("expected a number of at least {least}, found {number}"), None);
    }
    if let Some(most) = bound("maximum")
        && number > most
    {
        push(findings, "bad_value", node.span, format!("expected a number of at most {most}, found {number}"), None);
    }
}
