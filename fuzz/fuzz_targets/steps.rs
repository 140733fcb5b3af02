//! A JSON pipeline: notes, references, variables, steps, columns.
#![no_main]

use aracari_app::infer::infer;
use aracari_app::schema::{ColumnType, TableSchema};
use aracari_app::template::{DocumentPath, DocumentVariables, Template, parse_steps};
use aracari_app::written::{Referred, settle};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value as Json, json};

fn columns() -> TableSchema {
    let columns = [
        ("a", ColumnType::Integer),
        ("b", ColumnType::Float),
        ("c", ColumnType::Text),
        ("day", ColumnType::Date),
        ("flag", ColumnType::Boolean),
        ("geometry", ColumnType::Geometry),
    ];
    TableSchema::new(columns.map(|(name, kind)| (name.to_owned(), kind)))
}

fn read(document: Json) -> Option<()> {
    // The examples of the reference are good seeds.
    let steps = match document {
        Json::Array(steps) => steps,
        mut example => example.get_mut("pipeline")?.as_array_mut().map(std::mem::take)?,
    };
    let references = |uid: &str| match uid {
        "d" => Some(Referred::Dataset("d".to_owned())),
        "s" => Some(Referred::Steps(vec![json!({"name": "domain", "domain": {"type": "ref", "uid": "s"}})])),
        _ => None,
    };
    let settled = settle(steps, &references).ok()?;
    let template = Template::<DocumentPath>::parse(&Json::from(settled)).ok()?;
    let variables = json!({"v": "a", "list": ["a", 1], "map": {"n": null}});
    let Json::Array(bound) = template.bind(&DocumentVariables(&variables)).ok()? else { return None };
    let steps = parse_steps(bound).ok()?;
    infer(&steps, columns(), &|_| Some(columns())).ok().map(drop)
}

fuzz_target!(|data: &[u8]| {
    if let Ok(document) = serde_json::from_slice(data) {
        let _ = read(document);
    }
});
