//! `/apps/{app}/queries` under permissions, and with values that try to be more than values.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{TestServer, lines};

/// The rows of the fixture, read by hand: day, region, shop, product, amount.
const ROWS: [(&str, &str, &str, &str, i64); 8] = [
    ("2024-01-05", "north", "Arras", "tea", 10),
    ("2024-01-20", "north", "Arras", "coffee", 20),
    ("2024-02-03", "north", "Lille", "tea", 30),
    ("2024-01-07", "south", "Nice", "tea", 100),
    ("2024-02-11", "south", "Nice", "cocoa", 200),
    ("2024-02-12", "south", "Toulon", "coffee", 300),
    ("2024-01-09", "west", "Brest", "O'Neill \"special\"; --", 1000),
    ("2024-02-15", "west", "Brest", "=1+1", 2000),
];

/// Who sees which regions.
const READERS: [(&str, &[&str]); 6] = [
    ("vera", &["north"]),
    ("max", &["south", "west"]),
    ("nora", &[]),
    ("dora", &["north", "south", "west"]),
    ("ed", &["north", "south", "west"]),
    ("ada", &["north", "south", "west"]),
];

#[tokio::test]
async fn attack_22_every_answer_equals_the_one_on_the_allowed_rows_alone() {
    let server = TestServer::start().await;
    // Everybody asks the same; what one reader put into the cache must never reach another.
    for round in 0..2 {
        for (name, regions) in READERS {
            let reader = server.sign_in(name).await;
            let allowed: Vec<_> = ROWS.iter().filter(|row| regions.contains(&row.1)).collect();
            for (filters, day_prefix) in [(json!({}), "2024"), (json!({"period": {"preset": "january"}}), "2024-01")] {
                let rows: Vec<_> = allowed.iter().filter(|row| row.0.starts_with(day_prefix)).collect();
                let context = format!("{name}, round {round}, {filters}");
                let answers = reader.home(&["orders", "amount", "regions", "rows"], filters.clone()).await;
                let cell = |block: &str| answers[block]["frames"]["main"]["columns"][0]["values"].clone();

                assert_eq!(cell("orders")[0].as_u64().unwrap_or(0), rows.len() as u64, "{context}");
                let total: i64 = rows.iter().map(|row| row.4).sum();
                assert_eq!(cell("amount")[0].as_i64().unwrap_or(0), total, "{context}");
                let seen: BTreeSet<String> = cell("regions")
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|value| value.as_str().unwrap().to_owned())
                    .collect();
                let expected: BTreeSet<String> = rows.iter().map(|row| row.1.to_owned()).collect();
                assert_eq!(seen, expected, "{context}");
                assert_eq!(answers["rows"]["frames"]["main"]["rows"], rows.len(), "{context}");
            }
        }
    }
}

#[tokio::test]
async fn attack_18_a_reader_without_the_attribute_sees_no_row() {
    let server = TestServer::start().await;
    let reader = server.sign_in("nora").await;
    let answers = reader.home(&["rows", "regions", "orders", "amount"], json!({})).await;
    // A total too: over no row it is nothing, and not a 0 that could be taken for a measure.
    for block in ["rows", "regions", "orders", "amount"] {
        assert_eq!(answers[block]["frames"]["main"]["rows"], 0, "{block}");
    }
    let choices = reader.post("/apps/shop/filters/region/values", &json!({})).await.json();
    assert_eq!(choices["values"], json!([]));
}

#[tokio::test]
async fn attack_20_a_filter_narrows_what_one_sees_and_never_widens_it() {
    let server = TestServer::start().await;
    let viewer = server.viewer().await;
    for filters in [json!({"region": ["south"]}), json!({"region": ["south", "west"]}), json!({"product": "cocoa"})] {
        let answers = viewer.home(&["rows"], filters.clone()).await;
        assert_eq!(answers["rows"]["frames"]["main"]["rows"], 0, "{filters}");
    }
    for everything in [json!({"region": null}), json!({"region": null, "product": null, "period": null}), json!({})] {
        let answers = viewer.home(&["rows"], everything.clone()).await;
        assert_eq!(answers["rows"]["frames"]["main"]["rows"], 3, "{everything}");
    }
    let body = json!({"page": {"kind": "home"}, "blocks": ["rows"], "view": {"shop": "Nice"}});
    let answers = lines(&viewer.post("/apps/shop/queries", &body).await.text);
    assert_eq!(answers["rows"]["frames"]["main"]["rows"], 0, "a view is no permission either");
}

#[tokio::test]
async fn a_chart_of_a_column_that_one_may_not_see_is_refused_alone() {
    let server = TestServer::start().await;
    let answers = server.viewer().await.home(&["margin", "orders"], json!({})).await;
    assert_eq!(answers["margin"]["error"]["code"], "forbidden");
    assert_eq!(answers["orders"]["frames"]["main"]["rows"], 1);
    let director = server.sign_in("dora").await;
    assert_eq!(director.column("margin", 0, json!({})).await, [json!(366)]);
}

#[tokio::test]
async fn attack_27_a_value_is_a_value_whatever_it_says() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    let payloads = [
        "' OR '1'='1",
        "'; DROP TABLE sales; --",
        "\" OR \"\"=\"",
        "tea' UNION SELECT * FROM sales --",
        "1; SELECT pg_sleep(9)",
        "tea\\' OR 1=1 --",
        "%",
        "_",
        "*",
        "tea%",
        "${7*7}",
        "{{7*7}}",
        "{{ user.attributes.regions }}",
        "{{ filters.region }}",
        "null",
        "NULL",
        "true",
        "All",
        "all",
        "$all",
        "__proto__",
        "constructor",
        "\u{2019} OR 1=1",
        "tea\0",
        "tea\n",
        "",
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "TEA",
        " tea",
        "tea ",
        "0x74656121",
        "\u{ff34}ea",
        "CASE WHEN 1=1 THEN 'tea' END",
        "tea' AND SLEEP(5) AND '1",
        "(SELECT 'tea')",
        "region",
        "\"product\"",
    ];
    for payload in payloads {
        let answers = director.home(&["rows"], json!({"product": payload})).await;
        assert_eq!(answers["rows"]["frames"]["main"]["rows"], 0, "{payload:?}: {answers:?}");
        let list = director.home(&["rows"], json!({"region": [payload]})).await;
        assert_eq!(list["rows"]["frames"]["main"]["rows"], 0, "{payload:?}");
        let beside = director.home(&["rows"], json!({"region": [payload, "north"]})).await;
        assert_eq!(beside["rows"]["frames"]["main"]["rows"], 3, "{payload:?}");
        let body = json!({"page": {"kind": "home"}, "blocks": ["rows"], "view": {"shop": payload}});
        let answers = lines(&director.post("/apps/shop/queries", &body).await.text);
        assert_eq!(answers["rows"]["frames"]["main"]["rows"], 0, "{payload:?}");
        let choices = director.post("/apps/shop/filters/product/values", &json!({"search": payload})).await;
        assert_eq!(choices.status, 200, "{payload:?}: {}", choices.text);
        // A search ignores control characters and the case of letters; everything else is looked for as it stands.
        let wanted: String = payload.trim().to_lowercase().chars().filter(|c| !c.is_control()).collect();
        for choice in choices.json()["values"].as_array().unwrap() {
            let label = choice["label"].as_str().unwrap().to_lowercase();
            assert!(label.contains(&wanted), "{payload:?} found {label:?}");
        }
    }
    // What is really in the data is found, quotes and all.
    let literal = director.home(&["rows"], json!({"product": "O'Neill \"special\"; --"})).await;
    assert_eq!(literal["rows"]["frames"]["main"]["rows"], 1);
}

#[tokio::test]
async fn attack_27_a_value_of_another_type_is_refused_with_what_was_expected() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    let wrong = [
        json!({"period": "2024-01-01"}),
        json!({"period": {"start": "2024-01-01"}}),
        json!({"period": {"start": "2024-01-01' OR 1=1", "end": "2024-02-01"}}),
        json!({"period": {"start": "2024-02-01", "end": "2024-01-01"}}),
        json!({"period": {"preset": "january'--"}}),
        json!({"period": {"preset": "january", "start": "1900-01-01"}}),
        json!({"region": "north"}),
        json!({"region": [["north"]]}),
        json!({"region": [{"$all": true}]}),
        json!({"region": {"$all": true}}),
        json!({"product": {"$date": 0}}),
        json!({"product": {"operator": "ne", "value": "tea"}}),
        json!({"product": ["tea"]}),
    ];
    for filters in wrong {
        let body = json!({"page": {"kind": "home"}, "blocks": ["rows"], "filters": filters});
        let answer = director.post("/apps/shop/queries", &body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid_request"), "{filters}: {}", answer.text);
    }
}

#[tokio::test]
async fn attack_28_names_are_looked_up_and_never_become_part_of_a_query() {
    let server = TestServer::start().await;
    let director = server.sign_in("dora").await;
    for name in [
        "amount\"",
        "amount`",
        "main",
        "sales",
        "region\" --",
        "chart",
        "orders.values",
        "../app",
        "*",
        "canary_margin",
    ] {
        let answers = director.home(&[name], json!({})).await;
        assert_eq!(answers[name]["error"]["code"], "not_found", "{name}");
        let filters = Value::Object([(name.to_owned(), json!("x"))].into_iter().collect());
        for body in [
            json!({"page": {"kind": "home"}, "blocks": ["rows"], "filters": filters}),
            json!({"page": {"kind": "home"}, "blocks": ["rows"], "view": filters}),
        ] {
            assert_eq!(director.post("/apps/shop/queries", &body).await.problem(), "invalid_request", "{name}");
        }
        let page = json!({"page": {"kind": "story", "id": name}, "blocks": ["chart"]});
        assert_eq!(director.post("/apps/shop/queries", &page).await.problem(), "not_found", "{name}");
    }
}
