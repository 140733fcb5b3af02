//! The public cases of the step language, read from beside the project; see `docs/steps.md`.

mod compare;
mod databases;
mod fixture;
mod templating;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aracari_app::infer::infer_all;
use aracari_app::schema::TableSchema;
use aracari_app::template::parse_steps;
use aracari_engine::standalone::Standalone;
use aracari_sources::interchange::{read_json, write_json};
use datafusion::datasource::MemTable;
use serde::Deserialize;
use serde_json::Value as Json;

use compare::{Rule, compare};

/// Where the cases are, seen from the project's root.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    folder.join("index.json").is_file().then_some(folder)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    id: String,
    file: PathBuf,
    set: String,
    #[serde(default)]
    steps: Vec<String>,
    #[serde(default)]
    tier: Option<String>,
    #[serde(default)]
    row_order: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Deviation {
    id: String,
    reason: String,
}

/// What must pass of a tier: all but the deviations, a share, or nothing.
fn demanded(tier: &str) -> f64 {
    match tier {
        "core" | "sql_agrees" | "mongo_agrees" => 1.0,
        "unit" => 0.95,
        _ => 0.0,
    }
}

fn run(folder: &Path, listed: &Listed) -> Result<(), String> {
    let text = std::fs::read_to_string(folder.join(&listed.file)).map_err(|error| error.to_string())?;
    let case: Json = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut steps = vec![serde_json::json!({"name": "domain", "domain": case["domain"]})];
    steps.extend(fixture::pipeline(&case)?);
    let steps = parse_steps(steps).map_err(|error| error.to_string())?;
    let mut standalone = Standalone::new(256 << 20).map_err(|error| error.to_string())?;
    let mut add = |name: &str, table: &Json| -> Result<(), String> {
        let batch = read_json(&fixture::table(table)).map_err(|error| error.to_string())?;
        let provider = MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(|error| error.to_string())?;
        standalone.add_table(name, Arc::new(provider));
        Ok(())
    };
    add(case["domain"].as_str().unwrap_or("in"), &case["input"])?;
    for (name, table) in case["other_inputs"].as_object().into_iter().flatten() {
        add(name, table)?;
    }
    // What is told without running refuses nothing that runs.
    let told = infer_all(&steps, TableSchema::default(), &|name| standalone.columns(name));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let rows = runtime
        .block_on(async { tokio::spawn(async move { standalone.run(&steps).await }).await })
        .map_err(|error| format!("panicked: {error}"))?
        .map_err(|error| error.to_string())?;
    let actual = write_json(&rows.schema, &rows.batches);
    let rule = Rule {
        ordered: listed.row_order.as_deref() == Some("strict"),
        implicit_dates: fixture::names(&case["implicit_date_columns"]),
    };
    // Other back ends' answers count only where there is no answer of the reference.
    let expected: Vec<&Json> = match &case["expected"] {
        Json::Null => {
            case["expected_variants"].as_object().into_iter().flat_map(|variants| variants.values()).collect()
        }
        expected => vec![expected],
    };
    let mut first = None;
    for expected in expected {
        match compare(expected, &actual, &rule) {
            Ok(()) => {
                return told
                    .mistakes
                    .first()
                    .map_or(Ok(()), |mistake| Err(format!("it runs, and is refused: {mistake}")));
            }
            Err(reason) => first = first.or(Some(reason)),
        }
    }
    Err(first.unwrap_or_else(|| "nothing is expected".to_owned()))
}

#[test]
fn the_public_cases_pass() {
    let Some(folder) = folder() else {
        println!(
            "Left out: the public cases of the step language are not beside this project (../shared/conformance)."
        );
        return;
    };
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let listed: Vec<Listed> = serde_json::from_str(&index).unwrap();
    let deviations: Vec<Deviation> = serde_json::from_str(include_str!("deviations.json")).unwrap();
    assert!(deviations.len() <= 8, "at most eight deliberate deviations");
    let only = std::env::var("CASES").unwrap_or_default();

    let mut tiers: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut steps: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut unneeded = Vec::new();
    for listed in listed.iter().filter(|listed| listed.set != "templating" && listed.id.starts_with(&only)) {
        let tier = listed.tier.clone().unwrap_or_default();
        let outcome = run(&folder, listed);
        let deviation = deviations.iter().find(|deviation| deviation.id == listed.id);
        let passed = outcome.is_ok();
        if let (Some(deviation), true) = (deviation, passed) {
            unneeded.push(format!("{}: {}", deviation.id, deviation.reason));
        }
        let count = tiers.entry(tier.clone()).or_default();
        *count = (count.0 + usize::from(passed || deviation.is_some()), count.1 + 1);
        for step in &listed.steps {
            let count = steps.entry(step.clone()).or_default();
            *count = (count.0 + usize::from(passed), count.1 + 1);
        }
        if let (Err(reason), None) = (outcome, deviation) {
            failures.push((tier, listed.id.clone(), reason));
        }
    }

    println!("tier               passed   of");
    for (tier, (passed, of)) in &tiers {
        println!("{tier:<18} {passed:>6} {of:>4}");
    }
    println!("step               passed   of");
    for (step, (passed, of)) in &steps {
        println!("{step:<18} {passed:>6} {of:>4}");
    }
    for (tier, id, reason) in &failures {
        println!("failed [{tier}] {id}: {reason}");
    }
    for (tier, (passed, of)) in &tiers {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred cases")]
        let share = *passed as f64 / *of as f64;
        assert!(share >= demanded(tier), "{tier}: {passed} of {of} passed");
    }
    assert!(unneeded.is_empty(), "these deviations pass: {unneeded:?}");
}
