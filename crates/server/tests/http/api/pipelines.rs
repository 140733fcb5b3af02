//! Steps of an app that go wrong only when they run, and steps that readers have a say in.

use std::time::Duration;

use serde_json::json;

use crate::support::{TestClient, TestServer};

/// Gives the dataset these steps while the app is served.
async fn put_steps(server: &TestServer, client: &TestClient, steps: &str) {
    let before = client.get("/apps/shop").await.json()["version"].clone();
    let table = "table: data/sales.csv\n";
    server.write("app.yaml", &server.read("app.yaml").replacen(table, &format!("{table}    steps: {steps}\n"), 1));
    for _ in 0..500 {
        if client.get("/apps/shop").await.json()["version"] != before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the change did not arrive: {}", client.get("/apps/shop/diagnostics").await.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_steps_fail_is_told_to_those_who_can_mend_them() {
    let server = TestServer::start().await;
    let editor = server.sign_in("ed").await;
    let steps = "[{ name: customsql, query: \"SELECT * FROM input WHERE CAST(region AS INT) > 0\" }]";
    put_steps(&server, &editor, steps).await;

    let told = editor.home(&["orders"], json!({})).await["orders"]["error"].clone();
    assert_eq!((&told["code"], &told["status"]), (&json!("pipeline_failed"), &json!(422)), "{told}");
    let hint = told["hint"].as_str().unwrap();
    assert!(
        hint.starts_with("Step 1 (`customsql`) of the dataset `sales`: ") && hint.contains("Cannot cast"),
        "{told}"
    );
    let hidden = server.viewer().await.home(&["orders"], json!({})).await["orders"]["error"].clone();
    assert_eq!(hidden["code"], "pipeline_failed");
    assert!(!hidden.to_string().contains("cast"), "{hidden}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_22_a_choice_asks_nothing_of_a_column_that_is_hidden() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    let steps =
        "[{ name: filter, condition: { column: canary_margin, operator: eq, value: \"{{ filters.product }}\" } }]";
    put_steps(&server, &director, steps).await;

    let viewer = server.viewer().await;
    for product in ["1", "2"] {
        let refused = viewer.home(&["orders"], json!({"product": product})).await["orders"]["error"].clone();
        assert_eq!(refused["code"], "forbidden", "{refused}");
    }
    let all = viewer.home(&["orders"], json!({})).await;
    assert_eq!(all["orders"]["frames"]["main"]["rows"], 1, "{all:?}");
    let allowed = director.home(&["orders"], json!({"product": "1"})).await;
    assert!(allowed["orders"]["frames"].is_object(), "{allowed:?}");
}
