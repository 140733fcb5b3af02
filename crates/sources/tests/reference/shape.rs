//! Parameters in words, from their JSON Schema.

use serde_json::Value as Json;

/// What a schema takes, in a few words.
pub(crate) fn words(schema: &Json, root: &Json) -> String {
    if let Some(target) = followed(schema, root) {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next())
            && let Some(known) = known(name)
        {
            return known.to_owned();
        }
        return words(target, root);
    }
    for key in ["anyOf", "oneOf"] {
        let Some(alternatives) = schema[key].as_array() else { continue };
        let mut found: Vec<String> = Vec::new();
        for alternative in alternatives.iter().filter(|alternative| alternative["type"] != "null") {
            let shown = words(alternative, root);
            if !found.contains(&shown) {
                found.push(shown);
            }
        }
        return found.join(" or ");
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("`{word}`");
    }
    if let Some(listed) = schema["enum"].as_array() {
        let shown: Vec<String> = listed.iter().filter_map(Json::as_str).map(|word| format!("`{word}`")).collect();
        return shown.join(" or ");
    }
    match &schema["type"] {
        Json::String(kind) => single(kind, schema, root),
        Json::Array(kinds) => {
            let known = kinds.iter().filter_map(Json::as_str).filter(|kind| *kind != "null");
            known.map(|kind| single(kind, schema, root)).collect::<Vec<_>>().join(" or ")
        }
        _ => "a value".to_owned(),
    }
}

/// True for a key that has to be there, in either spelling.
pub(crate) fn is_required(schema: &Json, key: &str) -> bool {
    holds(&schema["required"], key) || is_spelt(schema, key, 0)
}

/// True for the spelling of a key that the pages do not show.
pub(crate) fn is_other_spelling(schema: &Json, key: &str) -> bool {
    key.contains('_') || is_spelt(schema, key, 1)
}

fn is_spelt(schema: &Json, key: &str, which: usize) -> bool {
    let mut pairs = schema["allOf"].as_array().into_iter().flatten();
    pairs.any(|pair| holds(&pair["anyOf"][which]["required"], key))
}

fn holds(keys: &Json, key: &str) -> bool {
    keys.as_array().is_some_and(|keys| keys.iter().any(|one| one == key))
}

/// The schema that a reference leads to.
pub(crate) fn followed<'a>(schema: &Json, root: &'a Json) -> Option<&'a Json> {
    root["$defs"].get(schema["$ref"].as_str()?.strip_prefix("#/$defs/")?)
}

/// The schema of the map that a parameter takes, or of the maps in its list.
pub(crate) fn map<'a>(schema: &'a Json, root: &'a Json) -> Option<&'a Json> {
    if let Some(target) = followed(schema, root) {
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        return if known(name).is_some() { None } else { map(target, root) };
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(alternatives) = schema[key].as_array() {
            return alternatives.iter().find_map(|alternative| map(alternative, root));
        }
    }
    if schema["properties"].is_object() { Some(schema) } else { map(schema.get("items")?, root) }
}

fn known(name: &str) -> Option<&'static str> {
    Some(match name {
        "Value" => "a value",
        "Condition" => "[a condition](../steps.md#conditions)",
        "FormulaText" => "[a formula](../steps.md#formulas)",
        "WrittenPipeline" => "a dataset or a pipeline",
        "WrittenDomain" => "a dataset",
        _ => return None,
    })
}

fn single(kind: &str, schema: &Json, root: &Json) -> String {
    match kind {
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => match schema["prefixItems"].as_array() {
            Some(items) => {
                let parts: Vec<String> = items.iter().map(|item| words(item, root)).collect();
                format!("[{}]", parts.join(", "))
            }
            None => match words(&schema["items"], root) {
                map if map == "map" => "list of maps".to_owned(),
                items => format!("list of {items}"),
            },
        },
        "object" => "map".to_owned(),
        other => other.to_owned(),
    }
}
