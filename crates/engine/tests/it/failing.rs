//! The step over which a query fails is found where only running it tells.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aracari_app::{DatasetInput, Reader};
use aracari_engine::{Engine, EngineError, EngineSettings};
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::memory::{MemoryCatalog, ask, block_on, dataset, everyone, secured, table};

const ROWS: i64 = 300_000;

/// An engine over many rows: `n` counts them, `k` is the same in all.
fn engine(settings: EngineSettings) -> Engine {
    let n: ArrayRef = Arc::new(Int64Array::from_iter_values(0..ROWS));
    let k: ArrayRef = Arc::new(Int64Array::from(vec![1; usize::try_from(ROWS).unwrap()]));
    Engine::new(MemoryCatalog::with("t", &RecordBatch::try_from_iter([("n", n), ("k", k)]).unwrap()), settings).unwrap()
}

/// How a query fails over a dataset made of another, and where.
fn told(engine: &Engine, [first, second, own]: [&Value; 3]) -> (EngineError, Option<String>) {
    let datasets = IndexMap::from([
        dataset("first", table("t"), first.clone(), everyone()),
        dataset("second", DatasetInput::Dataset("first".into()), second.clone(), everyone()),
    ]);
    let query = secured(&datasets, "second", own.clone(), &Reader::default());
    let error = ask(engine, query.clone()).unwrap_err();
    let step = block_on(engine.failing_step(query, &error));
    (error, step.map(|step| step.to_string()))
}

#[test]
fn a_step_that_fails_is_found_wherever_it_is() {
    let fails = json!({"name": "customsql", "query": "SELECT n, k, CAST('a' || n AS INT) AS x FROM input"});
    let works = json!({"name": "formula", "newColumn": "y", "formula": "n + 1"});
    let too_large =
        json!({"name": "pivot", "index": [], "columnToPivot": "k", "valueColumn": "big", "aggFunction": "sum"});
    let big = json!({"name": "formula", "newColumn": "big", "formula": format!("{} + 0 * n", i64::MAX / 2)});
    let (none, work) = (json!([]), json!([works, works]));
    let engine = engine(EngineSettings::default());
    for (steps, place) in [
        ([&json!([works, fails, works]), &work, &work], "step 2 (`customsql`) of the dataset `first`"),
        ([&work, &json!([fails]), &none], "step 1 (`customsql`) of the dataset `second`"),
        ([&work, &json!([works, fails]), &work], "step 2 (`customsql`) of the dataset `second`"),
        ([&none, &none, &json!([works, fails])], "`customsql` of the chart itself"),
        (
            [&none, &none, &json!([{"name": "customsql", "query": "SELECT * FROM input"}, fails])],
            "`customsql` 2 of the chart itself",
        ),
        // The first cast would fail, too, and nobody asks for it.
        (
            [
                &json!([
                    {"name": "customsql", "query": "SELECT n, k, CAST('b' || n AS INT) AS never FROM input"},
                    {"name": "customsql", "query": "SELECT n, CAST('a' || k AS INT) AS x FROM input"}]),
                &none,
                &none,
            ],
            "step 2 (`customsql`) of the dataset `first`",
        ),
        // It fails where a pivot looks at the data for its columns.
        ([&json!([big, too_large]), &none, &none], "step 2 (`pivot`) of the dataset `first`"),
        ([&json!([big]), &none, &json!([works, too_large])], "`pivot` of the chart itself"),
    ] {
        let (error, step) = told(&engine, steps);
        assert!(matches!(error, EngineError::Failed { .. }), "{error:?}");
        assert_eq!(step.as_deref(), Some(place), "{error}");
    }
    // What is known before it runs is told with its step already.
    let (error, step) =
        told(&engine, [&none, &none, &json!([{"name": "sort", "columns": [{"column": "x", "order": "asc"}]}])]);
    assert!(matches!(error, EngineError::UnknownColumn { .. }) && step.is_none(), "{error}");
}

#[test]
fn a_step_that_takes_too_much_memory_is_found() {
    let settings = || EngineSettings { memory_bytes: 4 << 20, prepared_bytes: 0, ..EngineSettings::default() };
    let engine = engine(settings());
    let few = json!({"name": "aggregate", "on": ["k"], "aggregations": [{"aggfunction": "sum", "columns": ["n"], "newcolumns": ["n"]}]});
    let many = json!({"name": "uniquegroups", "on": ["n", "k"]});
    let (error, step) = told(
        &engine,
        [&json!([{"name": "formula", "newColumn": "y", "formula": "n + 1"}]), &json!([many, few]), &json!([few])],
    );
    assert!(matches!(error, EngineError::MemoryLimit { .. }), "{error}");
    assert_eq!(step.as_deref(), Some("step 1 (`uniquegroups`) of the dataset `second`"));
    assert_eq!(engine.statistics().running_memory_bytes, 0);
}

#[test]
fn a_step_that_takes_too_long_is_found_in_time() {
    let limit = Duration::from_secs(4);
    let engine = engine(EngineSettings { time_limit: limit, prepared_bytes: 0, ..EngineSettings::default() });
    let works = json!({"name": "formula", "newColumn": "y", "formula": "n + 1"});
    let endless = json!({"name": "customsql", "query": "SELECT count(*) AS n FROM input a JOIN input b ON a.k = b.k"});
    let begun = Instant::now();
    let (error, step) = told(&engine, [&json!([works, works]), &json!([works, endless]), &json!([])]);
    assert!(matches!(error, EngineError::Timeout { .. }), "{error}");
    assert_eq!(step.as_deref(), Some("step 2 (`customsql`) of the dataset `second`"));
    assert!(begun.elapsed() < 2 * limit, "{:?}", begun.elapsed());
}
