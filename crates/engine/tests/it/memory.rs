//! A catalogue of tables in memory and datasets over them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aracari_app::schema::TableSchema;
use aracari_app::{
    App, Condition, CsvOptions, Dataset, DatasetInput, Operand, Permissions, Pipeline, Query, Reader, Relation,
    RowPermissions, RowRule, Source, SourceKind, SourceSchemas, Step, UnboundCondition,
};
use aracari_engine::{
    Answer, Catalog, Engine, EngineError, EngineSettings, PolicyError, SecuredQuery, TableVersion, encode, secure,
};
use arrow::array::RecordBatch;
use async_trait::async_trait;
use chrono::DateTime;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use indexmap::IndexMap;
use serde_json::Value;

pub(crate) type Provider = Arc<dyn TableProvider>;

#[derive(Default)]
pub(crate) struct MemoryCatalog {
    pub(crate) tables: Mutex<HashMap<String, (usize, Provider)>>,
    pub(crate) opened: AtomicUsize,
}

impl MemoryCatalog {
    pub(crate) fn with(name: &str, batch: &RecordBatch) -> Arc<Self> {
        let catalog = Arc::new(Self::default());
        catalog.put(name, memory(batch));
        catalog
    }

    /// Puts a table in place; its version changes.
    pub(crate) fn put(&self, name: &str, provider: Provider) {
        let mut tables = self.tables.lock().unwrap();
        let version = tables.get(name).map_or(0, |(version, _)| version + 1);
        tables.insert(name.to_owned(), (version, provider));
    }
}

pub(crate) fn memory(batch: &RecordBatch) -> Provider {
    Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch.clone()]]).unwrap())
}

fn name(relation: &Relation) -> &str {
    let (Relation::Table(name) | Relation::Query(name)) = relation;
    name
}

#[async_trait]
impl Catalog for MemoryCatalog {
    async fn table(&self, source: &Source, relation: &Relation) -> Result<Provider, EngineError> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        let table = name(relation);
        let tables = self.tables.lock().unwrap();
        tables
            .get(table)
            .map(|(_, provider)| Arc::clone(provider))
            .ok_or_else(|| EngineError::source(&source.id, "no table"))
    }

    fn version(&self, source: &Source, relation: &Relation) -> Result<TableVersion, EngineError> {
        let table = name(relation);
        let tables = self.tables.lock().unwrap();
        let (version, _) = tables.get(table).ok_or_else(|| EngineError::source(&source.id, "no table"))?;
        Ok(TableVersion { id: format!("{table}:{version}"), modified: DateTime::UNIX_EPOCH })
    }
}

pub(crate) fn source() -> Source {
    Source {
        id: "memory".into(),
        kind: SourceKind::Files { csv: CsvOptions::default() },
        folder: PathBuf::from("/nowhere"),
    }
}

pub(crate) fn table(name: &str) -> DatasetInput {
    DatasetInput::Table { source: source(), relation: name.into() }
}

pub(crate) fn steps(json: Value) -> Vec<Step> {
    serde_json::from_value(json).unwrap()
}

pub(crate) fn dataset(id: &str, input: DatasetInput, pipeline: Value, permissions: Permissions) -> (String, Dataset) {
    let dataset = Dataset {
        id: id.into(),
        input,
        steps: Pipeline::Fixed(steps(pipeline)),
        permissions,
        input_schema: TableSchema::default(),
        schema: TableSchema::default(),
        columns: IndexMap::new(),
        metrics: IndexMap::new(),
    };
    (id.to_owned(), dataset)
}

pub(crate) fn everyone() -> Permissions {
    Permissions { rows: RowPermissions::Everyone, columns: Vec::new() }
}

/// Everybody sees the rows that a condition on their attributes allows.
pub(crate) fn by_attribute(column: &str, operator: &str, attribute: &str) -> Permissions {
    let condition = UnboundCondition::Comparison {
        column: column.into(),
        operator: serde_json::from_value(operator.into()).unwrap(),
        operand: Operand::Attribute(attribute.into()),
    };
    Permissions {
        rows: RowPermissions::Rules(vec![RowRule { groups: Vec::new(), condition: Some(condition) }]),
        columns: Vec::new(),
    }
}

/// Everybody sees the rows for which a fixed condition holds.
pub(crate) fn by_condition(condition: &Condition) -> Permissions {
    fn unbound(condition: &Condition) -> UnboundCondition {
        match condition {
            Condition::And(group) => UnboundCondition::And(group.and.iter().map(unbound).collect()),
            Condition::Or(group) => UnboundCondition::Or(group.or.iter().map(unbound).collect()),
            Condition::Comparison(comparison) => UnboundCondition::Comparison {
                column: comparison.column.clone(),
                operator: comparison.operator,
                operand: Operand::Value(comparison.value.clone()),
            },
        }
    }
    let rule = RowRule { groups: Vec::new(), condition: Some(unbound(condition)) };
    Permissions { rows: RowPermissions::Rules(vec![rule]), columns: Vec::new() }
}

pub(crate) fn reader(attributes: Value) -> Reader {
    Reader { groups: Vec::new(), attributes: serde_json::from_value(attributes).unwrap() }
}

pub(crate) fn engine(catalog: Arc<MemoryCatalog>) -> Engine {
    Engine::new(catalog, EngineSettings::default()).unwrap()
}

pub(crate) fn secured(
    datasets: &IndexMap<String, Dataset>,
    id: &str,
    pipeline: Value,
    reader: &Reader,
) -> SecuredQuery {
    secure_over(datasets, Query::new(id, steps(pipeline), 10_000), reader).unwrap()
}

/// Puts the reader's permissions into a query over these datasets, as an app that has them does.
pub(crate) fn secure_over(
    datasets: &IndexMap<String, Dataset>,
    query: Query,
    reader: &Reader,
) -> Result<SecuredQuery, PolicyError> {
    static APP: Mutex<Option<App>> = Mutex::new(None);
    let mut app = APP.lock().unwrap();
    let app = app.get_or_insert_with(empty_app);
    app.datasets.clone_from(datasets);
    secure(app, query, reader)
}

/// An app that says nothing but its name.
fn empty_app() -> App {
    struct NoTables;
    impl SourceSchemas for NoTables {
        fn columns(&self, _: &Source, _: &Relation) -> Result<TableSchema, String> {
            Err("there are no tables".into())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("app.yaml"),
        "id: test\ntitle: Test\naccess: everyone\nhome: { title: Home, sections: [] }\n",
    )
    .unwrap();
    let loaded = App::load(folder.path(), &NoTables);
    Arc::into_inner(loaded.app.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))).unwrap()
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The columns of an answer by name.
pub(crate) fn columns(answer: &Answer) -> Value {
    let decoded: Value = serde_json::from_slice(&encode::json_columns(answer)).unwrap();
    let columns = decoded["columns"].as_array().unwrap().iter();
    columns
        .map(|column| (column["name"].as_str().unwrap().to_owned(), column["values"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

pub(crate) fn ask(engine: &Engine, query: SecuredQuery) -> Result<Value, EngineError> {
    block_on(engine.run(query)).map(|(answer, _)| columns(&answer))
}
