//! The demo's files, read through the catalogue and the engine.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aracari_app::schema::{ColumnType, TableSchema};
use aracari_app::{
    App, CsvOptions, Dataset, DatasetInput, Permissions, Pipeline, Query, Reader, RowPermissions, Source, SourceKind,
    SourceSchemas, Step,
};
use aracari_engine::geometry::from_geojson;
use aracari_engine::{Engine, EngineSettings, encode, secure};
use aracari_sources::{FileCatalog, FileSchemas, Sources};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use indexmap::IndexMap;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};

fn source(folder: &Path) -> Source {
    let csv = CsvOptions { null_values: vec!["NA".into(), String::new()], ..CsvOptions::default() };
    Source { id: "files".into(), kind: SourceKind::Files { csv }, folder: folder.to_owned() }
}

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/flights")
}

fn dataset(folder: &Path, table: &str) -> IndexMap<String, Dataset> {
    let dataset = Dataset {
        id: "d".into(),
        input: DatasetInput::Table { source: source(folder), relation: table.into() },
        steps: Pipeline::default(),
        permissions: Permissions { rows: RowPermissions::Everyone, columns: Vec::new() },
        input_schema: TableSchema::default(),
        schema: TableSchema::default(),
        columns: IndexMap::new(),
        metrics: IndexMap::new(),
    };
    IndexMap::from([("d".to_owned(), dataset)])
}

/// An app that has these datasets and nothing else.
fn app_with(datasets: IndexMap<String, Dataset>) -> App {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("app.yaml"),
        "id: test\ntitle: Test\naccess: everyone\nhome: { title: Home, sections: [] }\n",
    )
    .unwrap();
    let loaded = App::load(folder.path(), &FileSchemas::default());
    let mut app = Arc::into_inner(loaded.app.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))).unwrap();
    app.datasets = datasets;
    app
}

fn ask(engine: &Engine, folder: &Path, table: &str, steps: Value) -> Value {
    let steps: Vec<Step> = serde_json::from_value(steps).unwrap();
    let query = secure(&app_with(dataset(folder, table)), Query::new("d", steps, 100), &Reader::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (answer, _) = runtime.block_on(engine.run(query)).unwrap();
    serde_json::from_slice(&encode::json_columns(&answer)).unwrap()
}

#[test]
fn the_demo_files_have_the_types_that_people_expect() {
    let schemas = FileSchemas::default();
    let kind = |table: &str, column: &str| schemas.columns(&source(&demo()), &table.into()).unwrap().columns[column];
    assert_eq!(kind("data/flights.parquet", "time_hour"), ColumnType::Date);
    assert_eq!(kind("data/flights.parquet", "dep_delay"), ColumnType::Integer);
    assert_eq!(kind("data/weather.csv", "time_hour"), ColumnType::Date);
    assert_eq!(kind("data/weather.csv", "wind_gust"), ColumnType::Float);
    assert_eq!(kind("data/weather.csv", "wind_dir"), ColumnType::Integer);
    assert_eq!(kind("data/planes.csv", "speed"), ColumnType::Integer);
    assert_eq!(kind("data/airports.csv", "faa"), ColumnType::Text);
    assert_eq!(kind("data/airlines.csv", "carrier"), ColumnType::Text);
}

#[test]
fn missing_values_are_null_in_csv_and_parquet() {
    let engine = Engine::new(Arc::new(FileCatalog::default()), EngineSettings::default()).unwrap();
    let count = |column: &str| {
        json!([{"name": "aggregate", "on": [], "aggregations": [
            {"aggfunction": "count", "columns": [column], "newcolumns": ["known"]},
            {"aggfunction": "count distinct including empty", "columns": [column], "newcolumns": ["rows"]}]}])
    };
    let weather = ask(&engine, &demo(), "data/weather.csv", count("wind_gust"));
    assert_eq!(
        (&weather["columns"][0]["values"], &weather["columns"][1]["values"]),
        (&json!([5_337]), &json!([26_115]))
    );
    let flights = ask(&engine, &demo(), "data/flights.parquet", count("dep_delay"));
    assert_eq!(
        (&flights["columns"][0]["values"], &flights["columns"][1]["values"]),
        (&json!([328_521]), &json!([336_776]))
    );
}

#[test]
fn a_file_without_rows_tells_no_types() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("datasets")).unwrap();
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    write(
        "app.yaml",
        "id: test\ntitle: Test\naccess: everyone\nsources: [{ id: files, type: files }]\nhome: { title: Home, sections: [] }\n",
    );
    write("datasets/d.yaml", "source: files\ntable: t.csv\npermissions: { rows: everyone }\n");
    let found = || {
        let loaded = App::load(folder.path(), &Sources::default());
        loaded.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    write("t.csv", "day,amount\n");
    let expected =
        "d.yaml:2:8: warning: the table `t.csv` holds no rows: its columns are taken for texts (put rows into it";
    assert!(found().contains(expected), "{}", found());
    write("t.csv", "day,amount\n2024-01-01,\n");
    assert!(!found().contains("holds no rows"), "{}", found());
}

#[test]
fn a_parquet_file_without_columns_or_with_one_twice_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let asked = |names: &[&str]| {
        let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Int64, true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let columns = names.iter().map(|_| Arc::new(Int64Array::from(vec![1])) as ArrayRef).collect();
        let rows = RecordBatchOptions::new().with_row_count(Some(1));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &rows).unwrap();
        let file = File::create(folder.path().join("t.parquet")).unwrap();
        let mut writer = ArrowWriter::try_new(file, schema, None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        format!("{:?}", FileSchemas::default().columns(&source(folder.path()), &"t.parquet".into()).unwrap_err())
    };
    assert!(asked(&["a", "b", "a"]).contains("two columns are called `a`"));
    assert!(asked(&[]).contains("has no columns"));
}

#[test]
fn a_changed_file_is_read_again_and_a_broken_one_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("t.csv");
    std::fs::write(&table, "a,b\n1,x\n").unwrap();
    let engine = Engine::new(Arc::new(FileCatalog::default()), EngineSettings::default()).unwrap();
    assert_eq!(ask(&engine, folder.path(), "t.csv", json!([]))["rows"], 1);
    std::thread::sleep(Duration::from_millis(20));
    std::fs::write(&table, "a,b,c\n1,x,\"line\nbreak\"\n2,y,z\n").unwrap();
    let changed = ask(&engine, folder.path(), "t.csv", json!([]));
    assert_eq!(changed["rows"], 2);
    assert_eq!(changed["columns"][2]["values"], json!(["line\nbreak", "z"]));

    std::fs::write(folder.path().join("broken.csv"), "a,b\n1,2\n1,2,3\n").unwrap();
    std::fs::write(folder.path().join("broken.parquet"), "PAR1 not really").unwrap();
    let schemas = FileSchemas::default();
    for broken in ["broken.csv", "broken.parquet", "t.exe", "nothing.csv"] {
        assert!(schemas.columns(&source(folder.path()), &broken.into()).is_err(), "{broken}");
    }
    assert!(schemas.columns(&source(folder.path()), &"t.csv".into()).is_ok());
}

#[test]
fn shapes_of_a_geoparquet_file_are_known_by_its_description() {
    let folder = tempfile::tempdir().unwrap();
    let square = |left: f64| {
        let corners = [[left, 0.0], [left + 1.0, 0.0], [left + 1.0, 1.0], [left, 1.0], [left, 0.0]];
        json!({"type": "Polygon", "coordinates": [corners]})
    };
    let shapes = [square(0.0), square(1.0), Value::Null];
    let bytes = from_geojson(shapes.iter()).unwrap();
    let rows = RecordBatch::try_from_iter([
        ("land", Arc::new(StringArray::from(vec!["a", "a", "b"])) as ArrayRef),
        ("geometry", Arc::clone(&bytes)),
        ("stamp", bytes),
    ])
    .unwrap();
    let description = json!({
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon"]}, "land": {"encoding": "WKB"}},
    });
    for (file, description) in [("lands.parquet", description.to_string()), ("torn.parquet", "{".to_owned())] {
        let about = KeyValue::new("geo".to_owned(), description);
        let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![about])).build();
        let output = std::fs::File::create(folder.path().join(file)).unwrap();
        let mut writer = ArrowWriter::try_new(output, rows.schema(), Some(properties)).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
    }

    // Bytes that nothing is said of are no column at all.
    let known = |file: &str| FileSchemas::default().columns(&source(folder.path()), &file.into()).unwrap().columns;
    let lands = known("lands.parquet");
    assert_eq!(
        lands.into_iter().collect::<Vec<_>>(),
        [("land".to_owned(), ColumnType::Text), ("geometry".to_owned(), ColumnType::Geometry)]
    );
    assert_eq!(known("torn.parquet").keys().collect::<Vec<_>>(), ["land"]);

    let engine = Engine::new(Arc::new(FileCatalog::default()), EngineSettings::default()).unwrap();
    let plain = ask(&engine, folder.path(), "lands.parquet", json!([]));
    assert_eq!(plain["columns"][1], json!({"name": "geometry", "type": "geometry", "values": shapes}));
    let dissolved = ask(&engine, folder.path(), "lands.parquet", json!([{"name": "dissolve", "groups": ["land"]}]));
    assert_eq!(dissolved["columns"][0]["values"][0], "a");
    assert_eq!(dissolved["columns"][1]["values"][0]["type"], "Polygon");
}
