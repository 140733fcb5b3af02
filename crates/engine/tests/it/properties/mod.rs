//! What holds for any table and any pipeline: running step by step equals running as one plan, the columns that come out
//! are those that were inferred, a step that is switched off is as good as removed, and nothing panics.

mod generate;
mod tables;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use aracari_app::Step;
use aracari_app::infer::infer;
use aracari_app::schema::{ColumnType, TableSchema};
use aracari_engine::column_type;
use aracari_engine::encode::json_values;
use aracari_engine::error::EngineError;
use aracari_engine::standalone::{Rows, Standalone};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use datafusion::datasource::MemTable;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestRunner};
use regex::Regex;
use serde_json::{Value as Json, json};

use generate::Generator;

const MEMORY: usize = 64 << 20;
const CASES: u32 = 300;
/// Cases that failed once, one line each; what is tried first. A failure adds its line, and prints it.
const FAILURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/properties/failures.txt");

struct Runner {
    runtime: tokio::runtime::Runtime,
}

impl Runner {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_stack_size(8 << 20)
            .enable_all()
            .build()
            .unwrap();
        Self { runtime }
    }

    fn run(&self, input: &RecordBatch, other: &RecordBatch, steps: &[Step]) -> Result<Rows, EngineError> {
        self.run_within(MEMORY, input, other, steps).rows
    }

    /// Runs on a thread with the engine's stack.
    fn run_within(&self, memory: usize, input: &RecordBatch, other: &RecordBatch, steps: &[Step]) -> Outcome {
        let mut standalone = Standalone::new(memory).unwrap();
        for (name, batch) in [("input", input), ("other", other)] {
            let table = MemTable::try_new(batch.schema(), vec![vec![batch.clone()]]).unwrap();
            standalone.add_table(name, Arc::new(table));
        }
        let steps: Vec<Step> = std::iter::once(domain()).chain(steps.iter().cloned()).collect();
        let handle = self.runtime.spawn(async move {
            let rows = standalone.run(&steps).await;
            let peak = standalone.memory_peak();
            let failing = match &rows {
                Err(error @ EngineError::MemoryLimit { .. }) => Some(standalone.failing_step(&steps, error).await),
                _ => None,
            };
            Outcome { rows, peak, failing }
        });
        self.runtime.block_on(handle).unwrap_or_else(|panic| panic!("no pipeline panics: {panic}"))
    }
}

/// What became of a pipeline.
struct Outcome {
    rows: Result<Rows, EngineError>,
    /// The most memory that was in use, in bytes.
    peak: usize,
    /// The first step that needs too much memory.
    failing: Option<usize>,
}

fn domain() -> Step {
    serde_json::from_value(json!({"name": "domain", "domain": "input"})).unwrap()
}

fn schema_of(schema: &arrow::datatypes::Schema) -> TableSchema {
    let kind = |field: &arrow::datatypes::FieldRef| column_type(field.data_type()).unwrap_or(ColumnType::Unknown);
    TableSchema::new(schema.fields().iter().map(|field| (field.name().clone(), kind(field))))
}

fn inferred(steps: &[Step], input: &RecordBatch, other: &RecordBatch) -> Option<TableSchema> {
    let other = schema_of(&other.schema());
    infer(steps, schema_of(&input.schema()), &|name| (name == "other").then(|| other.clone())).ok()
}

/// Columns by name, values as JSON.
fn values(rows: &Rows) -> Vec<(String, Vec<Json>)> {
    let column = |index: usize| rows.batches.iter().flat_map(|batch| json_values(batch.column(index))).collect();
    rows.schema.fields().iter().enumerate().map(|(index, field)| (field.name().clone(), column(index))).collect()
}

/// How rows come in parts decides the last digit of a sum, which a step may have written into a text.
fn near(left: &Json, right: &Json) -> bool {
    static NUMBERS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?").unwrap());
    let close = |left: f64, right: f64| (left - right).abs() <= 1e-9 * left.abs().max(1.0);
    let numbers =
        |text: &str| -> Vec<f64> { NUMBERS.find_iter(text).map(|found| found.as_str().parse().unwrap()).collect() };
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => close(left.as_f64().unwrap(), right.as_f64().unwrap()),
        (Json::String(left), Json::String(right)) => {
            NUMBERS.replace_all(left, "#") == NUMBERS.replace_all(right, "#")
                && numbers(left).into_iter().zip(numbers(right)).all(|(left, right)| close(left, right))
        }
        _ => false,
    }
}

fn same(left: &Rows, right: &Rows) -> Result<(), String> {
    let (left, right) = (values(left), values(right));
    let names = |columns: &[(String, Vec<Json>)]| columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(&left) != names(&right) {
        return Err(format!("columns {:?} and {:?}", names(&left), names(&right)));
    }
    for ((name, left), (_, right)) in left.iter().zip(&right) {
        if left.len() != right.len() {
            return Err(format!("{} and {} rows", left.len(), right.len()));
        }
        for (row, (left, right)) in left.iter().zip(right).enumerate() {
            if left != right && !near(left, right) {
                return Err(format!("row {row} of `{name}`: {left} and {right}"));
            }
        }
    }
    Ok(())
}

/// A pipeline of steps that can follow one another, as far as inference knows.
fn pipeline(seeds: &[u64], input: &RecordBatch, other: &RecordBatch) -> Vec<(Json, Step)> {
    let mut steps: Vec<(Json, Step)> = Vec::new();
    for seed in seeds {
        let known: Vec<Step> = steps.iter().map(|(_, step)| step.clone()).collect();
        let Some(schema) = inferred(&known, input, other) else { break };
        let json = Generator::new(*seed, &schema, &schema_of(&other.schema())).step();
        let Ok(step) = serde_json::from_value::<Step>(json.clone()) else { panic!("not a step: {json}") };
        let with: Vec<Step> = known.into_iter().chain([step.clone()]).collect();
        if inferred(&with, input, other).is_some() {
            steps.push((json, step));
        }
    }
    steps
}

/// Two tables, and what decides the steps.
#[derive(Clone)]
struct Case {
    input: RecordBatch,
    other: RecordBatch,
    seeds: Vec<u64>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "input: {} other: {} seeds: {:?}", written(&self.input), written(&self.other), self.seeds)
    }
}

/// The columns of a table with their types, in one line.
fn written(batch: &RecordBatch) -> Json {
    let fields = batch.schema();
    let columns = fields.fields().iter().zip(batch.columns());
    columns.map(|(field, column)| json!([field.name(), field.data_type().to_string(), json_values(column)])).collect()
}

fn arbitrary() -> impl Strategy<Value = Case> {
    let parts = (tables::table(), tables::table(), vec(any::<u64>(), 1..7));
    parts.prop_map(|(input, other, seeds)| Case { input, other, seeds })
}

/// Other tables and pipelines each time, or those of `PROPTEST_RNG_SEED`.
fn rng_seed() -> RngSeed {
    std::env::var("PROPTEST_RNG_SEED").map_or(RngSeed::Random, |seed| RngSeed::Fixed(seed.parse().unwrap()))
}

fn check(mut property: impl FnMut(&RecordBatch, &RecordBatch, &[(Json, Step)]) -> Result<(), String>) {
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").map_or(CASES, |cases| cases.parse().unwrap()),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(FAILURES))),
        rng_seed: rng_seed(),
        max_shrink_iters: 500,
        ..Config::default()
    };
    let property = std::cell::RefCell::new(&mut property);
    TestRunner::new(config)
        .run(&arbitrary(), |Case { input, other, seeds }| {
            let steps = pipeline(&seeds, &input, &other);
            let shown: Vec<&Json> = steps.iter().map(|(json, _)| json).collect();
            let told = (property.borrow_mut())(&input, &other, &steps);
            told.map_err(|reason| TestCaseError::fail(format!("{reason}\nsteps: {}", json!(shown))))
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Errors that depend on the rows and not on the columns; after a pivot a column may be missing too.
fn is_of_the_data(error: &EngineError) -> bool {
    matches!(error, EngineError::Invalid { .. } | EngineError::MemoryLimit { .. } | EngineError::UnknownColumn { .. })
}

#[test]
fn step_by_step_equals_one_plan() {
    let runner = Runner::new();
    check(|input, other, steps| {
        let all: Vec<Step> = steps.iter().map(|(_, step)| step.clone()).collect();
        let whole = runner.run(input, other, &all);
        let mut table = input.clone();
        for step in &all {
            match runner.run(&table, other, std::slice::from_ref(step)) {
                Ok(rows) => table = concat_batches(&rows.schema, &rows.batches).unwrap(),
                // As one plan nothing may need the column over whose values the step alone fails.
                Err(error) if is_of_the_data(&error) => return Ok(()),
                Err(error) => return Err(format!("one step fails alone only: {error}")),
            }
        }
        let last = Rows { schema: table.schema(), batches: vec![table] };
        same(&whole.map_err(|error| format!("fails as one plan only: {error}"))?, &last)
    });
}

#[test]
fn the_columns_are_those_that_were_inferred() {
    let runner = Runner::new();
    check(|input, other, steps| {
        let all: Vec<Step> = steps.iter().map(|(_, step)| step.clone()).collect();
        let expected = inferred(&all, input, other).ok_or("a pipeline without columns was made")?;
        let rows = match runner.run(input, other, &all) {
            Ok(rows) => rows,
            Err(error) if is_of_the_data(&error) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let actual = schema_of(&rows.schema);
        if let Some(name) = expected.columns.keys().find(|name| !actual.columns.contains_key(*name)) {
            return Err(format!("`{name}` was inferred and is missing"));
        }
        for (name, found) in actual.columns {
            let kind = expected.get(&name).ok_or_else(|| format!("`{name}` was not inferred"))?;
            if kind != ColumnType::Unknown && found != ColumnType::Unknown && kind != found {
                return Err(format!("`{name}` was inferred as {kind:?} and is {found:?}"));
            }
        }
        Ok(())
    });
}

#[test]
fn every_step_is_tried() {
    let mut missing = BTreeSet::from(generate::KINDS);
    let mut runner = TestRunner::deterministic();
    for _ in 0..3 * CASES {
        let Case { input, other, seeds } = arbitrary().new_tree(&mut runner).unwrap().current();
        for (json, _) in pipeline(&seeds, &input, &other) {
            missing.remove(json["name"].as_str().unwrap());
        }
    }
    assert!(missing.is_empty(), "no pipeline has these steps: {missing:?}");
}

#[test]
fn switched_off_is_as_good_as_removed() {
    let runner = Runner::new();
    check(|input, other, steps| {
        let all: Vec<Step> = steps.iter().map(|(_, step)| step.clone()).collect();
        for index in 0..all.len() {
            let mut without = all.clone();
            without.remove(index);
            let mut off = all.clone();
            off[index] = Step::Off;
            match (runner.run(input, other, &without), runner.run(input, other, &off)) {
                (Ok(without), Ok(off)) => same(&without, &off)?,
                (Err(_), Err(_)) => {}
                (without, off) => {
                    return Err(format!("only one of them fails: {:?} {:?}", without.err(), off.err()));
                }
            }
            if inferred(&without, input, other) != inferred(&off, input, other) {
                return Err("the inferred columns differ".to_owned());
            }
        }
        Ok(())
    });
}

/// The rows many times over, so that they need memory.
fn repeated(batch: &RecordBatch, times: usize) -> RecordBatch {
    concat_batches(&batch.schema(), std::iter::repeat_n(batch, times)).unwrap()
}

#[test]
fn a_pipeline_stays_within_its_memory_or_says_so() {
    let runner = Runner::new();
    let (mut answered, mut refused) = (0, 0);
    check(|input, other, steps| {
        let all: Vec<Step> = steps.iter().map(|(_, step)| step.clone()).collect();
        let large = repeated(input, 300);
        let whole = runner.run(&large, other, &all);
        for memory in [64 << 10, 512 << 10, 4 << 20] {
            let outcome = runner.run_within(memory, &large, other, &all);
            if outcome.peak > memory {
                return Err(format!("{} bytes were used of {memory}", outcome.peak));
            }
            match (&whole, &outcome.rows) {
                (_, Err(EngineError::MemoryLimit { .. })) => {
                    refused += 1;
                    let failing = outcome.failing.unwrap_or_default();
                    if !(1..=all.len() + 1).contains(&failing) {
                        return Err(format!("step {failing} is said to need too much memory"));
                    }
                }
                (Ok(whole), Ok(rows)) => {
                    answered += 1;
                    same(whole, rows)?;
                }
                (Err(whole), Err(other)) if is_of_the_data(whole) && is_of_the_data(other) => {}
                (whole, rows) => {
                    return Err(format!(
                        "with {memory} bytes: {:?} and {:?}",
                        whole.as_ref().err(),
                        rows.as_ref().err()
                    ));
                }
            }
        }
        Ok(())
    });
    assert!(answered > 100 && refused > 100, "{answered} were answered, {refused} refused");
}
