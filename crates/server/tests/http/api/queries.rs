//! `/apps/{app}/queries`

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestServer, lines};

fn home(blocks: &[&str]) -> Value {
    json!({"page": {"kind": "home"}, "blocks": blocks})
}

#[tokio::test]
async fn each_block_of_a_page_is_one_line_and_the_second_time_comes_from_the_cache() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    let body = json!({"page": {"kind": "home"}, "blocks": ["orders", "regions"], "filters": {}, "view": {}});
    let first = director.post("/apps/shop/queries", &body).await;
    assert_eq!(first.header("content-type"), "application/x-ndjson");
    assert_eq!(first.header("cache-control"), "no-store");
    let answers = lines(&first.text);
    assert_eq!(answers.len(), 2);
    let orders = &answers["orders"]["frames"]["main"];
    assert_eq!(
        *orders,
        json!({"columns": [{"name": "orders", "type": "number", "values": [8]}], "rows": 1, "truncated": false})
    );
    assert_eq!(answers["orders"]["cached"], false);

    let again = director.home(&["orders", "regions"], json!({})).await;
    assert_eq!(again["orders"]["cached"], true);
    assert_eq!(again["regions"]["frames"], answers["regions"]["frames"]);
}

#[tokio::test]
async fn the_keys_of_an_answer_are_these_and_no_others() {
    let server = TestServer::start().await;
    let answers = server.sign_in("dora").await.home(&["orders", "no-such-tile"], json!({})).await;
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&answers["orders"]), ["block", "frames", "cached", "data_time", "duration_ms"]);
    assert_eq!(keys(&answers["orders"]["frames"]["main"]), ["columns", "rows", "truncated"]);
    assert_eq!(keys(&answers["orders"]["frames"]["main"]["columns"][0]), ["name", "type", "values"]);
    assert_eq!(keys(&answers["no-such-tile"]), ["block", "error"]);
    let problem = &answers["no-such-tile"]["error"];
    assert_eq!(keys(problem), ["type", "title", "status", "detail", "code", "request_id"]);
    assert_eq!((&problem["code"], &problem["status"]), (&json!("not_found"), &json!(404)));
}

#[tokio::test]
async fn stories_and_dashboards_answer_their_blocks() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    let story = json!({
        "page": {"kind": "story", "id": "by-region"}, "blocks": ["chart", "second_chart", "values"],
        "filters": {"period": {"preset": "january"}}
    });
    let answers = lines(&director.post("/apps/shop/queries", &story).await.text);
    let best = &answers["values"]["frames"]["best"]["columns"];
    assert_eq!((&best[0]["values"], &best[1]["values"]), (&json!(["west"]), &json!([1000])));
    assert_eq!(answers["second_chart"]["frames"]["main"]["columns"][0]["type"], "date");

    let dashboard = json!({"page": {"kind": "dashboard", "id": "overview"}, "blocks": ["table"]});
    let answers = lines(&director.post("/apps/shop/queries", &dashboard).await.text);
    assert_eq!(answers["table"]["frames"]["main"]["rows"], 5);
}

#[tokio::test]
async fn a_kpi_is_compared_with_the_period_before() {
    let server = TestServer::start().await;
    let february = json!({"period": {"start": "2024-02-01", "end": "2024-02-29"}});
    let answers = server.sign_in("dora").await.home(&["amount"], february).await;
    let value = |frame: &str| answers["amount"]["frames"][frame]["columns"][0]["values"][0].clone();
    assert_eq!((value("main"), value("previous")), (json!(2530), json!(1130)));
}

#[tokio::test]
async fn a_request_that_cannot_be_understood_says_what_is_wrong() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    let cases = [
        (json!({}), 400, "page"),
        (json!({"page": {"kind": "home"}, "blocks": []}), 400, "names no block"),
        (json!({"page": {"kind": "home", "id": "x"}, "blocks": ["orders"]}), 400, "no `id`"),
        (json!({"page": {"kind": "story"}, "blocks": ["chart"]}), 400, "`page.id`"),
        (json!({"page": {"kind": "story", "id": "none"}, "blocks": ["chart"]}), 404, "page"),
        (json!({"page": {"kind": "home"}, "blocks": ["orders", "orders"]}), 400, "twice"),
        (json!({"page": {"kind": "home"}, "blocks": ["orders"], "sort": "x"}), 400, "unknown field `sort`"),
        (
            json!({"page": {"kind": "home"}, "blocks": ["orders"], "filters": {"elsewhere": "Arras"}}),
            400,
            "`elsewhere`",
        ),
        (json!({"page": {"kind": "home"}, "blocks": ["orders"], "filters": {"none": 1}}), 400, "`none`"),
        (json!({"page": {"kind": "home"}, "blocks": ["orders"], "view": {"none": 1}}), 400, "`none`"),
        (json!({"page": {"kind": "home"}, "blocks": ["orders"], "filters": {"period": "x"}}), 400, "`period`"),
    ];
    for (body, status, words) in cases {
        let answer = viewer.post("/apps/shop/queries", &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(words), "{body}: {detail}");
        answer.problem();
    }
}

#[tokio::test]
async fn one_block_can_be_had_as_csv_that_no_spreadsheet_runs() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    let ask = async |body: Value| {
        let request = director.request(Method::POST, "/apps/shop/queries").header("accept", "text/csv").json(&body);
        Answer::read(request.send().await.unwrap()).await
    };
    let csv = ask(home(&["rows"])).await;
    assert_eq!(csv.status, 200, "{}", csv.text);
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert_eq!(csv.text.lines().count(), 9);
    assert!(
        csv.text.starts_with("day,region,shop,product,amount\r\n2024-01-05,north,Arras,tea,10\r\n"),
        "{}",
        csv.text
    );
    assert!(csv.text.contains("\"'=1+1\""), "{}", csv.text);
    assert_eq!(ask(home(&["rows", "orders"])).await.problem(), "invalid_request");
}

#[tokio::test]
async fn answers_can_be_had_as_arrow() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    let ask = async |body: Value| {
        let request = director.request(Method::POST, "/apps/shop/queries").json(&body);
        request.header("accept", "application/vnd.apache.arrow.stream").send().await.unwrap()
    };
    let single = ask(home(&["orders"])).await;
    assert_eq!(single.headers()["content-type"], "application/vnd.apache.arrow.stream");
    let bytes = single.bytes().await.unwrap();
    assert_eq!(bytes[..4], [0xff; 4], "an Arrow stream begins with its marker");

    let several = ask(home(&["orders", "rows"])).await;
    let kind = several.headers()["content-type"].to_str().unwrap().to_owned();
    let boundary = kind.strip_prefix("multipart/mixed; boundary=").unwrap().to_owned();
    let body = several.bytes().await.unwrap();
    let text = String::from_utf8_lossy(&body);
    assert_eq!(text.matches(&format!("--{boundary}\r\n")).count(), 2);
    assert!(text.contains("name=\"rows\"; frame=\"main\""));
    assert!(text.ends_with(&format!("--{boundary}--\r\n")));
}

#[tokio::test]
async fn a_long_answer_is_compressed_and_a_short_one_is_not() {
    let server = TestServer::start().await;
    let rows = (0..2000).map(|row| format!("2024-01-05,north,Arras,tea{row},10,1\n")).collect::<Vec<_>>().concat();
    server.write("data/sales.csv", &format!("day,region,shop,product,amount,canary_margin\n{rows}"));
    let viewer = server.viewer().await;
    for (block, encoding) in [("orders", None), ("rows", Some("gzip"))] {
        let request = viewer.request(Method::POST, "/apps/shop/queries").header("accept-encoding", "gzip");
        let response = request.json(&home(&[block])).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let sent = response.headers().get("content-encoding").map(|value| value.to_str().unwrap());
        assert_eq!(sent, encoding, "{block}");
    }
}
