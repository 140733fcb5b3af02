//! Time, memory, rows and concurrency are limited, each with an error of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aracari_app::{Query, Reader};
use aracari_engine::{Engine, EngineError, EngineSettings, SecuredQuery, Share};
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use indexmap::IndexMap;
use serde_json::json;

use crate::memory::{MemoryCatalog, ask, block_on, dataset, everyone, memory, secure_over, secured, steps, table};

/// A table whose rows keep coming until it is told to finish.
#[derive(Debug, Clone)]
pub(crate) struct Endless {
    schema: SchemaRef,
    started: Arc<AtomicUsize>,
    running: Arc<AtomicUsize>,
    finished: Arc<AtomicBool>,
}

struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Endless {
    fn new() -> Self {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, false)]));
        Self { schema, started: Arc::default(), running: Arc::default(), finished: Arc::default() }
    }

    pub(crate) fn finish(&self) {
        self.finished.store(true, Ordering::SeqCst);
    }

    pub(crate) fn started(&self) -> usize {
        self.started.load(Ordering::SeqCst)
    }

    pub(crate) async fn wait_until_running(&self) {
        self.wait(1).await;
    }

    pub(crate) async fn wait_until_stopped(&self) {
        self.wait(0).await;
    }

    async fn wait(&self, running: usize) {
        let started = Instant::now();
        while self.running.load(Ordering::SeqCst) != running {
            assert!(started.elapsed() < Duration::from_secs(10), "waited for {running} running");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl PartitionStream for Endless {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        self.started.fetch_add(1, Ordering::SeqCst);
        self.running.fetch_add(1, Ordering::SeqCst);
        let guard = Running(Arc::clone(&self.running));
        let (finished, schema) = (Arc::clone(&self.finished), Arc::clone(&self.schema));
        let rows = futures::stream::unfold((0_i64, guard), move |(number, guard)| {
            let (finished, schema) = (Arc::clone(&finished), Arc::clone(&schema));
            async move {
                if finished.load(Ordering::SeqCst) {
                    return None;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
                let array: ArrayRef = Arc::new(Int64Array::from(vec![number; 16]));
                Some((Ok(RecordBatch::try_new(schema, vec![array]).unwrap()), (number + 1, guard)))
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows))
    }
}

/// An engine over an endless table and one of a `few` rows, and a query that counts the endless rows.
pub(crate) fn endless_engine(settings: EngineSettings) -> (Engine, Endless, SecuredQuery) {
    let endless = Endless::new();
    let catalog = Arc::new(MemoryCatalog::default());
    let provider = StreamingTable::try_new(Arc::clone(&endless.schema), vec![Arc::new(endless.clone())]).unwrap();
    catalog.put("endless", Arc::new(provider));
    catalog.put("few", memory(&numbers(3)));
    let datasets = IndexMap::from([dataset("d", table("endless"), json!([]), everyone())]);
    let count = json!([{"name": "aggregate", "on": [], "aggregations": [
        {"aggfunction": "max", "columns": ["n"], "newcolumns": ["n"]}]}]);
    let query = secured(&datasets, "d", count, &Reader::default());
    (Engine::new(catalog, settings).unwrap(), endless, query)
}

fn numbers(count: i64) -> RecordBatch {
    let array: ArrayRef = Arc::new(Int64Array::from_iter_values(0..count));
    RecordBatch::try_from_iter([("n", array)]).unwrap()
}

#[test]
fn a_query_stops_at_its_time_limit() {
    for prepared_bytes in [0, 64 << 20] {
        let time_limit = Duration::from_millis(150);
        let (engine, endless, query) =
            endless_engine(EngineSettings { time_limit, prepared_bytes, ..EngineSettings::default() });
        let started = Instant::now();
        let error = ask(&engine, query).unwrap_err();
        assert!(matches!(error, EngineError::Timeout { limit_ms: 150 }), "{error}");
        assert!(started.elapsed() < Duration::from_secs(5));
        block_on(endless.wait_until_stopped());
    }
}

#[test]
fn a_query_stops_at_its_memory_limit() {
    let settings = EngineSettings { memory_bytes: 1 << 20, prepared_bytes: 0, ..EngineSettings::default() };
    let engine = Engine::new(MemoryCatalog::with("t", &numbers(500_000)), settings).unwrap();
    let datasets = IndexMap::from([dataset("d", table("t"), json!([]), everyone())]);
    let groups = json!([{"name": "uniquegroups", "on": ["n"]}]);
    let error = ask(&engine, secured(&datasets, "d", groups, &Reader::default())).unwrap_err();
    assert!(matches!(error, EngineError::MemoryLimit { .. }), "{error}");
    assert!(!error.reader_message().contains("Resources"), "readers are told in plain words");
    let few = json!([{"name": "filter", "condition": {"column": "n", "operator": "lt", "value": 3}}]);
    assert_eq!(ask(&engine, secured(&datasets, "d", few, &Reader::default())).unwrap(), json!({"n": [0, 1, 2]}));
    assert_eq!(engine.statistics().running_memory_bytes, 0);
}

#[test]
fn a_dataset_too_large_for_memory_is_read_each_time() {
    let settings = EngineSettings { prepared_bytes: 100_000, ..EngineSettings::default() };
    let catalog = MemoryCatalog::with("t", &numbers(500_000));
    let engine = Engine::new(Arc::clone(&catalog) as Arc<_>, settings).unwrap();
    let datasets = IndexMap::from([dataset("d", table("t"), json!([]), everyone())]);
    for least in [0, 1] {
        let largest = json!([{"name": "filter", "condition": {"column": "n", "operator": "ge", "value": least}},
            {"name": "aggregate", "on": [], "aggregations": [{"aggfunction": "max", "columns": ["n"], "newcolumns": ["n"]}]}]);
        assert_eq!(
            ask(&engine, secured(&datasets, "d", largest, &Reader::default())).unwrap(),
            json!({"n": [499_999]})
        );
    }
    assert_eq!(engine.statistics().prepared_memory_bytes, 0);
}

#[test]
fn rows_are_limited_by_the_query_and_by_the_engine() {
    let settings = EngineSettings { max_rows: 100, ..EngineSettings::default() };
    let engine = Engine::new(MemoryCatalog::with("t", &numbers(150)), settings).unwrap();
    let datasets = IndexMap::from([dataset("d", table("t"), json!([]), everyone())]);
    let ask = |limit: u64| {
        let query = secure_over(&datasets, Query::new("d", steps(json!([])), limit), &Reader::default()).unwrap();
        block_on(engine.run(query))
    };
    let (answer, _) = ask(10).unwrap();
    assert_eq!((answer.rows, answer.truncated), (10, true));
    assert_eq!(answer.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 10);
    let (answer, _) = ask(100).unwrap();
    assert_eq!((answer.rows, answer.truncated), (100, true));
    assert!(matches!(ask(101), Err(EngineError::TooManyRows { limit: 100 })));
    assert!(matches!(ask(u64::MAX), Err(EngineError::TooManyRows { limit: 100 })));
}

#[test]
fn too_many_waiting_queries_are_turned_away() {
    let (engine, endless, _) =
        endless_engine(EngineSettings { concurrency: 1, prepared_bytes: 0, ..EngineSettings::default() });
    let engine = Arc::new(engine);
    let datasets = IndexMap::from([dataset("d", table("endless"), json!([]), everyone())]);
    let different = |number: i64| {
        let question =
            json!([{"name": "text", "text": number, "newColumn": "x"}, {"name": "uniquegroups", "on": ["x"]}]);
        secured(&datasets, "d", question, &Reader::default())
    };
    block_on(async {
        let tasks: Vec<_> = (0..200)
            .map(|number| {
                let (engine, query) = (Arc::clone(&engine), different(number));
                tokio::spawn(async move { engine.run(query).await })
            })
            .collect();
        endless.wait_until_running().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        endless.finish();
        let mut busy = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => {}
                Err(EngineError::Busy) => busy += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!((50..=80).contains(&busy), "{busy} of 200 were turned away");
    });
}

/// A table of one row that takes its time.
#[derive(Debug)]
struct Slow(SchemaRef, Duration);

impl PartitionStream for Slow {
    fn schema(&self) -> &SchemaRef {
        &self.0
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let time = self.1;
        let row = futures::stream::once(async move {
            tokio::time::sleep(time).await;
            Ok(numbers(1))
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.0), row))
    }
}

#[test]
fn nobody_waits_behind_all_that_another_asks() {
    let own_time = Duration::from_millis(100);
    for concurrency in [1, 2, 4] {
        let slow = Slow(numbers(0).schema(), own_time);
        let catalog = Arc::new(MemoryCatalog::default());
        catalog.put("slow", Arc::new(StreamingTable::try_new(numbers(0).schema(), vec![Arc::new(slow)]).unwrap()));
        let settings = EngineSettings { concurrency, prepared_bytes: 0, ..EngineSettings::default() };
        let engine = Arc::new(Engine::new(catalog, settings).unwrap());
        let datasets = IndexMap::from([dataset("d", table("slow"), json!([]), everyone())]);
        let run = |share: &'static str, number: i64| {
            let question = json!([{"name": "text", "text": number, "newColumn": "x"}]);
            let (engine, query) = (Arc::clone(&engine), secured(&datasets, "d", question, &Reader::default()));
            async move { engine.run_for(&Share::new(share), query).await }
        };
        block_on(async {
            let greedy: Vec<_> = (0..60).map(|number| tokio::spawn(run("greedy", number))).collect();
            tokio::time::sleep(own_time / 2).await;
            // The last of these is what the other asks for, too, and stands at the end of a long line.
            for number in [1_000, 59] {
                let started = Instant::now();
                run("modest", number).await.unwrap();
                assert!(started.elapsed() < own_time * 5, "{number}: {:?} of {concurrency}", started.elapsed());
            }
            assert!(engine.statistics().executions < 30);
            greedy.iter().for_each(tokio::task::JoinHandle::abort);
        });
    }
}

#[test]
fn a_full_line_is_the_problem_of_its_share() {
    let settings = EngineSettings { concurrency: 2, prepared_bytes: 0, ..EngineSettings::default() };
    let (engine, endless, _) = endless_engine(settings);
    let engine = Arc::new(engine);
    let datasets = IndexMap::from([dataset("d", table("endless"), json!([]), everyone())]);
    let run = |share: &'static str, number: i64| {
        let question =
            json!([{"name": "text", "text": number, "newColumn": "x"}, {"name": "uniquegroups", "on": ["x"]}]);
        let (engine, query) = (Arc::clone(&engine), secured(&datasets, "d", question, &Reader::default()));
        async move { engine.run_for(&Share::new(share), query).await }
    };
    block_on(async {
        let greedy: Vec<_> = (0..400).map(|number| tokio::spawn(run("greedy", number))).collect();
        endless.wait_until_running().await;
        while greedy.iter().filter(|task| task.is_finished()).count() < 400 - 2 * 128 - 1 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert_eq!(endless.started(), 1, "one share has at most half of the places");
        let modest = tokio::spawn(run("modest", 1_000));
        endless.wait(2).await;
        endless.finish();
        modest.await.unwrap().unwrap();
    });
}

#[test]
fn a_deep_and_wide_query_does_not_overflow_the_stack() {
    // The library's time over a sum grows with the square of its length, as it writes out every part in full: seconds here,
    // many on a busy machine. What is tried is the stack.
    let settings = EngineSettings { time_limit: Duration::from_mins(10), ..EngineSettings::default() };
    let engine = Engine::new(MemoryCatalog::with("t", &numbers(3)), settings).unwrap();
    let datasets = IndexMap::from([dataset("d", table("t"), json!([]), everyone())]);
    let sum = vec!["n"; 150].join(" + ");
    let nested = format!("{}n{}", "(1 + ".repeat(60), ")".repeat(60));
    let many: Vec<_> =
        (0..60).map(|number| json!({"name": "formula", "newColumn": format!("c{number}"), "formula": sum})).collect();
    let question =
        json!([many.as_slice(), &[json!({"name": "formula", "newColumn": "deep", "formula": nested})]].concat());
    let answer = ask(&engine, secured(&datasets, "d", question, &Reader::default())).unwrap();
    assert_eq!((&answer["c59"], &answer["deep"]), (&json!([0, 150, 300]), &json!([60, 61, 62])));
}

/// Joins of `input` with itself: some make rows without end, some go through pairs without making any.
const ENDLESS_JOINS: [&str; 6] = [
    "SELECT max(a.n + b.n) AS n FROM input a, input b",
    "SELECT count(*) AS n FROM input a JOIN input b ON a.k = b.k",
    "SELECT count(*) AS n FROM input a JOIN input b ON a.n < b.n - 10000000",
    "SELECT count(*) AS n FROM input a JOIN input b ON a.k = b.k AND a.n + b.n < 0",
    "SELECT count(*) AS n FROM input a WHERE EXISTS (SELECT 1 FROM input b WHERE a.k = b.k AND a.n + b.n < 0)",
    "SELECT count(*) AS n FROM input a WHERE EXISTS (SELECT 1 FROM input b WHERE a.n < b.n - 10000000)",
];

/// An engine over many rows with one key, and a query over them.
fn joining(settings: EngineSettings, query: &str) -> (Engine, SecuredQuery) {
    let n: ArrayRef = Arc::new(Int64Array::from_iter_values(0..400_000));
    let k: ArrayRef = Arc::new(Int64Array::from(vec![1; 400_000]));
    let rows = RecordBatch::try_from_iter([("n", n), ("k", k)]).unwrap();
    let engine = Engine::new(MemoryCatalog::with("t", &rows), settings).unwrap();
    let datasets = IndexMap::from([dataset("d", table("t"), json!([]), everyone())]);
    let query = secured(&datasets, "d", json!([{"name": "customsql", "query": query}]), &Reader::default());
    (engine, query)
}

/// Waits until nothing runs any more.
fn wait_until_idle(engine: &Engine, what: &str) {
    let started = Instant::now();
    while engine.statistics().running_memory_bytes > 0 {
        assert!(started.elapsed() < Duration::from_secs(10), "still running: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_join_without_end_stops_at_its_time_limit() {
    for join in ENDLESS_JOINS {
        let time_limit = Duration::from_millis(700);
        let (engine, query) = joining(EngineSettings { time_limit, ..EngineSettings::default() }, join);
        let started = Instant::now();
        let error = ask(&engine, query).unwrap_err();
        assert!(matches!(error, EngineError::Timeout { limit_ms: 700 }), "{join}: {error}");
        assert!(started.elapsed() < Duration::from_secs(8), "{join}: {:?}", started.elapsed());
        wait_until_idle(&engine, join);
    }
}

#[test]
fn a_join_without_end_stops_when_nobody_waits() {
    for join in ENDLESS_JOINS {
        let (engine, query) = joining(EngineSettings::default(), join);
        let waiting = async { tokio::time::timeout(Duration::from_millis(700), engine.run(query)).await };
        assert!(block_on(waiting).is_err(), "{join} ended");
        wait_until_idle(&engine, join);
    }
}

#[test]
fn functions_over_all_rows_stop_at_their_time_limit() {
    for function in ["count(*)", "nth_value(n, 2)"] {
        let frame = "OVER (ORDER BY n RANGE BETWEEN 1000000 PRECEDING AND 1000000 FOLLOWING)";
        let each = |number: usize| format!("{function} {frame} AS s{number}");
        let (columns, sums): (Vec<_>, Vec<_>) = (0..10).map(|number| (each(number), format!("max(s{number})"))).unzip();
        let sql = format!("SELECT {} AS s FROM (SELECT {} FROM input)", sums.join(" + "), columns.join(", "));
        let time_limit = Duration::from_millis(700);
        let (engine, query) = joining(EngineSettings { time_limit, ..EngineSettings::default() }, &sql);
        let started = Instant::now();
        let error = ask(&engine, query).unwrap_err();
        assert!(matches!(error, EngineError::Timeout { limit_ms: 700 }), "{function}: {error}");
        wait_until_idle(&engine, function);
        assert!(started.elapsed() < Duration::from_secs(8), "{function}: {:?}", started.elapsed());
    }
}

#[test]
fn the_rows_of_joins_count_against_the_memory() {
    let tables: Vec<String> = (0..40).map(|number| format!("input t{number}")).collect();
    let columns: Vec<String> = (0..40).map(|number| format!("max(t{number}.n) AS n{number}")).collect();
    let join = format!("SELECT {} FROM {}", columns.join(", "), tables.join(", "));
    let settings = EngineSettings { memory_bytes: 400_000 * 8 * 40 + (16 << 20), ..EngineSettings::default() };
    let (engine, query) = joining(settings, &join);
    let error = ask(&engine, query).unwrap_err();
    assert!(matches!(error, EngineError::MemoryLimit { .. }), "{error}");
}
