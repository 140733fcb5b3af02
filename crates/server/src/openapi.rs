//! The description of the interface: made from the handlers, and for an app's presentation from the types that make it.

use aracari_app::{Diagnostic, Presentation};
use bytes::Bytes;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

use crate::router;

const DESCRIPTION: &str = "Sign-in, apps as a person may see them, and the answers behind their charts.\n\n\
    Errors are `application/problem+json` with a `code` of a closed list. Requests that change something need \
    `Content-Type: application/json`, and with a cookie they must come from a page of the same origin.";

/// Stands for [`Presentation`], whose schema the types of the app model give.
pub(crate) struct PresentationSchema;

/// Stands for [`Diagnostic`].
pub(crate) struct DiagnosticSchema;

macro_rules! stands_for {
    ($stand_in:ty, $name:literal) => {
        impl PartialSchema for $stand_in {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().into()
            }
        }
        impl utoipa::ToSchema for $stand_in {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    };
}
stands_for!(PresentationSchema, "Presentation");
stands_for!(DiagnosticSchema, "Diagnostic");

/// The document, for an instance below this base path.
#[must_use]
pub fn document(base_path: &str) -> Value {
    let mut document = serde_json::to_value(router::describe()).unwrap_or_default();
    document["info"] = json!({
        "title": "Aracari",
        "version": env!("CARGO_PKG_VERSION"),
        "description": DESCRIPTION,
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": if base_path.is_empty() { "/" } else { base_path } }]);
    document["security"] = json!([{ "cookie": [] }, { "bearer": [] }]);
    document["components"]["securitySchemes"] = json!({
        "cookie": { "type": "apiKey", "in": "cookie", "name": "__Host-aracari" },
        "bearer": { "type": "http", "scheme": "bearer" },
    });
    each_content(&mut document, &correct_content);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.extend(model_schemas());
        schemas.sort_keys();
    }
    document
}

/// Calls `visit` with every map from media type to body in the document.
fn each_content(value: &mut Value, visit: &impl Fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Object(content)) = map.get_mut("content") {
                visit(content);
            }
            map.values_mut().for_each(|inner| each_content(inner, visit));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_content(item, visit)),
        _ => {}
    }
}

/// Problems have a media type of their own, and bytes are not lists of numbers.
fn correct_content(content: &mut Map<String, Value>) {
    let is_problem = |body: &Value| body["schema"]["$ref"] == "#/components/schemas/Problem";
    if content.get("application/json").is_some_and(is_problem)
        && let Some(body) = content.remove("application/json")
    {
        content.insert("application/problem+json".to_owned(), body);
    }
    for body in content.values_mut().filter(|body| body["schema"]["items"]["format"] == "int32") {
        body["schema"] = json!({ "type": "string", "format": "binary" });
    }
}

/// As [`document`], ready to be sent.
pub(crate) fn document_bytes(base_path: &str) -> Bytes {
    document(base_path).to_string().into()
}

/// The schemas of what `app` hands out, by name.
fn model_schemas() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(settings.for_serialize());
    generator.subschema_for::<Presentation>();
    generator.subschema_for::<Diagnostic>();
    generator.take_definitions(true)
}
