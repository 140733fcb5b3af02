//! What pipelines take of the machine's memory, measured where it is allocated: no more than their limit, whatever they do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aracari_app::template::parse_steps;
use aracari_app::{CsvOptions, Step};
use aracari_engine::STACK_BYTES;
use aracari_engine::standalone::Standalone;
use aracari_sources::interchange::{TableError, open_table, write_csv, write_json_to};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use peak_alloc::PeakAlloc;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Limits that most of the pipelines pass, and that few do.
const LIMITS: [usize; 3] = [48 << 20, 256 << 20, 1024 << 20];

/// What is no row: plans, readers, batches on their way between two operators.
const BESIDE: usize = 16 << 20;

/// The allocator counts for the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The most bytes that were allocated at once while this ran, those before it left out.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let made = work();
    (made, ALLOCATED.peak_usage().saturating_sub(before))
}

fn block_on<T: Send>(work: impl Future<Output = T> + Send) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).thread_stack_size(STACK_BYTES).enable_all();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let run = || runtime.build().unwrap().block_on(work);
        thread.spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

/// A million rows that have as many keys and texts, in row groups of this many.
fn rows(path: &Path, row_group: usize) {
    const ROWS: i64 = 1_000_000;
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(row_group)).build();
    let mut writer: Option<ArrowWriter<std::fs::File>> = None;
    for start in (0..ROWS).step_by(100_000) {
        let numbers = || start..start + 100_000;
        let keys = Int64Array::from_iter_values(numbers());
        let groups = Int64Array::from_iter_values(numbers().map(|number| number % 1000));
        let texts = StringArray::from_iter_values(numbers().map(|number| format!("the name of number {number}")));
        #[expect(clippy::cast_precision_loss, reason = "a million is a float")]
        let values = Float64Array::from_iter_values(numbers().map(|number| number as f64 * 1.1));
        let dates = TimestampMicrosecondArray::from_iter_values(numbers().map(|number| number * 86_400_000_000 / 50));
        let columns: [(&str, ArrayRef); 5] = [
            ("k", Arc::new(keys)),
            ("g", Arc::new(groups)),
            ("t", Arc::new(texts)),
            ("v", Arc::new(values)),
            ("d", Arc::new(dates.with_timezone("UTC"))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let file = || std::fs::File::create(path).unwrap();
        let writer = writer
            .get_or_insert_with(|| ArrowWriter::try_new(file(), batch.schema(), Some(properties.clone())).unwrap());
        writer.write(&batch).unwrap();
    }
    writer.unwrap().close().unwrap();
}

fn steps(steps: Value) -> Vec<Step> {
    let mut all = vec![json!({"name": "domain", "domain": "rows"})];
    all.extend(steps.as_array().unwrap().iter().cloned());
    parse_steps(all).unwrap()
}

/// Pipelines that hold rows in one way each.
#[expect(clippy::too_many_lines, reason = "a list")]
fn pipelines() -> Vec<(&'static str, Value)> {
    let sum = json!([{"columns": ["v"], "aggfunction": "sum", "newcolumns": ["s"]}]);
    let sql = |query: &str| json!([{"name": "customsql", "query": query}]);
    let cube = |keys: &str| sql(&format!("SELECT count(*) AS n FROM input GROUP BY CUBE({keys})"));
    let cases = [
        ("everything", json!([])),
        ("groups", json!([{"name": "aggregate", "on": ["k", "t"], "aggregations": sum}])),
        ("texts as groups", json!([{"name": "aggregate", "on": ["t"], "aggregations": sum}])),
        (
            "groups beside rows",
            json!([{"name": "aggregate", "on": ["g"], "aggregations": sum, "keepOriginalGranularity": true}]),
        ),
        ("distinct", json!([{"name": "uniquegroups", "on": ["t", "v"]}])),
        ("a small cube", cube("k % 100, g % 10, v > 3")),
        ("a cube", cube("k, g, t, v")),
        ("a large cube", cube("k, g, t, v, d, k + 1, k + 2, k + 3")),
        ("the largest cube", cube("k, g, t, v, d, v > 1, v > 2, g + 1")),
        ("a cube of few rows", cube("k % 70, k % 71, k % 72, k % 73, k % 74, k % 75, k % 76, k % 77")),
        ("sort", json!([{"name": "sort", "columns": [{"column": "t", "order": "desc"}]}])),
        ("join", json!([{"name": "join", "rightPipeline": "rows", "type": "inner", "on": [["k", "k"]]}])),
        ("a join of many", json!([{"name": "join", "rightPipeline": "rows", "type": "inner", "on": [["g", "g"]]}])),
        ("append", json!([{"name": "append", "pipelines": ["rows", "rows"]}])),
        (
            "pivot",
            json!([{"name": "pivot", "index": ["k"], "columnToPivot": "g", "valueColumn": "v", "aggFunction": "sum"}]),
        ),
        (
            "unpivot",
            json!([{"name": "unpivot", "keep": ["t"], "unpivot": ["k", "g", "v"], "unpivotColumnName": "n", "valueColumnName": "x", "dropna": true}]),
        ),
        ("cumsum", json!([{"name": "cumsum", "toCumSum": [["v", "c"]], "referenceColumn": "d", "groupby": ["g"]}])),
        ("rank", json!([{"name": "rank", "valueCol": "v", "order": "desc", "method": "standard", "groupby": ["g"]}])),
        (
            "ranks that are counted",
            json!([{"name": "sort", "columns": [{"column": "t", "order": "desc"}]},
            {"name": "rank", "valueCol": "v", "order": "desc", "method": "standard", "newColumnName": "r"},
            {"name": "aggregate", "on": [], "aggregations": [{"columns": ["r"], "aggfunction": "count", "newcolumns": ["n"]}]}]),
        ),
        ("the first of sorted rows", json!([{"name": "top", "rankOn": "k", "sort": "desc", "limit": 3}])),
        (
            "sorted rows that are sifted",
            json!([{"name": "sort", "columns": [{"column": "k", "order": "desc"}]},
            {"name": "filter", "condition": {"column": "k", "operator": "lt", "value": 2}}]),
        ),
        ("the same beside every row", sql("SELECT k, t, max(t) OVER () AS m, count(*) OVER () AS n FROM input")),
        ("percentage", json!([{"name": "percentage", "column": "v", "group": ["g"]}])),
        ("top", json!([{"name": "top", "groups": ["g"], "rankOn": "v", "sort": "desc", "limit": 900}])),
        ("argmax", json!([{"name": "argmax", "column": "v", "groups": ["t"]}])),
        ("rollup", json!([{"name": "rollup", "hierarchy": ["g", "t", "k"], "aggregations": sum}])),
        (
            "totals",
            json!([{"name": "totals", "totalDimensions": [{"totalColumn": "g", "totalRowsLabel": "all"}, {"totalColumn": "t", "totalRowsLabel": "all"}],
            "aggregations": sum, "groups": []}]),
        ),
        (
            "statistics",
            json!([{"name": "statistics", "column": "v", "groupbyColumns": ["t"], "statistics": ["count", "average", "variance"], "quantiles": [{"nth": 1, "order": 4}]}]),
        ),
        (
            "moving average",
            json!([{"name": "movingaverage", "valueColumn": "v", "columnToSort": "d", "movingWindow": 5, "groups": ["g"]}]),
        ),
        (
            "evolution",
            json!([{"name": "evolution", "dateCol": "d", "valueCol": "v", "evolutionType": "vsLastMonth", "evolutionFormat": "abs", "indexColumns": ["t"]}]),
        ),
        (
            "missing dates",
            json!([{"name": "addmissingdates", "datesColumn": "d", "datesGranularity": "day", "groups": ["g"]}]),
        ),
        (
            "texts that double",
            json!(vec![
                json!({"name": "concatenate", "columns": ["t", "t"], "separator": "", "newColumnName": "t"});
                8
            ]),
        ),
        (
            "texts beside each other",
            json!([{"name": "concatenate", "columns": ["t", "t", "t", "t"], "separator": " ", "newColumnName": "a"},
            {"name": "concatenate", "columns": ["a", "a", "a", "a"], "separator": " ", "newColumnName": "b"}, {"name": "sort", "columns": [{"column": "b", "order": "asc"}]}]),
        ),
        (
            "many texts",
            json!([{"name": "split", "column": "t", "delimiter": " ", "numberColsToKeep": 5}, {"name": "sort", "columns": [{"column": "t_1", "order": "asc"}]}]),
        ),
        (
            "a window",
            sql(
                "SELECT *, avg(v) OVER (PARTITION BY g ORDER BY k ROWS BETWEEN 1000 PRECEDING AND CURRENT ROW) AS a FROM input",
            ),
        ),
        ("a window over everything", sql("SELECT k, count(*) OVER () AS n, max(t) OVER (ORDER BY v) AS m FROM input")),
        ("long texts", sql("SELECT g, string_agg(t, ',') AS x FROM input GROUP BY g")),
        (
            "distinct counts",
            sql("SELECT g, count(DISTINCT t) AS n, sum(DISTINCT k) AS s, median(v) AS m FROM input GROUP BY g"),
        ),
        (
            "several distinct counts in many groups",
            sql("SELECT k % 100000 AS c, count(DISTINCT g) AS a, count(DISTINCT v) AS b, count(DISTINCT t) AS t, \
                 sum(DISTINCT k) AS s FROM input GROUP BY k % 100000"),
        ),
        (
            "windows of many groups",
            sql("SELECT max(a) AS a, max(b) AS b FROM \
                 (SELECT sum(v) OVER (PARTITION BY k) AS a, max(v) OVER (PARTITION BY k) AS b FROM input)"),
        ),
        ("shares of many groups", json!([{"name": "percentage", "column": "v", "group": ["k"]}])),
        (
            "all sets",
            sql("SELECT DISTINCT t, k FROM input UNION SELECT t, k FROM input EXCEPT SELECT t, k + 1 FROM input"),
        ),
    ];
    let groups_of = |count: u32| {
        json!([{"name": "filter", "condition": {"column": "k", "operator": "lt", "value": count}},
        {"name": "aggregate", "on": ["k", "t", "v"], "aggregations": sum}])
    };
    let counts = (1..=10).map(|tenth| ("groups of so many", groups_of(tenth * 100_000)));

    cases.into_iter().chain(counts).collect()
}

#[test]
fn no_pipeline_takes_more_than_its_limit() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    rows(&path, 100_000);
    let mut told = Told::default();
    for (limit, (name, pipeline)) in
        LIMITS.into_iter().flat_map(|limit| pipelines().into_iter().map(move |case| (limit, case)))
    {
        let outcome = told.run(name, &path, limit, &pipeline);
        // A million rows have room where they are held once.
        assert!(name != "percentage" || limit < LIMITS[1] || outcome == "1000000 rows", "{outcome}");
    }
    // The whole file is one row group.
    rows(&path, 1_000_000);
    let most = json!([{"name": "customsql", "query": "SELECT max(t) AS t, max(k) AS k FROM input"}]);
    told.run_all("a long row group", &path, &[16, 32, 64], &[most]);
    told.end();
}

#[test]
fn long_texts_are_read_a_few_at_a_time() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let text = |number: usize| format!("{number} {}", "long ".repeat(10_000));
    let parquet = folder.path().join("rows.parquet");
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..4_000).map(text)));
    let batch = RecordBatch::try_from_iter([("t", texts)]).unwrap();
    let mut writer = ArrowWriter::try_new(
        std::fs::File::create(&parquet).unwrap(),
        batch.schema(),
        Some(WriterProperties::builder().set_max_row_group_row_count(Some(200)).build()),
    )
    .unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    drop(batch);
    let csv = folder.path().join("rows.csv");
    std::fs::write(&csv, format!("t\n{}", (0..4_000).map(text).collect::<Vec<_>>().join("\n"))).unwrap();
    let pipelines = [
        json!([{"name": "customsql", "query": "SELECT count(*) AS n, min(t) < 'a' AS t FROM input"}]),
        json!([
        {"name": "filter", "condition": {"column": "t", "operator": "ne", "value": "5"}},
        {"name": "aggregate", "on": [], "aggregations": [{"aggfunction": "count", "columns": ["t"], "newcolumns": ["n"]}]}]),
    ];
    let mut told = Told::default();
    for (name, path) in [("parquet", &parquet), ("csv", &csv)] {
        told.run_all(name, path, &[32, 64], &pipelines);
    }
    told.end();
}

#[test]
fn pages_that_unpack_to_much_count() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    let text = |number: usize| format!("{number} {}", "long ".repeat(10_000));
    let texts = |count: usize| StringArray::from_iter_values((0..3_000).map(|number| text(number % count)));
    let alike = StringArray::from_iter_values((0..3_000).map(|number| format!("{}{number}", "long ".repeat(10_000))));
    let numbers = Int64Array::from_iter_values(0..3_000);
    let properties = || {
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).set_write_batch_size(3_000)
    };
    let files = [
        ("a long dictionary", texts(2_000), properties().set_dictionary_page_size_limit(1 << 30)),
        ("a long page", texts(3_000), properties().set_dictionary_enabled(false).set_data_page_size_limit(1 << 30)),
        ("short pages", texts(3_000), properties().set_dictionary_enabled(false).set_write_batch_size(10)),
        (
            "texts that begin alike, of unknown length",
            alike.clone(),
            properties()
                .set_dictionary_enabled(false)
                .set_column_encoding("t".into(), Encoding::DELTA_BYTE_ARRAY)
                .set_statistics_enabled(EnabledStatistics::None),
        ),
        (
            "texts that begin alike",
            alike,
            properties().set_dictionary_enabled(false).set_column_encoding("t".into(), Encoding::DELTA_BYTE_ARRAY),
        ),
    ];
    let pipelines = [
        json!([{"name": "customsql", "query": "SELECT count(*) AS n, min(t) < 'a' AS t FROM input"}]),
        json!([{"name": "filter", "condition": {"column": "t", "operator": "matches", "value": "^7"}}, {"name": "select", "columns": ["n"]}]),
        json!([{"name": "select", "columns": ["n"]}]),
    ];
    let mut told = Told::default();
    for (name, texts, properties) in files {
        let columns: [(&str, ArrayRef); 2] = [("n", Arc::new(numbers.clone())), ("t", Arc::new(texts))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        drop(batch);
        told.run_all(name, &path, &[32, 256, 1024], &pipelines);
    }
    told.end();
}

#[test]
fn a_csv_file_is_read_in_little_memory_however_long_its_texts_are() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let text = |megabytes: usize| "long text ".repeat(megabytes * 100_000);
    let rows = |count: usize, row: &dyn Fn(usize) -> String| (0..count).map(row).collect::<String>();
    let refused = [
        format!("n,t\n1,{}\n", text(200)),
        format!("n,t\n1,\"{}\n", rows(10_000_000, &|number| format!("{number},x\n"))),
        text(200),
    ];
    for document in refused {
        std::fs::write(&path, document).unwrap();
        let (outcome, taken) = peak(|| block_on(opened(&path, 0)).err().map(|error| error.to_string()));
        assert!(outcome.is_some_and(|reason| reason.contains("longer than")) && taken < BESIDE, "{taken} bytes");
    }
    let documents = [
        ("a long text", format!("n,t\n1,{}\n", text(30))),
        (
            "long texts in a few rows",
            format!(
                "n,t\n{}",
                rows(5_000, &|number| {
                    if number % 500 == 7 {
                        format!("{number},{}\n", text(10))
                    } else {
                        format!("{number},\"a\nb\"\r\n")
                    }
                })
            ),
        ),
        (
            "long texts beside each other",
            format!(
                "n,t\n{}",
                rows(200, &|number| {
                    if number / 6 == 7 { format!("{number},{}\n", text(12)) } else { format!("{number},x\n") }
                })
            ),
        ),
        ("many columns", {
            let row = |name: &dyn Fn(usize) -> String| (2..2000).map(name).collect::<Vec<_>>().join(",");
            let (names, numbers) = (row(&|column| format!("c{column}")), row(&|column| column.to_string()));
            format!("n,t,{names}\n{}", format!("1,x,{numbers}\n").repeat(2_000))
        }),
    ];
    let pipelines = [
        json!([{"name": "customsql", "query": "SELECT count(*) AS n, sum(n) AS s FROM input"}]),
        json!([{"name": "customsql", "query": "SELECT count(*) AS n, max(t) < 'a' AS t FROM input WHERE length(t) >= 0"}]),
        json!([{"name": "sort", "columns": [{"column": "t", "order": "asc"}]}]),
    ];
    let mut told = Told::default();
    for (name, document) in documents {
        std::fs::write(&path, document).unwrap();
        told.run_all(name, &path, &[32, 128, 1024], &pipelines);
    }
    told.end();
}

#[test]
fn a_table_that_is_read_whole_takes_its_memory_from_the_limit() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.json");
    let records = |record: &dyn Fn(usize) -> Value, count: usize| {
        serde_json::to_string(&(0..count).map(record).collect::<Vec<_>>()).unwrap()
    };
    let place = |number: usize| json!({"type": "Feature", "properties": {"n": number}, "geometry": {"type": "Point", "coordinates": [number % 90, 1]}});
    let features =
        |count: usize| json!({"type": "FeatureCollection", "features": (0..count).map(place).collect::<Vec<_>>()});
    let documents = [
        ("numbers", records(&|number| json!({"a": number, "b": number % 7, "c": number % 3 > 0}), 200_000)),
        ("texts", records(&|number| json!({"a": format!("a text of some length, number {number}")}), 300_000)),
        ("other keys in every record", records(&|number| json!({format!("k{}", number % 1900): 1}), 100_000)),
        ("lists", records(&|number| json!({"a": vec![json!({"b": number}); 20]}), 20_000)),
        ("no keys", records(&|_| json!({}), 2_000_000)),
        ("places", features(100_000).to_string()),
        ("a long record", format!("[{{\"a\": [{}1]}}]", "1,".repeat(4_000_000))),
        ("a record of many keys", records(&|_| (0..200_000).map(|key| (format!("k{key}"), json!(key))).collect(), 1)),
        (
            "a long place",
            json!({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},
            "geometry": {"type": "MultiPoint", "coordinates": vec![[1, 2]; 1_000_000]}}]})
            .to_string(),
        ),
        (
            "other keys beside the data",
            format!(
                "{{\"data\": [], \"schema\": {{\"fields\": []}}{}}}",
                (0..1_000_000).fold(String::new(), |mut keys, key| {
                    write!(keys, ",\"k{key}\":1").unwrap();
                    keys
                })
            ),
        ),
        ("no records", format!("[{}1]", "1,".repeat(8_000_000))),
    ];
    let mut told = Told::default();
    for (name, document) in documents {
        std::fs::write(&path, document).unwrap();
        for limit in [8 << 20, 128 << 20, 512 << 20] {
            let (outcome, taken) = peak(|| block_on(opened(&path, limit)));
            let outcome = match outcome {
                Ok(_) => "read",
                Err(TableError::Memory) => "over its limit",
                Err(TableError::Shape(reason)) if reason.contains("to be an object") || reason.contains("columns") => {
                    "no rows"
                }
                Err(error) => panic!("{name}: {error}"),
            };
            told.add(name, outcome, taken, limit);
        }
    }
    told.end();
}

#[test]
fn tables_of_many_columns_are_read_few_rows_at_a_time() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    let names: Vec<String> = (0..1000).map(|column| format!("c{column}")).collect();
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values((0..20_000).map(|number| number % 7)));
    let batch = RecordBatch::try_from_iter(names.iter().map(|name| (name, Arc::clone(&numbers)))).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2_000)).build();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    drop(batch);
    let count = json!({"name": "customsql", "query": "SELECT count(*) AS n, max(v) AS m FROM input"});
    let pipelines = [
        json!([]),
        json!([{"name": "filter", "condition": {"column": "c1", "operator": "gt", "value": 3}}]),
        json!([{"name": "top", "rankOn": "c7", "sort": "desc", "limit": 5}]),
        json!([{"name": "percentage", "column": "c1", "group": ["c2"]}]),
        json!([{"name": "uniquegroups", "on": names}]),
        json!([{"name": "sort", "columns": names.iter().map(|name| json!({"column": name})).collect::<Vec<_>>()}]),
        json!([{"name": "top", "groups": names, "rankOn": "c7", "sort": "desc", "limit": 5}]),
        json!([{"name": "unpivot", "keep": ["c0"], "unpivot": names, "unpivotColumnName": "n", "valueColumnName": "v", "dropna": true}, count]),
    ];
    // A thousand columns have a thousand readers.
    let mut told = Told { beside: 3 * BESIDE, ..Told::default() };
    told.run_all("many columns", &path, &[48, 256], &pipelines);
    told.end();
}

#[test]
fn what_is_written_in_a_pipeline_takes_no_more_than_the_limits_on_it_allow() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, "k,t\n1,a\n2,b\n3,\n").unwrap();
    let compare = |number: u32| json!({"column": "k", "operator": "gt", "value": number});
    let many = || json!({"or": (0..5_000).map(compare).collect::<Vec<_>>()});
    let pairs: Vec<_> = (0..33_000).map(|number| json!([number, number + 1])).collect();
    let keys: Vec<_> = (0..33_000).map(|number| json!({"column": if number % 2 == 0 { "k" } else { "t" }})).collect();
    let doubled = json!({"name": "unpivot", "keep": ["t"], "unpivot": ["k", "k"], "unpivotColumnName": "n", "valueColumnName": "k", "dropna": true});
    let limited = json!({"name": "top", "rankOn": "k", "sort": "asc", "limit": 1});
    let nine = [doubled.clone(), limited].into_iter().cycle().take(18).collect::<Vec<_>>();
    let sql = |query: &str| json!([{"name": "customsql", "query": query}]);
    let crossed: Vec<String> = (0..12).map(|number| format!("input a{number}")).collect();
    let pipelines = [
        json!([{"name": "filter", "condition": {"column": "k", "operator": "in", "value": (0..99_000).collect::<Vec<_>>()}}]),
        json!(vec![json!({"name": "filter", "condition": many()}); 4]),
        json!([{"name": "ifthenelse", "newColumn": "n", "if": many(), "then": "1", "else":
            {"if": many(), "then": "2", "else": {"if": many(), "then": "3", "else": "4"}}}]),
        json!([{"name": "replace", "searchColumn": "k", "toReplace": pairs}]),
        json!([{"name": "sort", "columns": keys}]),
        json!([{"name": "concatenate", "columns": vec!["t"; 10_000], "separator": ",", "newColumnName": "n"}]),
        json!([{"name": "uniquegroups", "on": vec!["t"; 90_000]}]),
        json!([{"name": "select", "columns": vec!["t"; 90_000]}]),
        json!([{"name": "text", "text": "x".repeat(7 << 20), "newColumn": "n"}]),
        json!(vec![json!({"name": "text", "text": "x".repeat(1 << 20), "newColumn": "n"}); 7]),
        json!(nine),
        json!(vec![doubled; 120]),
        sql(&format!("SELECT count(*) AS n FROM {}", crossed.join(", "))),
        sql(&format!("SELECT count(a0.k) AS n FROM {}, input a12, input a13", crossed.join(", "))),
    ];
    // Planning takes some times what the account of a pipeline allows.
    let mut told = Told { beside: 4 * BESIDE, ..Told::default() };
    told.run_all("much written", &path, &[16, 64], &pipelines);
    told.end();
}

#[test]
fn rows_are_written_a_few_at_a_time_in_however_long_batches_they_are() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..500_000));
    let rows = [RecordBatch::try_from_iter([("a", Arc::clone(&numbers)), ("b", numbers)]).unwrap()];
    let (schema, mut nowhere) = (rows[0].schema(), std::io::sink());
    for write in [write_json_to, write_csv] {
        let ((), taken) = peak(|| write(&mut nowhere, &schema, &rows).unwrap());
        assert!(taken < 4 << 20, "{taken} bytes");
    }
}

/// A table of a file, and what may be taken.
async fn opened(path: &Path, limit: usize) -> Result<Standalone, TableError> {
    let mut tables = Standalone::new(limit).unwrap();
    let opened = open_table(path, "rows", &CsvOptions::default(), tables.room()).await?;
    tables.add_held_table("rows", opened.provider, opened.room);
    Ok(tables)
}

/// What was measured, told where something took too much.
struct Told {
    lines: String,
    over: usize,
    answered: usize,
    /// What may be taken beside the limit.
    beside: usize,
}

impl Default for Told {
    fn default() -> Self {
        Self { lines: String::new(), over: 0, answered: 0, beside: BESIDE }
    }
}

impl Told {
    /// Opens a file and runs a pipeline over its rows, within so many bytes.
    fn run(&mut self, name: &str, path: &Path, limit: usize, pipeline: &Value) -> String {
        let pipeline = steps(pipeline.clone());
        let run = async {
            let tables = opened(path, limit).await.map_err(|error| error.to_string())?;
            tables.run(&pipeline).await.map(|rows| rows.count()).map_err(|error| error.to_string())
        };
        let (outcome, taken) = peak(|| block_on(run));
        let outcome = outcome.map_or_else(|reason| reason, |rows| format!("{rows} rows"));
        self.add(name, &outcome, taken, limit);
        outcome
    }

    /// The same, for each of these pipelines within each of these megabytes.
    fn run_all(&mut self, name: &str, path: &Path, limits: &[usize], pipelines: &[Value]) {
        for (megabytes, pipeline) in limits.iter().flat_map(|limit| pipelines.iter().map(move |case| (limit, case))) {
            self.run(name, path, megabytes << 20, pipeline);
        }
    }

    fn add(&mut self, name: &str, outcome: &str, taken: usize, limit: usize) {
        let is_over = taken > limit + self.beside;
        self.over += usize::from(is_over);
        self.answered += usize::from(outcome.contains("rows") || outcome == "read");
        let much = if is_over { " too much" } else { "" };
        writeln!(self.lines, "{:>4} of {} MB{much}  {name}: {outcome}", taken >> 20, limit >> 20).unwrap();
    }

    fn end(self) {
        assert_eq!(self.over, 0, "\n{}", self.lines);
        assert!(self.answered > self.lines.lines().count() / 3, "too little ran to its end\n{}", self.lines);
    }
}
