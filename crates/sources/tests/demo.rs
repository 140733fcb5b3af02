//! Every chart of the demo app, through the catalogue, permissions and the engine.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use aracari_app::{App, PageRef, Privilege, Query, QueryRequest, Reader, Value};
use aracari_engine::{Engine, EngineSettings, encode, secure};
use aracari_sources::{FileCatalog, FileSchemas};
use serde_json::{Map, Value as Json};

fn demo() -> Arc<App> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flights");
    let loaded = App::load(&folder, &FileSchemas::default());
    loaded.app.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

fn network() -> Reader {
    Reader { groups: vec!["network".into()], ..Reader::default() }
}

fn manager(carriers: &[&str]) -> Reader {
    let carriers = carriers.iter().map(|carrier| Value::Text((*carrier).into())).collect();
    Reader {
        groups: vec!["carrier-managers".into()],
        attributes: [("carriers".to_owned(), Value::List(carriers))].into(),
    }
}

/// The blocks of the home page and of each story and dashboard, as the client knows them.
fn blocks(app: &App) -> Vec<(PageRef, String)> {
    let presentation = serde_json::to_value(app.presentation("en", &Reader::default(), Privilege::Viewer)).unwrap();
    let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for tile in list(&presentation["home"]["sections"]).iter().flat_map(|section| list(&section["tiles"])) {
        let id = tile["id"].as_str().unwrap().to_owned();
        if tile["chart"].is_object() {
            found.push((PageRef::Home {}, id.clone()));
        }
        if tile["values"] == true {
            found.push((PageRef::Home {}, format!("{id}.values")));
        }
    }
    for (id, story) in presentation["stories"].as_object().unwrap() {
        let page = || PageRef::Story { id: id.clone() };
        found.push((page(), "chart".into()));
        if story["second_chart"].is_object() {
            found.push((page(), "second_chart".into()));
        }
        if story["values"] == true {
            found.push((page(), "values".into()));
        }
    }
    for dashboard in list(&presentation["dashboards"]) {
        let id = dashboard["id"].as_str().unwrap().to_owned();
        for item in list(&dashboard["items"]).iter().filter(|item| item["chart"].is_object()) {
            found.push((PageRef::Dashboard { id: id.clone() }, item["id"].as_str().unwrap().into()));
        }
    }
    found
}

fn queries(app: &App, reader: &Reader, home_only: bool) -> Vec<(String, Query)> {
    let nothing = Map::new();
    let mut found = Vec::new();
    for (page, block) in blocks(app) {
        if home_only && page != (PageRef::Home {}) {
            continue;
        }
        let request = QueryRequest { page: &page, block: &block, filters: &nothing, view: &nothing, reader };
        for (frame, query) in app.resolve(&request).unwrap().frames {
            found.push((format!("{page:?} {block} {frame}"), query));
        }
    }
    found
}

fn engine(prepared_bytes: usize) -> Engine {
    let settings = EngineSettings { prepared_bytes, ..EngineSettings::default() };
    Engine::new(Arc::new(FileCatalog::default()), settings).unwrap()
}

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() / 1024
}

#[test]
fn prepared_rows_change_no_answer() {
    let app = demo();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for reader in [manager(&["UA", "DL"]), Reader::default()] {
        let (with, without) = (engine(EngineSettings::default().prepared_bytes), engine(0));
        for (name, query) in queries(&app, &reader, false) {
            let secured = secure(&app, query, &reader).unwrap();
            let (left, right) =
                runtime.block_on(async { tokio::join!(with.run(secured.clone()), without.run(secured)) });
            let text =
                |answer: &aracari_engine::Answer| String::from_utf8(encode::json_columns(answer).to_vec()).unwrap();
            let (left, right) = (left.unwrap_or_else(|error| panic!("{name}: {error}")).0, right.unwrap().0);
            assert_eq!(text(&left), text(&right), "{name}");
        }
        assert_eq!(with.statistics().prepared_memory_bytes > 0, !reader.groups.is_empty());
        assert_eq!(without.statistics().prepared_memory_bytes, 0);
    }
}

#[test]
fn a_cold_home_page_is_quick() {
    let app = demo();
    let engine = Arc::new(engine(EngineSettings::default().prepared_bytes));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let before = resident_megabytes();
    for round in ["cold", "prepared"] {
        let reader = network();
        let all = queries(&app, &reader, true);
        let frames = all.len();
        let started = Instant::now();
        let tasks: Vec<_> = all
            .into_iter()
            .map(|(name, mut query)| {
                // Another limit is another query: the cached answers do not help the second round.
                query.limit += u64::from(round == "prepared");
                let (engine, secured) = (Arc::clone(&engine), secure(&app, query, &reader).unwrap());
                runtime.spawn(async move {
                    let (answer, cached) = engine.run(secured).await.unwrap_or_else(|error| panic!("{name}: {error}"));
                    (name, answer.duration_ms, cached)
                })
            })
            .collect();
        for task in tasks {
            let (name, duration_ms, cached) = runtime.block_on(task).unwrap();
            assert!(!cached, "{name}");
            println!("  {duration_ms:>5} ms {name}");
        }
        println!("{round}: {frames} frames in {:?}", started.elapsed());
        assert!(started.elapsed().as_secs() < 10, "a page answers before people leave");
    }
    println!("resident {before} MB before, {} MB after, {:?}", resident_megabytes(), engine.statistics());
}
