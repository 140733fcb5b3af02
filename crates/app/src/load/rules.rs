//! Rules over several keys of a map, which its schema cannot say.

use serde_json::{Map, Value as Json};

use super::validate::{Findings, push, push_doubt};
use crate::template::VOID;
use crate::yaml::{Node, NodeValue};

/// Says which rules a map breaks whose keys are those of `properties`.
pub(super) fn check(node: &Node, properties: &Map<String, Json>, findings: &mut Findings) {
    let has = |keys: &[&str]| keys.iter().all(|key| properties.contains_key(*key));
    if has(&["column", "operator", "value"]) {
        value_is_there(node, findings);
    }
    if has(&["aggfunction", "columns", "newcolumns"]) {
        every_column_has_a_name(node, findings);
    }
}

/// An operator that compares needs something to compare with.
fn value_is_there(node: &Node, findings: &mut Findings) {
    let operator = node.get("operator").map_or(Some("eq"), Node::text);
    let Some(operator) = operator.filter(|word| !matches!(*word, "isnull" | "notnull") && !word.contains("{{")) else {
        return;
    };
    let is_void = |column: &Node| column.text() == Some(VOID);
    if node.get("column").is_none_or(is_void) || node.get("value").is_some() {
        return;
    }
    let message = format!("`value` is missing: `{operator}` compares the column with it");
    let hint = "write what it is compared with; missing values are found with `operator: isnull` and `notnull`";
    push(findings, "missing_key", node.span, message, Some(hint.to_owned()));
}

/// An aggregation gives each of its columns a new name.
fn every_column_has_a_name(node: &Node, findings: &mut Findings) {
    let either = |keys: &[&str]| keys.iter().find_map(|key| node.entry(key));
    let columns = either(&["columns", "column"]);
    let names = either(&["newcolumns", "newcolumn", "newColumns", "new_columns"]);
    let (Some(columns), Some(names)) = (columns, names) else {
        for (key, _) in [("columns", columns), ("newcolumns", names)].iter().filter(|(_, entry)| entry.is_none()) {
            let hint = Some("write `columns: […]` and, as long, `newcolumns: […]`".to_owned());
            push(findings, "missing_key", node.span, format!("the key `{key}` is missing"), hint);
        }
        return;
    };
    let is_variable = |node: &Node| node.text().is_some_and(|text| text.contains("{{"));
    // A variable may hold several names.
    if [columns, names].iter().any(|entry| is_variable(&entry.node) || entry.node.items().iter().any(is_variable)) {
        return;
    }
    let count = |node: &Node| if node.text().is_some() { 1 } else { node.items().len() };
    let (computed, named) = (count(&columns.node), count(&names.node));
    if computed != named {
        let message =
            format!("`{}` names {computed}, and `{}` {named}: each column needs a new name", columns.key, names.key);
        push(findings, "bad_length", names.node.span, message, None);
    }
}

/// A group of conditions that is written empty asks for nothing.
pub(super) fn groups_hold_conditions(node: &Node, properties: &Map<String, Json>, findings: &mut Findings) {
    for key in ["and", "or"].into_iter().filter(|key| properties.contains_key(*key)) {
        if let Some(group) = node.get(key).filter(|group| group.value == NodeValue::List(Vec::new())) {
            let message = format!("`{key}` is empty: nothing has to hold");
            let hint = "write the conditions into it, or leave it out";
            push_doubt(findings, "doubtful_condition", group.span, message, hint);
        }
    }
}

/// Says of a condition that is several things at once what it has to be; true where it is.
pub(super) fn mixes_conditions(node: &Node, findings: &mut Findings) -> bool {
    let mut kinds = node.entries().iter().filter(|entry| matches!(entry.key.as_str(), "and" | "or" | "column"));
    let (Some(first), Some(second)) = (kinds.next(), kinds.next()) else { return false };
    let message = format!("`{}` stands beside `{}`: a condition is one of them", second.key, first.key);
    let hint = "write one inside the other: `{ and: [{ column: …, value: … }, { or: [ … ] }] }`";
    push(findings, "conflicting_keys", second.key_span, message, Some(hint.to_owned()));
    true
}
