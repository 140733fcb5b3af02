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
    mistake.about.as_deref().map_or(node.span, |word| of_text(word, node))
}

/// The place of the first text below `node` that is `wanted`, else that holds it, else the node's own.
pub(crate) fn of_text(wanted: &str, node: &Node) -> Span {
    let whole = find(node, &|text| text == wanted);
    whole.or_else(|| find(node, &|text| text.contains(wanted))).unwrap_or(node.span)
}

fn find(node: &Node, is_meant: &dyn Fn(&str) -> bool) -> Option<Span> {
    match &node.value {
        NodeValue::Text(text) if is_meant(text) => Some(node.span),
        NodeValue::List(items) => items.iter().find_map(|item| find(item, is_meant)),
        NodeValue::Map(entries) => entries.iter().find_map(|entry| find(&entry.node, is_meant)),
        _ => None,
    }
}
