//! Small tables in and out of pipelines, as JSON columns, for the steps' tests.

use std::collections::HashMap;
use std::sync::Arc;

use aracari_app::Step;
use aracari_app::infer::infer;
use aracari_app::schema::{ColumnType, TableSchema};
use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::catalog::TableProvider;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use serde_json::Value;

use super::{Datasets, compile};
use crate::error::EngineError;
use crate::execute::Executor;
use crate::geometry::{from_geojson, geometry_field};
use crate::look::{Looks, Seen, looking};
use crate::table::{Names, Table};

/// A table of named columns; texts that look like instants are dates, objects are shapes.
pub(crate) fn table(columns: Value) -> RecordBatch {
    let arrays =
        columns.as_object().unwrap().iter().map(|(name, values)| (name.clone(), array(values.as_array().unwrap())));
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = arrays
        .map(|(name, array)| match array.data_type() {
            DataType::Binary => (geometry_field(&name), array),
            kind => (Field::new(&name, kind.clone(), true), array),
        })
        .unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn array(values: &[Value]) -> ArrayRef {
    let known = || values.iter().filter(|value| !value.is_null());
    let instant =
        |value: &Value| chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|date| date.timestamp_millis());
    if known().next().is_some()
        && known().all(|value| value.as_str().is_some_and(|text| text.contains('T')) && instant(value).is_some())
    {
        return Arc::new(values.iter().map(instant).collect::<TimestampMillisecondArray>().with_timezone("UTC"));
    }
    match known().next() {
        Some(Value::Object(_)) => from_geojson(values.iter()).unwrap(),
        Some(Value::Bool(_)) => Arc::new(values.iter().map(Value::as_bool).collect::<BooleanArray>()),
        Some(Value::Number(_)) if known().all(Value::is_i64) => {
            Arc::new(values.iter().map(Value::as_i64).collect::<Int64Array>())
        }
        Some(Value::Number(_)) => Arc::new(values.iter().map(Value::as_f64).collect::<Float64Array>()),
        _ => Arc::new(values.iter().map(Value::as_str).collect::<StringArray>()),
    }
}

struct Others<'a> {
    tables: &'a HashMap<&'static str, RecordBatch>,
    names: Names,
    looks: &'a Looks,
}

impl Others<'_> {
    fn scan(&self, batch: &RecordBatch) -> Table {
        let provider: Arc<dyn TableProvider> =
            Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch.clone()]]).unwrap());
        let plan = LogicalPlanBuilder::scan("input", provider_as_source(provider), None).unwrap().build().unwrap();
        Table::scan(plan, self.names.clone()).unwrap()
    }
}

impl Datasets for Others<'_> {
    fn look(&self, plan: LogicalPlan) -> Result<Arc<Seen>, EngineError> {
        self.looks.next(plan)
    }

    fn dataset(&self, name: &str) -> Result<Table, EngineError> {
        let batch = self.tables.get(name).ok_or_else(|| EngineError::UnknownDataset { dataset: name.into() })?;
        Ok(self.scan(batch))
    }
}

pub(crate) fn try_run(
    input: &RecordBatch,
    tables: Vec<(&'static str, RecordBatch)>,
    steps: Value,
) -> Result<Value, EngineError> {
    let steps: Vec<Step> = serde_json::from_value(steps).unwrap();
    let tables = tables.into_iter().collect();
    let executor = Executor::new(64 << 20)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let plan = runtime.block_on(looking(&executor, |looks| {
        let others = Others { tables: &tables, names: Names::default(), looks };
        compile(&steps, others.scan(input), &others)?.finish(None)
    }))?;
    assert_inferred(&steps, input, &tables, &plan);
    let batches = runtime.block_on(executor.collect(&plan))?;
    let mut columns = serde_json::Map::new();
    for (index, field) in plan.schema().fields().iter().enumerate() {
        let values = batches.iter().flat_map(|batch| crate::encode::json_values(batch.column(index)));
        let is_date = crate::column_type(field.data_type()) == Some(ColumnType::Date);
        let shown = values.map(|value| if is_date { iso(&value) } else { value });
        columns.insert(field.name().clone(), shown.collect());
    }
    Ok(Value::Object(columns))
}

/// The columns that are known before running are those that come out.
fn assert_inferred(
    steps: &[Step],
    input: &RecordBatch,
    tables: &HashMap<&'static str, RecordBatch>,
    plan: &LogicalPlan,
) {
    let datasets = |name: &str| tables.get(name).map(|batch| columns(&batch.schema()));
    let Ok(inferred) = infer(steps, columns(&input.schema()), &datasets) else { return };
    let actual = columns(plan.schema().as_arrow());
    for (name, kind) in &actual.columns {
        match inferred.get(name) {
            Some(ColumnType::Unknown) => {}
            Some(known) => assert_eq!(known, *kind, "the inferred type of `{name}`"),
            None => panic!("the column `{name}` was not inferred"),
        }
    }
    for name in inferred.columns.keys() {
        assert!(
            inferred.open.is_some() || actual.columns.contains_key(name),
            "the inferred column `{name}` is not there"
        );
    }
}

fn columns(schema: &Schema) -> TableSchema {
    let known = |field: &FieldRef| Some((field.name().clone(), crate::column_type(field.data_type())?));
    TableSchema::new(schema.fields().iter().filter_map(known))
}

fn iso(value: &Value) -> Value {
    let Some(milliseconds) = value.as_i64() else { return Value::Null };
    let date = chrono::DateTime::from_timestamp_millis(milliseconds).unwrap();
    Value::String(date.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// The answer as JSON columns, dates as ISO texts.
pub(crate) fn run(input: RecordBatch, steps: Value) -> Value {
    try_run(&input, Vec::new(), steps).unwrap()
}

pub(crate) fn run_with(input: RecordBatch, others: Vec<(&'static str, RecordBatch)>, steps: Value) -> Value {
    try_run(&input, others, steps).unwrap()
}

/// Why the pipeline cannot run.
pub(crate) fn failure(input: RecordBatch, steps: Value) -> String {
    try_run(&input, Vec::new(), steps).unwrap_err().to_string()
}
