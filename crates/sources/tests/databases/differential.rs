//! Random tables and random pipelines have the same rows whether the database computes or the engine.

use std::sync::Arc;

use aracari_app::{Relation, Source, Step};
use aracari_engine::Catalog;
use aracari_engine::standalone::Standalone;
use aracari_sources::Sources;
use aracari_sources::interchange::{read_json, write_json};
use aracari_testkit::PostgresqlServer;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use crate::loading::{self, Target, identifier, script};

const TEXTS: [&str; 12] = ["a", "B", "b", "", " a", "Ä", "é", "a'b", "a\\b", "a\"b", "10", "z\u{10ffff}"];
const INTEGERS: [i64; 8] = [0, 1, -1, 2, 3, 7, 9_007_199_254_740_993, i64::MAX];
const FLOATS: [f64; 8] = [0.0, -0.0, 0.5, -1.25, 3.0, 1e300, 1e-300, 0.1];
const DATES: [&str; 7] = [
    "2024-02-29T00:00:00Z",
    "2024-12-30T23:59:59Z",
    "1969-12-31T12:00:00Z",
    "2021-01-03T00:00:00.000001Z",
    "2021-01-03T05:06:07Z",
    "1900-03-01T00:00:00Z",
    "2024-07-14T10:00:00Z",
];

fn optional<T: Clone + std::fmt::Debug + Into<Json> + 'static>(values: Vec<T>) -> impl Strategy<Value = Json> {
    prop_oneof![1 => Just(Json::Null), 4 => prop::sample::select(values).prop_map(Into::into)]
}

fn rows() -> impl Strategy<Value = Json> {
    let row = (
        optional(TEXTS.to_vec()),
        optional(INTEGERS.to_vec()),
        optional(FLOATS.to_vec()),
        optional(DATES.to_vec()),
        optional(vec![true, false]),
    )
        .prop_map(|(t, i, f, d, b)| json!({"t": t, "i": i, "f": f, "d": d, "b": b}));
    prop::collection::vec(row, 0..25).prop_map(|rows| {
        let field = |name: &str, kind: &str| json!({"name": name, "type": kind});
        let fields = [
            field("t", "string"),
            field("i", "integer"),
            field("f", "number"),
            field("d", "datetime"),
            field("b", "boolean"),
        ];
        json!({"schema": {"fields": fields}, "data": rows})
    })
}

fn condition() -> impl Strategy<Value = Json> {
    let operator = || prop::sample::select(vec!["eq", "ne", "lt", "le", "gt", "ge"]);
    let one = prop_oneof![
        (operator(), prop::sample::select(TEXTS.to_vec()))
            .prop_map(|(o, v)| json!({"column": "t", "operator": o, "value": v})),
        (operator(), prop::sample::select(INTEGERS.to_vec()))
            .prop_map(|(o, v)| json!({"column": "i", "operator": o, "value": v})),
        (operator(), prop::sample::select(vec![0.0, 0.5, -1.25, 3.0]))
            .prop_map(|(o, v)| json!({"column": "f", "operator": o, "value": v})),
        (operator(), prop::sample::select(DATES.to_vec()))
            .prop_map(|(o, v)| json!({"column": "d", "operator": o, "value": v})),
        prop::sample::select(vec![true, false]).prop_map(|v| json!({"column": "b", "value": v})),
        prop::collection::vec(prop::sample::select(TEXTS.to_vec()), 0..6)
            .prop_map(|values| json!({"column": "t", "operator": "in", "value": values})),
        prop::collection::vec(prop::sample::select(INTEGERS.to_vec()), 0..6)
            .prop_map(|values| json!({"column": "i", "operator": "nin", "value": values})),
        (prop::sample::select(vec!["t", "i", "f", "d", "b"]), prop::sample::select(vec!["isnull", "notnull"]))
            .prop_map(|(column, o)| json!({"column": column, "operator": o})),
        Just(json!({"column": "t", "operator": "matches", "value": "^[ab]"})),
        prop::sample::select(vec!["from", "until"])
            .prop_map(|o| json!({"column": "d", "operator": o, "value": "2021-01-03"})),
    ];
    one.prop_recursive(2, 6, 3, |inner| {
        (prop::sample::select(vec!["and", "or"]), prop::collection::vec(inner, 1..3))
            .prop_map(|(word, parts)| json!({word: parts}))
    })
}

/// Steps that keep the five columns, so that each can follow each.
fn step() -> impl Strategy<Value = Json> {
    let column = || prop::sample::select(vec!["t", "i", "f", "d", "b"]);
    let order = || prop::sample::select(vec!["asc", "desc"]);
    prop_oneof![
        3 => condition().prop_map(|condition| json!({"name": "filter", "condition": condition})),
        2 => prop::collection::vec((column(), order()), 1..3).prop_map(|keys| {
            let keys: Vec<Json> = keys.into_iter().map(|(column, order)| json!({"column": column, "order": order})).collect();
            json!({"name": "sort", "columns": keys})
        }),
        2 => (column(), order(), 1u64..8, any::<bool>()).prop_map(|(on, sort, limit, grouped)| {
            let groups = if grouped { vec!["t"] } else { vec![] };
            json!({"name": "top", "rankOn": on, "sort": sort, "limit": limit, "groups": groups})
        }),
        2 => prop::sample::select(vec!["f * 2", "f + i", "i - 1", "i * 3", "f / 4", "i % 3", "-f", "i > 2", "f <= i"]).prop_map(|formula| {
            let target = if formula.contains(['>', '<']) { "b" } else if formula.contains('f') || formula.contains('/') { "f" } else { "i" };
            json!({"name": "formula", "newColumn": target, "formula": formula})
        }),
        1 => condition().prop_map(|condition| {
            json!({"name": "ifthenelse", "newColumn": "i", "if": condition, "then": 1, "else": "i"})
        }),
        1 => prop::sample::select(vec!["day", "isoWeek", "week", "month", "quarter", "year"])
            .prop_map(|unit| json!({"name": "dategranularity", "column": "d", "granularity": unit})),
        1 => prop::sample::select(vec!["year", "quarter", "month", "week", "isoWeek", "isoYear", "day", "dayOfYear",
                "dayOfWeek", "isoDayOfWeek", "hour", "minutes", "seconds"])
            .prop_map(|part| json!({"name": "dateextract", "column": "d", "dateInfo": [part], "newColumns": ["i"]})),
        1 => Just(json!({"name": "concatenate", "columns": ["t", "t"], "separator": "-", "newColumnName": "t"})),
        1 => Just(json!({"name": "fillna", "columns": ["f"], "value": 0.5})),
    ]
}

/// The last step may change the columns.
fn last() -> impl Strategy<Value = Json> {
    let keys = prop::collection::vec(prop::sample::select(vec!["t", "i", "f", "d", "b"]), 0..3);
    prop_oneof![
        1 => Just(Json::Null),
        3 => keys.clone().prop_map(|mut on| {
            on.dedup();
            let summary = |function: &str, column: &str, name: &str| {
                json!({"aggfunction": function, "columns": [column], "newcolumns": [name]})
            };
            json!({"name": "aggregate", "on": on, "aggregations": [
                summary("sum", "i", "si"), summary("avg", "i", "ai"), summary("min", "t", "mt"), summary("max", "d", "md"),
                summary("count", "f", "cf"), summary("count distinct", "t", "dt"), summary("max", "b", "mb")]})
        }),
        1 => keys.prop_map(|mut on| {
            on.dedup();
            if on.is_empty() { on.push("t") }
            json!({"name": "uniquegroups", "on": on})
        }),
        1 => Just(json!({"name": "select", "columns": ["d", "t"]})),
    ]
}

fn answer(runtime: &Runtime, standalone: Standalone, steps: &[Step]) -> Result<Json, String> {
    runtime.block_on(async {
        let rows = standalone.run(steps).await.map_err(|error| error.to_string())?;
        Ok(write_json(&rows.schema, &rows.batches))
    })
}

fn near(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap(), right.as_f64().unwrap());
            (left - right).abs() <= 1e-9 * right.abs()
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| near(l, r))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| near(value, other)))
        }
        _ => left == right,
    }
}

#[expect(clippy::print_stdout, reason = "how much was really compared")]
fn compare(target: Target, source: &Source, run: &mut dyn FnMut(&str), cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let catalog = Arc::new(Sources::default());
    let config = Config { cases, rng_seed: RngSeed::Fixed(20_130_101), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let strategy = (rows(), prop::collection::vec(step(), 0..4), last());
    let (mut number, mut pushed) = (0, 0);
    let run = std::cell::RefCell::new(run);
    let counts = std::cell::RefCell::new((&mut number, &mut pushed));
    let outcome = runner.run(&strategy, |(rows, mut steps, last)| {
        let batch = read_json(&rows).unwrap();
        let name = {
            let mut counts = counts.borrow_mut();
            *counts.0 += 1;
            format!("random{}", counts.0)
        };
        (run.borrow_mut())(&script(target, &name, &batch).unwrap());
        if !last.is_null() {
            steps.push(last);
        }
        let mut pipeline = vec![json!({"name": "domain", "domain": "in"})];
        pipeline.extend(steps);
        let pipeline: Vec<Step> = serde_json::from_value(Json::Array(pipeline)).unwrap();
        let table = runtime.block_on(catalog.table(source, &Relation::Table(identifier(&name)))).unwrap();
        let standalone = || {
            let mut standalone = Standalone::new(64 << 20).unwrap();
            standalone.add_table("in", table.clone());
            standalone
        };
        let sent = runtime.block_on(standalone().explain(&pipeline)).map(|explained| explained.statements);
        let with = answer(&runtime, standalone(), &pipeline);
        let without = answer(&runtime, standalone().without_pushdown(), &pipeline);
        *counts.borrow_mut().1 +=
            usize::from(sent.as_ref().is_ok_and(|sent| sent.iter().any(|sent| sent.statement.text.contains("WHERE"))));
        match (&with, &without) {
            (Ok(with), Ok(without)) => {
                prop_assert!(near(with, without), "{target:?}\n{sent:?}\nwith    {with}\nwithout {without}");
            }
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false, "{target:?}\n{sent:?}\nwith    {with:?}\nwithout {without:?}"),
        }
        Ok(())
    });
    println!("{target:?}: {number} random pipelines, {pushed} with their filter pushed down");
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(pushed > 10);
}

#[test]
fn random_pipelines_have_the_same_rows_with_pushdown_and_without_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(folder.path().join("data.sqlite")).unwrap();
    let mut run = |script: &str| file.execute_batch(&format!("BEGIN; {script} COMMIT;")).unwrap();
    compare(Target::Sqlite, &loading::sqlite(folder.path()), &mut run, 250);
}

#[test]
fn random_pipelines_have_the_same_rows_with_pushdown_and_without_in_postgresql() {
    let Some(server) = PostgresqlServer::start().unwrap() else { return };
    let mut run = |script: &str| drop(server.psql(&format!("BEGIN; {script} COMMIT;")).unwrap());
    compare(Target::Postgresql, &loading::postgresql(&server), &mut run, 250);
}
