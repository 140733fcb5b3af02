//! Whatever stands in a pipeline, reading it and finding its columns ends with an answer or a mistake, never with a panic.

use aracari_app::infer::infer;
use aracari_app::schema::ColumnType;
use aracari_app::template::{DocumentPath, DocumentVariables, Template, parse_steps};
use aracari_app::written::{Referred, settle};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json, json};

use crate::support::schema;

/// How deep values are made by the schema.
const MAX_DEPTH: usize = 7;

fn word() -> impl Strategy<Value = String> {
    let known = [
        "a",
        "b",
        "day",
        "c d",
        "flag",
        "shape",
        "sales",
        "shops",
        "",
        "{{ v }}",
        "{{ list }}",
        "{{ v | x }}",
        "{{",
        "a + b",
        "'x'",
        "a / (b - 1) > 2",
        "[c d] * -1",
        "(((",
        "%Y-%m-%d",
        "%",
        "^a.*[",
        "2024-01-01",
        "__VOID__",
        "\u{1}0",
        "ß",
    ];
    prop_oneof![8 => select(known.map(str::to_owned).to_vec()), 1 => "\\PC{0,12}"]
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![-3_i64..20, select(vec![i64::MIN, i64::MAX, 1 << 40])]
}

fn anything() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        number().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        word().prop_map(Json::from),
        Just(json!({"$date": i64::MAX})),
        Just(json!({"$all": true})),
        Just(json!({"type": "ref", "uid": "shops"})),
    ];
    let branch = |inner: BoxedStrategy<Json>| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::vec((word(), inner), 0..3).prop_map(|entries| Json::from(Map::from_iter(entries))),
        ]
    };
    leaf.prop_recursive(3, 12, 3, move |inner| branch(inner.boxed())).boxed()
}

/// Values as a schema asks for them, and now and then others.
fn by_schema(wanted: &Json, root: &Json, depth: usize) -> BoxedStrategy<Json> {
    if depth > MAX_DEPTH {
        return word().prop_map(Json::from).boxed();
    }
    let right = right(wanted, root, depth);
    prop_oneof![24 => right, 1 => anything()].boxed()
}

fn right(wanted: &Json, root: &Json, depth: usize) -> BoxedStrategy<Json> {
    let wanted = if wanted.get("else").is_some() { &wanted["else"] } else { wanted };
    if let Some(name) = wanted["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return by_schema(&root["$defs"][name], root, depth + 1);
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(alternatives) = wanted[key].as_array() {
            let each = alternatives.iter().map(|alternative| by_schema(alternative, root, depth));
            return prop::strategy::Union::new(each).boxed();
        }
    }
    if let Some(only) = wanted.get("const") {
        return Just(only.clone()).boxed();
    }
    if let Some(listed) = wanted["enum"].as_array() {
        return select(listed.clone()).boxed();
    }
    let kinds: Vec<&str> = match &wanted["type"] {
        Json::String(kind) => vec![kind],
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => return anything(),
    };
    prop::strategy::Union::new(kinds.into_iter().map(|kind| of_kind(kind, wanted, root, depth))).boxed()
}

fn of_kind(kind: &str, wanted: &Json, root: &Json, depth: usize) -> BoxedStrategy<Json> {
    match kind {
        "string" => word().prop_map(Json::from).boxed(),
        "integer" => number().prop_map(Json::from).boxed(),
        "number" => any::<f64>().prop_map(Json::from).boxed(),
        "boolean" => any::<bool>().prop_map(Json::from).boxed(),
        "array" => match wanted["prefixItems"].as_array() {
            Some(items) => {
                let each: Vec<_> = items.iter().map(|item| by_schema(item, root, depth + 1)).collect();
                each.prop_map(Json::from).boxed()
            }
            None => {
                prop::collection::vec(by_schema(&wanted["items"], root, depth + 1), 0..4).prop_map(Json::from).boxed()
            }
        },
        "object" => {
            let names =
                |keys: &Json, name: &str| keys.as_array().is_some_and(|keys| keys.iter().any(|key| key == name));
            // A key of several words is required in either spelling.
            let spelt = |name: &str, which: usize| {
                let mut pairs = wanted["allOf"].as_array().into_iter().flatten();
                pairs.any(|pair| names(&pair["anyOf"][which]["required"], name))
            };
            let required = |name: &str| names(&wanted["required"], name) || spelt(name, 0);
            let is_other_spelling = |name: &str| name.contains('_') || spelt(name, 1);
            let entries: Vec<_> = wanted["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| !is_other_spelling(name))
                .map(|(name, schema)| {
                    let likely = if required(name) { 0.98 } else { 0.3 };
                    (Just(name.clone()), prop::option::weighted(likely, by_schema(schema, root, depth + 1)))
                })
                .collect();
            let map = |entries: Vec<(String, Option<Json>)>| {
                let given = entries.into_iter().filter_map(|(name, value)| Some((name, value?)));
                Json::Object(given.collect())
            };
            entries.prop_map(map).boxed()
        }
        _ => Just(Json::Null).boxed(),
    }
}

fn pipeline() -> impl Strategy<Value = Vec<Json>> {
    let root = aracari_app::schema_json("step").unwrap();
    prop::collection::vec(by_schema(&root, &root, 0), 0..6).prop_map(|steps| {
        let start = json!({"name": "domain", "domain": "sales"});
        std::iter::once(start).chain(steps).collect()
    })
}

/// Reads a pipeline as `aracari query` does; says how far it came.
fn read(steps: Vec<Json>) -> Result<(), String> {
    let variables = json!({"v": "a", "list": ["a", "b"]});
    let references = |uid: &str| (uid == "shops").then(|| Referred::Dataset("shops".to_owned()));
    let settled = settle(steps, &references).map_err(|error| error.to_string())?;
    let bound = Template::<DocumentPath>::parse(&Json::from(settled))
        .and_then(|template| template.bind(&DocumentVariables(&variables)))
        .map_err(|error| error.to_string())?;
    let Json::Array(bound) = bound else { return Err("no list".to_owned()) };
    let steps = parse_steps(bound).map_err(|error| error.to_string())?;
    let sales = schema(&[
        ("a", ColumnType::Integer),
        ("b", ColumnType::Float),
        ("c d", ColumnType::Text),
        ("day", ColumnType::Date),
        ("flag", ColumnType::Boolean),
        ("shape", ColumnType::Geometry),
    ]);
    let datasets = |name: &str| matches!(name, "sales" | "shops").then(|| sales.clone());
    let columns = infer(&steps, sales.clone(), &datasets).map_err(|mistake| mistake.to_string())?;
    // What is found is found again.
    assert_eq!(infer(&steps, sales.clone(), &datasets), Ok(columns));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_pipeline_makes_reading_or_inference_panic(steps in pipeline()) {
        let _ = read(steps);
    }
}
