//! The JSON Schemas of the configuration files, made from the types that read them.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

use crate::spelling::other_spelling;
use crate::{config, steps::Step};

/// The kinds of files and values that have a schema.
pub const SCHEMA_KINDS: [&str; 8] = ["app", "dataset", "filter", "view", "chapter", "story", "dashboard", "step"];

/// The JSON Schema of a kind of file: `app`, `dataset`, `filter`, `view`, `chapter`, `story`, `dashboard` or `step`.
pub fn schema_json(kind: &str) -> Option<Json> {
    let mut schema = match kind {
        "app" => APP.clone(),
        "dataset" => generate::<config::Dataset>(),
        "filter" => generate::<config::Filter>(),
        "view" => generate::<config::View>(),
        "chapter" => generate::<config::Chapter>(),
        "story" => generate::<config::Story>(),
        "dashboard" => generate::<config::Dashboard>(),
        "step" => generate::<Step>(),
        _ => return None,
    };
    accept_both_spellings(&mut schema);
    Some(schema)
}

/// The schema of app files, which holds every other one.
pub(crate) static APP: LazyLock<Json> = LazyLock::new(generate::<config::AppFile>);

fn generate<T: JsonSchema>() -> Json {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    let definitions = schema.get("$defs").cloned().unwrap_or(Json::Null);
    tidy(&mut schema, &definitions);
    schema
}

/// Puts the shape of a tagged variant beside its tag, and closes every map: an unknown key is a mistake.
fn tidy(schema: &mut Json, definitions: &Json) {
    match schema {
        Json::Object(object) => {
            inline_variant(object, definitions);
            // What decides between shapes closes none of them.
            for (_, child) in object.iter_mut().filter(|(key, _)| *key != "if") {
                tidy(child, definitions);
            }
            let is_shape = object.get("properties").is_some_and(Json::is_object);
            object.shift_remove("unevaluatedProperties");
            if is_shape && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), Json::Bool(false));
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| tidy(item, definitions)),
        _ => {}
    }
}

/// Lets the keys of steps be written in both spellings, as the loader does.
fn accept_both_spellings(schema: &mut Json) {
    match schema {
        Json::Object(object) => {
            object.values_mut().for_each(accept_both_spellings);
            let Some(Json::Object(properties)) = object.get_mut("properties") else { return };
            let spellings: Vec<(String, String)> =
                properties.keys().filter_map(|key| Some((key.clone(), other_spelling(key)?))).collect();
            for (first, other) in &spellings {
                if let Some(shape) = properties.get(first).cloned() {
                    properties.entry(other.clone()).or_insert(shape);
                }
            }
            require_either(object, &spellings);
        }
        Json::Array(items) => items.iter_mut().for_each(accept_both_spellings),
        _ => {}
    }
}

/// A key that has to be there may be there in either spelling.
fn require_either(object: &mut Map<String, Json>, spellings: &[(String, String)]) {
    let Some(Json::Array(required)) = object.get_mut("required") else { return };
    let is_required = |first: &str| required.iter().any(|key| key == first);
    let either: Vec<Json> = spellings
        .iter()
        .filter(|(first, _)| is_required(first))
        .map(|(first, other)| json!({ "anyOf": [{ "required": [first] }, { "required": [other] }] }))
        .collect();
    if either.is_empty() {
        return;
    }
    required.retain(|key| !spellings.iter().any(|(first, _)| key == first));
    object.insert("allOf".to_owned(), Json::Array(either));
}

fn inline_variant(object: &mut Map<String, Json>, definitions: &Json) {
    if !object.contains_key("properties") {
        return;
    }
    let Some(Json::String(reference)) = object.shift_remove("$ref") else { return };
    let Some(target) = reference.strip_prefix("#/$defs/").and_then(|name| definitions.get(name)) else { return };
    for (key, value) in target.as_object().into_iter().flatten() {
        match (key.as_str(), object.get_mut(key), value) {
            ("properties", Some(Json::Object(own)), Json::Object(more)) => {
                own.extend(more.iter().map(|(name, shape)| (name.clone(), shape.clone())));
            }
            ("required", Some(Json::Array(own)), Json::Array(more)) => own.extend(more.iter().cloned()),
            (_, None, _) => {
                object.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
}
