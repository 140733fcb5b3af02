//! The reference of the steps, `docs/steps/`, is what the code says: parameters from the schemas, examples that are run.
//!
//! `UPDATE_DOCS=1 cargo nextest run --workspace --test reference` writes the pages again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod example;
mod page;
mod shape;

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use page::{index, page};

/// What steps are for; every step stands once.
const PURPOSES: [(&str, &[&str]); 8] = [
    ("Start and combine", &["domain", "append", "join"]),
    ("Choose rows", &["filter", "top", "argmax", "argmin", "uniquegroups"]),
    ("Choose and name columns", &["select", "delete", "rename", "duplicate", "sort"]),
    (
        "Compute columns",
        &["formula", "ifthenelse", "text", "absolutevalue", "convert", "fillna", "replace", "percentage", "rank"],
    ),
    ("Texts", &["concatenate", "split", "substring", "replacetext", "lowercase", "uppercase", "trim", "comparetext"]),
    (
        "Dates and times",
        &[
            "todate",
            "fromdate",
            "dateextract",
            "dategranularity",
            "duration",
            "addmissingdates",
            "evolution",
            "cumsum",
            "movingaverage",
        ],
    ),
    ("Summarise and reshape", &["aggregate", "totals", "rollup", "pivot", "unpivot", "statistics", "waterfall"]),
    ("Shapes and other languages", &["dissolve", "hierarchy", "simplify", "customsql", "custom"]),
];

const BEGIN: &str = "<!-- begin of the generated index -->";
const END: &str = "<!-- end of the generated index -->";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Writes the page where that is asked for; true when it is what it should be.
fn settle(path: &Path, wanted: &str) -> bool {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, wanted).unwrap();
    }
    std::fs::read_to_string(path).is_ok_and(|kept| kept == wanted)
}

#[test]
fn the_reference_of_the_steps_is_current() {
    let schema = aracari_app::schema_json("step").unwrap();
    let variants = schema["else"]["oneOf"].as_array().unwrap();
    let name = |variant: &Json| variant["properties"]["name"]["const"].as_str().unwrap_or_default().to_owned();
    let mut listed: Vec<&str> = PURPOSES.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
    listed.sort_unstable();
    let mut known: Vec<String> = variants.iter().map(name).collect();
    known.sort_unstable();
    assert_eq!(listed, known, "every step has one purpose");

    let mut stale = Vec::new();
    for variant in variants {
        let name = name(variant);
        let file = docs().join(format!("steps/{name}.md"));
        match page(&name, variant, &schema, &docs().join(format!("steps/examples/{name}.json"))) {
            Ok(wanted) if settle(&file, &wanted) => {}
            Ok(_) => stale.push(name),
            Err(reason) => stale.push(format!("{name} ({reason})")),
        }
    }
    let overview = std::fs::read_to_string(docs().join("steps.md")).unwrap();
    let (before, rest) = overview.split_once(BEGIN).expect("docs/steps.md has a place for the index");
    let (_, after) = rest.split_once(END).expect("docs/steps.md has an end of the index");
    let wanted = format!("{before}{BEGIN}\n\n{}\n{END}{after}", index(&PURPOSES, variants));
    if !settle(&docs().join("steps.md"), &wanted) {
        stale.push("the index".to_owned());
    }
    assert!(
        stale.is_empty(),
        "old pages: {}; write them again with `UPDATE_DOCS=1 cargo nextest run --workspace --test reference`",
        stale.join(", ")
    );
}
