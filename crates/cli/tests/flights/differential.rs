//! Permissions: every answer equals the same query on data that was filtered beforehand.

use std::path::Path;

use aracari_testkit::Client;
use aracari_testkit::client::page_requests;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Demo, copy_folder, repository};

const RULE: &str = "where: { column: carrier, operator: in, value: \"{{ user.attributes.carriers }}\" }";

/// A copy of the app whose records were cut down beforehand, open to everyone who may open the app.
async fn filtered_copy(condition: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("flights");
    copy_folder(&repository("examples/flights"), &app);
    let records = app.join("data/flights.parquet");
    let context = SessionContext::new();
    let source = repository("examples/flights/data/flights.parquet");
    context.register_parquet("flights", source.to_string_lossy(), ParquetReadOptions::default()).await.unwrap();
    std::fs::remove_file(&records).unwrap();
    let rows = context.sql(&format!("SELECT * FROM flights WHERE {condition}")).await.unwrap();
    rows.write_parquet(&records.to_string_lossy(), DataFrameWriteOptions::new().with_single_file_output(true), None)
        .await
        .unwrap();
    let dataset = app.join("datasets/departures.yaml");
    let text = std::fs::read_to_string(&dataset).unwrap();
    let (before, _) = text.split_once("\npermissions:").unwrap();
    std::fs::write(&dataset, format!("{before}\npermissions:\n  rows: everyone\n")).unwrap();
    folder
}

/// The states of filters and view in which every page is compared.
fn states() -> Vec<(Value, Value)> {
    vec![
        (json!({}), json!({})),
        (json!({"period": {"preset": "december"}}), json!({"airport": "JFK"})),
        (json!({"carrier": ["UA", "B6", "DL"], "origin": ["EWR", "LGA"]}), json!({})),
        (
            json!({"carrier": null, "origin": null, "period": {"start": "2013-02-08", "end": "2013-02-09"}}),
            json!({"airport": null}),
        ),
        (json!({"carrier": ["ZZ"]}), json!({})),
    ]
}

/// Every answer of every page in every state, keyed by what was asked.
pub(crate) async fn all_answers(client: &Client) -> Vec<(String, Value)> {
    let (status, presentation) = client.get("/apps/flights?locale=en").await.unwrap();
    assert_eq!(status, 200);
    let pages = page_requests(&presentation);
    assert!(pages.len() >= 14, "home, twelve stories and a dashboard");
    let mut answers = Vec::new();
    for (filters, view) in states() {
        for page in &pages {
            let request = json!({"page": page["page"], "blocks": page["blocks"], "filters": filters, "view": view});
            for (block, answer) in client.queries("flights", &request).await.unwrap() {
                assert!(answer["error"].is_null(), "{} {block}: {answer}", page["page"]);
                answers.push((format!("{} {block} {filters} {view}", page["page"]), answer["frames"].clone()));
            }
        }
        for list in ["filters/carrier", "filters/origin", "views/airport"] {
            let body = json!({"filters": filters, "view": view});
            let (status, text) = client.post(&format!("/apps/flights/{list}/values"), &body).await.unwrap();
            assert_eq!(status, 200, "{list}: {text}");
            answers.push((format!("{list} {filters} {view}"), serde_json::from_str(&text).unwrap()));
        }
        // An export is a query as any other: the same rows as on the screen.
        let request = json!({"page": {"kind": "dashboard", "id": "operations"}, "blocks": ["routes"], "filters": filters, "view": view});
        let export =
            client.request(reqwest::Method::POST, "/apps/flights/queries").header("accept", "text/csv").json(&request);
        let export = export.send().await.unwrap();
        assert_eq!(export.status().as_u16(), 200);
        answers.push((format!("export {filters} {view}"), json!(export.text().await.unwrap())));
    }
    answers
}

pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap_or(f64::NAN), right.as_f64().unwrap_or(f64::NAN));
            (left - right).abs() <= 1e-9 * right.abs().max(1.0)
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

/// What differs between a reader's answers and those on the filtered copy.
async fn differences(app: &Path, reader: &str, condition: &str) -> Vec<String> {
    let reference = filtered_copy(condition).await;
    let served = Demo::serve(app).await;
    let expected = Demo::serve(&reference.path().join("flights")).await;
    let shown = all_answers(&served.client(reader).await).await;
    let wanted = all_answers(&expected.client(reader).await).await;
    assert_eq!(shown.len(), wanted.len());
    assert!(shown.len() > 150, "only {} answers compared", shown.len());
    let pairs = shown.into_iter().zip(wanted);
    pairs
        .filter(|((asked, answer), (other, want))| asked != other || !same(answer, want))
        .map(|((asked, answer), (_, want))| format!("{asked}\n  shown  {answer:.200}\n  wanted {want:.200}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_22_a_carrier_manager_sees_what_a_filtered_copy_shows() {
    let differing = differences(&repository("examples/flights"), "marc", "carrier = 'UA'").await;
    assert!(
        differing.is_empty(),
        "{} answers differ:\n{}",
        differing.len(),
        differing[..differing.len().min(5)].join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_22_the_network_team_sees_everything() {
    let differing = differences(&repository("examples/flights"), "nora", "true").await;
    assert!(
        differing.is_empty(),
        "{} answers differ:\n{}",
        differing.len(),
        differing[..differing.len().min(5)].join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_rule_the_differential_fails() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("flights");
    copy_folder(&repository("examples/flights"), &app);
    let dataset = app.join("datasets/departures.yaml");
    let text = std::fs::read_to_string(&dataset).unwrap();
    assert!(text.contains(RULE), "the rule that the test removes");
    std::fs::write(&dataset, text.replace(RULE, "")).unwrap();

    let differing = differences(&app, "marc", "carrier = 'UA'").await;

    assert!(differing.len() > 50, "only {} answers differ without the rule", differing.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_18_a_manager_without_the_attribute_sees_no_row() {
    let demo = Demo::start().await;
    let attributes = [None, Some("carriers="), Some("carriers=*"), Some("carriers=%"), Some("carriers=UA' OR '1'='1")];
    for (number, attribute) in attributes.into_iter().enumerate() {
        let name = format!("manager{number}");
        let mut arguments = vec!["add", name.as_str(), "--group", "carrier-managers"];
        if let Some(attribute) = attribute {
            arguments.extend(["--attribute", attribute]);
        }
        let printed = demo.process.user(&arguments).unwrap();
        let password = printed.split_whitespace().rfind(|word| word.len() >= 16).unwrap().to_owned();
        let sign_in = aracari_testkit::process::SignIn { name: name.clone(), password };
        let client = demo.process.sign_in(&sign_in).await.unwrap();

        for (asked, answer) in all_answers(&client).await {
            if let Some(values) = answer.get("values") {
                assert_eq!(values, &json!([]), "{asked} with {attribute:?}");
                continue;
            }
            for (frame, table) in answer.as_object().into_iter().flatten() {
                for column in table["columns"].as_array().unwrap() {
                    assert_eq!(column["values"], json!([]), "{asked} {frame} with {attribute:?}: {table}");
                }
            }
        }
    }
}
