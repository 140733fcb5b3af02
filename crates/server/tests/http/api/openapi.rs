//! `/openapi.json`

use serde_json::{Map, Value, json};

use crate::support::TestServer;

#[test]
fn the_document_is_reviewed_when_it_changes() {
    insta::assert_json_snapshot!(aracari_server::openapi_document(""));
}

#[tokio::test]
async fn the_document_is_served_below_the_base_path() {
    let server = TestServer::start_with(|settings| settings.base_path = "/analytics".to_owned()).await;
    let answer = server.anonymous().get("/openapi.json").await;
    assert_eq!(answer.json()["servers"], json!([{"url": "/analytics"}]));
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|inner| references(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = aracari_server::openapi_document("");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    assert!(document["components"]["schemas"]["Presentation"]["properties"]["stories"].is_object());
}

#[tokio::test]
async fn attack_35_every_route_but_these_needs_a_session() {
    const OPEN: [&str; 5] =
        ["/health/live", "/health/ready", "/metrics", "/api/v1/openapi.json", "POST /api/v1/session"];
    let server = TestServer::start().await;
    let document = aracari_server::openapi_document("");
    let paths: &Map<String, Value> = document["paths"].as_object().unwrap();
    let mut checked = 0;
    for (path, operations) in paths {
        for method in operations.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            if OPEN.contains(&path.as_str()) || OPEN.contains(&format!("{method} {path}").as_str()) {
                continue;
            }
            let address = path.replace("{app}", "shop").replace("{id}", "region").replace("{path}", "logo.svg");
            let url = format!("{}{address}", server.url);
            for token in [None, Some("x"), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")] {
                let mut request = server.anonymous().http.request(method.parse().unwrap(), &url).json(&json!({}));
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                // Who one is may be asked without credentials, which is then nobody; never with wrong ones.
                let nobody = (method.as_str(), path.as_str(), token) == ("GET", "/api/v1/session", None);
                let expected = if nobody { 200 } else { 401 };
                assert_eq!(request.send().await.unwrap().status(), expected, "{method} {path} {token:?}");
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 11, "a new route is checked here without being asked");
}
