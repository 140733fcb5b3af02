//! The public cases with their tables in databases: the same answers as from memory, whatever is pushed down.

#[path = "../databases/loading.rs"]
mod loading;

use std::collections::HashMap;
use std::sync::Arc;

use aracari_app::template::parse_steps;
use aracari_app::{Relation, Source, Step};
use aracari_engine::Catalog;
use aracari_engine::standalone::Standalone;
use aracari_sources::Sources;
use aracari_sources::interchange::{read_json, write_json};
use aracari_testkit::PostgresqlServer;
use arrow::array::RecordBatch;
use datafusion::datasource::MemTable;
use serde_json::Value as Json;

use crate::compare::{Rule, compare};
use crate::{Listed, fixture, folder};
use loading::{Target, script};

/// A case with its tables by name.
struct Case {
    id: String,
    steps: Vec<Step>,
    tables: HashMap<String, RecordBatch>,
    number: usize,
}

impl Case {
    fn read(listed: &Listed, number: usize) -> Result<Self, String> {
        let folder = folder().ok_or("there are no cases")?;
        let text = std::fs::read_to_string(folder.join(&listed.file)).map_err(|error| error.to_string())?;
        let case: Json = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let mut steps = vec![serde_json::json!({"name": "domain", "domain": case["domain"]})];
        steps.extend(fixture::pipeline(&case)?);
        let steps = parse_steps(steps).map_err(|error| error.to_string())?;
        let mut tables = HashMap::new();
        let read = |table: &Json| read_json(&fixture::table(table)).map_err(|error| error.to_string());
        tables.insert(case["domain"].as_str().unwrap_or("in").to_owned(), read(&case["input"])?);
        for (name, table) in case["other_inputs"].as_object().into_iter().flatten() {
            tables.insert(name.clone(), read(table)?);
        }
        Ok(Self { id: listed.id.clone(), steps, tables, number })
    }

    fn table(&self, name: &str) -> String {
        format!("t{}_{name}", self.number)
    }
}

async fn answer(standalone: Standalone, steps: &[Step]) -> Result<Json, String> {
    let rows = standalone.run(steps).await.map_err(|error| error.to_string())?;
    Ok(write_json(&rows.schema, &rows.batches))
}

/// The same rows in the same order, or no answer in both.
fn same(expected: &Result<Json, String>, actual: &Result<Json, String>) -> Result<(), String> {
    match (expected, actual) {
        (Ok(expected), Ok(actual)) => compare(expected, actual, &Rule { ordered: true, implicit_dates: Vec::new() }),
        (Err(_), Err(_)) => Ok(()),
        (Ok(_), Err(reason)) => Err(format!("failed: {reason}")),
        (Err(reason), Ok(_)) => Err(format!("from memory it failed: {reason}")),
    }
}

#[test]
fn the_public_cases_have_the_same_answers_from_databases() {
    let Some(folder) = folder() else {
        println!(
            "Left out: the public cases of the step language are not beside this project (../shared/conformance)."
        );
        return;
    };
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let listed: Vec<Listed> = serde_json::from_str(&index).unwrap();
    let only = std::env::var("CASES").unwrap_or_default();
    let cases: Vec<Case> = listed
        .iter()
        .filter(|listed| listed.set != "templating" && listed.id.starts_with(&only))
        .enumerate()
        .filter_map(|(number, listed)| Case::read(listed, number).ok())
        .collect();

    let server = PostgresqlServer::start().unwrap();
    let home = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(home.path().join("data.sqlite")).unwrap();
    let mut sources: Vec<(Target, Source)> = vec![(Target::Sqlite, loading::sqlite(home.path()))];
    sources.extend(server.iter().map(|server| (Target::Postgresql, loading::postgresql(server))));

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .unwrap();
    let mut failures = Vec::new();
    let mut from_memory = Vec::new();
    for case in &cases {
        let mut standalone = Standalone::new(256 << 20).unwrap();
        for (name, batch) in &case.tables {
            let table = MemTable::try_new(batch.schema(), vec![vec![batch.clone()]]).unwrap();
            standalone.add_table(name, Arc::new(table));
        }
        let steps = case.steps.clone();
        let outcome = runtime.block_on(async { tokio::spawn(async move { answer(standalone, &steps).await }).await });
        from_memory.push(outcome.unwrap_or_else(|error| Err(format!("panicked: {error}"))));
    }
    for (target, source) in sources {
        let catalog = Sources::default();
        let (mut loaded, mut pushed, mut compared) = (Vec::new(), 0, 0);
        let mut all = String::from("BEGIN;\n");
        for case in &cases {
            let scripts: Option<Vec<String>> =
                case.tables.iter().map(|(name, batch)| script(target, &case.table(name), batch)).collect();
            loaded.push(scripts.is_some());
            all.extend(scripts.into_iter().flatten());
        }
        all.push_str("COMMIT;\n");
        match target {
            Target::Sqlite => file.execute_batch(&all).unwrap(),
            Target::Postgresql => drop(server.as_ref().unwrap().psql(&all).unwrap()),
        }
        for ((case, loaded), expected) in cases.iter().zip(loaded).zip(&from_memory) {
            if !loaded {
                continue;
            }
            let mut standalone = Standalone::new(256 << 20).unwrap();
            for name in case.tables.keys() {
                let relation = Relation::Table(loading::identifier(&case.table(name)));
                standalone.add_table(name, runtime.block_on(catalog.table(&source, &relation)).unwrap());
            }
            let steps = case.steps.clone();
            let outcome = runtime.block_on(async {
                tokio::spawn(async move {
                    let explained = standalone.explain(&steps).await;
                    (explained, answer(standalone, &steps).await)
                })
                .await
            });
            let (explained, actual) = outcome.unwrap_or_else(|error| panic!("{}: panicked: {error}", case.id));
            compared += 1;
            let statements = explained.map(|explanation| explanation.statements).unwrap_or_default();
            pushed += usize::from(statements.iter().any(|sent| !is_a_plain_scan(&sent.statement.text)));
            if let Err(reason) = same(expected, &actual) {
                failures.push(format!("{target:?} {}: {reason}\n  {statements:?}", case.id));
            }
        }
        println!(
            "{target:?}: {compared} cases compared, in {pushed} of them more than the reading of columns was pushed down"
        );
        assert!(!only.is_empty() || pushed > 50, "{target:?}: little was pushed down");
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

fn is_a_plain_scan(sql: &str) -> bool {
    !["WHERE", "GROUP BY", "LIMIT", "count(", "sum(", "avg(", "CASE", "NULLS LAST", "min(", "max("]
        .iter()
        .any(|word| sql.contains(word))
}
