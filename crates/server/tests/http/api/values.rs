//! `/apps/{app}/filters/{id}/values` and `/apps/{app}/views/{id}/values`

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn attack_21_choices_are_those_of_the_rows_that_one_sees() {
    let server = TestServer::start().await;
    let choices = async |name: &str, path: &str, body: serde_json::Value| {
        let answer = server.sign_in(name).await.post(&format!("/apps/shop/{path}/values"), &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["truncated"], false);
        let values = answer.json()["values"].as_array().unwrap().clone();
        values.iter().map(|choice| choice["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(choices("vera", "filters/region", json!({})).await, ["north"]);
    assert_eq!(choices("dora", "filters/region", json!({})).await, ["north", "south", "west"]);
    assert_eq!(choices("max", "views/shop", json!({})).await, ["Brest", "Nice", "Toulon"]);
    assert_eq!(choices("vera", "filters/product", json!({})).await, ["coffee", "tea"]);
    assert_eq!(choices("vera", "filters/product", json!({"search": "COF"})).await, ["coffee"]);
}

#[tokio::test]
async fn choices_depend_on_the_filters_that_were_declared() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    let body = json!({"filters": {"region": ["south"]}});
    let answer = director.post("/apps/shop/filters/product/values", &body).await;
    let expected = json!({
        "values": [
            {"value": "cocoa", "label": "cocoa"}, {"value": "coffee", "label": "coffee"}, {"value": "tea", "label": "tea"}
        ],
        "truncated": false
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn what_has_no_choices_says_so() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    for (path, body, code) in [
        ("filters/none", json!({}), "not_found"),
        ("views/none", json!({}), "not_found"),
        ("views/region", json!({}), "not_found"),
        ("filters/shop", json!({}), "not_found"),
        ("filters/period", json!({}), "invalid_request"),
        ("filters/region", json!({"filters": {"none": 1}}), "invalid_request"),
        ("filters/region", json!({"search": "x".repeat(201)}), "invalid_request"),
        ("filters/region", json!({"search": ["x"]}), "invalid_request"),
        ("filters/region", json!({"limit": 1_000_000}), "invalid_request"),
    ] {
        let answer = director.post(&format!("/apps/shop/{path}/values"), &body).await;
        assert_eq!(answer.problem(), code, "{path} {body}: {}", answer.text);
    }
}
