//! Where in a file stands what a pipeline does wrong.

use crate::infer::Mistake;
use crate::spelling::other_spelling;
use crate::yaml::{Node, NodeValue, Span};

/// The place of a mistake below a list of steps, or below what holds the steps.
pub(crate) fn of_mistake(mistake: &Mistake, steps: &Node) -> Span {
    let mut node = steps.node_at(&[&mistake.step_index.to_string()]);
    for key in &mistake.path {
        let other = || other_spelling(key).and_then(|other| node.get(&other));
        let item = || node.items().get(key.parse::<usize>().ok()?);
        let Some(inner) = node.get(key).or_else(other).or_else(item) else { break };
        node = inner;
    }
    match (mistake.character, mistake.about.as_deref()) {
        (Some(character), _) => node.at_character(character),
        (None, Some(word)) => found(word, node).unwrap_or_else(|| of_step(node)),
        (None, None) => of_step(node),
    }
}

/// The place of a step as a whole, its name; of anything else its own.
pub(crate) fn of_step(node: &Node) -> Span {
    node.get("name").map_or(node.span, |name| name.span)
}

/// The place of the first text below `node` that is `wanted`, else that holds it, else the node's own.
pub(crate) fn of_text(wanted: &str, node: &Node) -> Span {
    found(wanted, node).unwrap_or(node.span)
}

/// Calls `visit` with every text below a node in which variables are bound: those of notes are not, nor SQL, nor what
/// stands in steps that are switched off.
pub(crate) fn visit_bound<'a>(node: &'a Node, visit: &mut impl FnMut(&'a Node)) {
    match &node.value {
        NodeValue::Text(_) => visit(node),
        NodeValue::List(items) => items.iter().for_each(|item| visit_bound(item, visit)),
        NodeValue::Map(_) if is_never_bound(node) => {}
        NodeValue::Map(entries) => {
            entries.iter().filter(|entry| !is_note(&entry.key)).for_each(|entry| visit_bound(&entry.node, visit));
        }
        _ => {}
    }
}

/// The keys of what authors note for one another.
pub(crate) fn is_note(key: &str) -> bool {
    matches!(key, "label" | "comment")
}

/// True for what holds no variables whatever its text: SQL, and steps that are switched off.
pub(crate) fn is_never_bound(node: &Node) -> bool {
    let is_off = node.get("disabled").is_some_and(|off| off.value == NodeValue::Boolean(true));
    is_off || node.get("name").and_then(Node::text) == Some("customsql")
}

fn found(wanted: &str, node: &Node) -> Option<Span> {
    let whole = find(node, &|text| text == wanted);
    whole.or_else(|| find(node, &|text| text.contains(wanted)))
}

fn find(node: &Node, is_meant: &dyn Fn(&str) -> bool) -> Option<Span> {
    match &node.value {
        NodeValue::Text(text) if is_meant(text) => Some(node.span),
        NodeValue::List(items) => items.iter().find_map(|item| find(item, is_meant)),
        NodeValue::Map(entries) => entries.iter().find_map(|entry| find(&entry.node, is_meant)),
        _ => None,
    }
}
