//! The numbers on the screen against SQL written by hand over the same files.

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionContext};
use serde_json::{Value, json};

use crate::support::{Demo, repository};

/// Rows of a hand-written query: numbers as floats, text as text.
async fn by_hand(sql: &str) -> Vec<Vec<Value>> {
    let context = SessionContext::new();
    let data = |name: &str| repository(&format!("examples/flights/data/{name}")).to_string_lossy().into_owned();
    context.register_parquet("flights", data("flights.parquet"), ParquetReadOptions::default()).await.unwrap();
    let csv = || CsvReadOptions::new().null_regex(Some("^NA$".to_owned())).schema_infer_max_records(30_000);
    context.register_csv("airlines", data("airlines.csv"), csv()).await.unwrap();
    context.register_csv("airports", data("airports.csv"), csv()).await.unwrap();
    context.register_csv("weather", data("weather.csv"), csv()).await.unwrap();
    let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            rows.push(batch.columns().iter().map(|column| cell(column, row)).collect());
        }
    }
    rows
}

fn cell(column: &dyn Array, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    if matches!(column.data_type(), DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8) {
        let text = cast(column, &DataType::Utf8).unwrap();
        return json!(text.as_string::<i32>().value(row));
    }
    let number = cast(column, &DataType::Float64).unwrap();
    json!(number.as_primitive::<Float64Type>().value(row))
}

/// The rows of a frame, in the order of its columns.
fn rows(frame: &Value) -> Vec<Vec<Value>> {
    let columns = frame["columns"].as_array().unwrap();
    let count = usize::try_from(frame["rows"].as_u64().unwrap()).unwrap();
    (0..count).map(|row| columns.iter().map(|column| column["values"][row].clone()).collect()).collect()
}

fn assert_close(what: &str, shown: &[Vec<Value>], expected: &[Vec<Value>]) {
    assert_eq!(shown.len(), expected.len(), "{what}: {shown:?} against {expected:?}");
    for (left, right) in shown.iter().zip(expected) {
        assert_eq!(left.len(), right.len(), "{what}: {left:?} against {right:?}");
        for (value, other) in left.iter().zip(right) {
            let same = match (value.as_f64(), other.as_f64()) {
                (Some(value), Some(other)) => (value - other).abs() <= 1e-9 * other.abs().max(1.0),
                _ => value == other,
            };
            assert!(same, "{what}: the screen shows {left:?}, the records say {right:?}");
        }
    }
}

const WINTER: &str = "make_date(CAST(year AS INT), CAST(month AS INT), CAST(day AS INT)) BETWEEN DATE '2013-01-01' AND DATE '2013-03-31'";

#[tokio::test(flavor = "multi_thread")]
async fn the_home_page_shows_what_the_records_say() {
    let demo = Demo::start().await;
    let nora = demo.client("nora").await;

    for (filters, condition) in [
        (json!({}), "true".to_owned()),
        (
            json!({"period": {"preset": "winter"}, "origin": ["JFK", "LGA"]}),
            format!("{WINTER} AND origin IN ('JFK', 'LGA')"),
        ),
        (json!({"carrier": ["UA"]}), "carrier = 'UA'".to_owned()),
    ] {
        let tiles = [
            ("departures", "SELECT count(*) FROM f".to_owned()),
            ("on-time", "SELECT avg(CASE WHEN dep_delay <= 15 THEN 1.0 WHEN dep_delay > 15 THEN 0.0 END) FROM f".to_owned()),
            ("average-delay", "SELECT avg(dep_delay) FROM f".to_owned()),
            ("cancellations", "SELECT avg(CASE WHEN dep_time IS NULL THEN 1.0 ELSE 0.0 END) FROM f".to_owned()),
            ("distance", "SELECT sum(distance) FROM f WHERE dep_time IS NOT NULL".to_owned()),
            (
                "best-carriers",
                "SELECT a.name, avg(CASE WHEN dep_delay <= 15 THEN 1.0 WHEN dep_delay > 15 THEN 0.0 END) AS rate FROM f \
                 JOIN airlines a ON f.carrier = a.carrier GROUP BY a.name HAVING count(*) >= 300 ORDER BY rate DESC LIMIT 5"
                    .to_owned(),
            ),
            (
                "worst-carriers",
                "SELECT a.name, avg(dep_delay) AS delay FROM f JOIN airlines a ON f.carrier = a.carrier \
                 GROUP BY a.name HAVING count(*) >= 300 ORDER BY delay DESC LIMIT 5"
                    .to_owned(),
            ),
            (
                "busiest-routes",
                "SELECT origin || ' → ' || dest AS route, count(*) AS n FROM f GROUP BY 1 ORDER BY n DESC, route LIMIT 5".to_owned(),
            ),
            (
                "busiest-airlines",
                "SELECT a.name, count(*) AS n FROM f JOIN airlines a ON f.carrier = a.carrier GROUP BY a.name ORDER BY n DESC LIMIT 5"
                    .to_owned(),
            ),
            ("delay-by-hour", "SELECT hour, avg(dep_delay) FROM f GROUP BY hour ORDER BY hour".to_owned()),
            (
                "rain",
                "SELECT CASE WHEN precip > 0 THEN 'Wet hours' ELSE 'Dry hours' END AS rain, avg(dep_delay) AS delay FROM f \
                 JOIN weather w ON f.origin = w.origin AND f.time_hour = w.time_hour GROUP BY 1 ORDER BY delay DESC"
                    .to_owned(),
            ),
        ];
        let blocks: Vec<&str> = tiles.iter().map(|(block, _)| *block).collect();
        let request = json!({"page": {"kind": "home"}, "blocks": blocks, "filters": filters, "view": {}});
        let answers = nora.queries("flights", &request).await.unwrap();
        for (block, sql) in &tiles {
            let expected = by_hand(&format!("WITH f AS (SELECT * FROM flights WHERE {condition}) {sql}")).await;
            let frame = &answers[*block]["frames"]["main"];
            assert!(frame.is_object(), "{block}: {}", answers[*block]);
            assert!(!expected.is_empty());
            assert_close(&format!("{block} with {filters}"), &first_columns(frame, expected[0].len()), &expected);
        }
    }
}

/// The frame's rows, cut to the columns that the hand-written query gives too (measures of a `having` may follow).
fn first_columns(frame: &Value, count: usize) -> Vec<Vec<Value>> {
    rows(frame).into_iter().map(|row| row.into_iter().take(count).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trend_shows_each_month_and_the_comparison_the_period_before() {
    let demo = Demo::start().await;
    let nora = demo.client("nora").await;
    let request = json!({"page": {"kind": "home"}, "blocks": ["departures"], "filters": {"period": {"preset": "spring"}}, "view": {"airport": "EWR"}});

    let answers = nora.queries("flights", &request).await.unwrap();

    let frames = &answers["departures"]["frames"];
    let spring = "WITH f AS (SELECT * FROM flights WHERE month BETWEEN 4 AND 6 AND origin = 'EWR')";
    assert_close("main", &rows(&frames["main"]), &by_hand(&format!("{spring} SELECT count(*) FROM f")).await);
    let months = by_hand(&format!("{spring} SELECT extract(epoch FROM make_date(2013, CAST(month AS INT), 1)) * 1000, count(*) FROM f GROUP BY month ORDER BY month")).await;
    assert_close("trend", &rows(&frames["trend"]), &months);
    // Three whole months are compared with the three before.
    let before = by_hand("SELECT count(*) FROM flights WHERE month <= 3 AND origin = 'EWR'").await;
    assert_close("previous", &rows(&frames["previous"]), &before);
}
