//! What comes out of pipelines that work.

use serde_json::{Value as Json, json};

use crate::support::Folder;

fn steps() -> Json {
    json!([
        {"name": "domain", "domain": "sales"},
        {"name": "formula", "label": "Price of one", "newColumn": "price", "formula": "amount / pieces"},
        {"name": "sort", "disabled": true, "columns": "whatever"},
        {"name": "join", "type": "left", "rightPipeline": "shops", "on": [["shop", "name"]]},
        {"name": "select", "columns": ["shop", "day", "price", "city"]}])
}

#[test]
fn json_is_table_schema_with_dates_in_utc() {
    let folder = Folder::new();
    let answer = folder.rows(&steps(), &[]);
    let fields = json!([
        {"name": "shop", "type": "string"}, {"name": "day", "type": "datetime"},
        {"name": "price", "type": "number"}, {"name": "city", "type": "string"}]);
    assert_eq!(answer["schema"]["fields"], fields);
    let second = json!({"shop": "Paris", "day": "2024-01-02T09:30:00Z", "price": 5.0, "city": "Paris"});
    assert_eq!(answer["data"][1], second);
    assert_eq!(answer["data"][2], json!({"shop": "Lyon", "day": null, "price": null, "city": "Lyon, 2e"}));
    let none = folder.rows(
        &json!([{"name": "domain", "domain": "sales"},
        {"name": "filter", "condition": {"column": "pieces", "operator": "gt", "value": 100}}]),
        &[],
    );
    assert_eq!((none["data"].clone(), none["schema"]["fields"].as_array().unwrap().len()), (json!([]), 4));
}

#[test]
fn what_is_printed_can_be_read_again() {
    let folder = Folder::new();
    for (format, file) in [("json", "again.json"), ("csv", "again.csv")] {
        let first = folder.query(&steps(), &["--format", format]);
        folder.write(file, &first.output);
        folder.write("plain.json", &json!([{"name": "domain", "domain": "again"}]).to_string());
        let again = folder.run(&["query", "plain.json", "--table", &format!("again={file}"), "--format", format]);
        assert_eq!(again.output, first.output, "{format}: {}", again.errors);
    }
}

#[test]
fn csv_quotes_what_needs_it() {
    let folder = Folder::new();
    let outcome = folder.query(&steps(), &["--format", "csv"]);
    let expected = "shop,day,price,city\r\nLyon,2024-01-01T00:00:00Z,4.166666666666667,\"Lyon, 2e\"\r\nParis,2024-01-02T09:30:00Z,5.0,Paris\r\nLyon,,,\"Lyon, 2e\"\r\n";
    assert_eq!(outcome.output, expected);
}

#[test]
fn a_table_for_people_aligns_numbers_and_counts_rows() {
    let folder = Folder::new();
    let outcome = folder.query(&steps(), &["--format", "table"]);
    insta::assert_snapshot!(outcome.output, @"
    ┌───────┬──────────────────────┬───────────────────┬──────────┐
    │ shop  ┆ day                  ┆             price ┆ city     │
    ╞═══════╪══════════════════════╪═══════════════════╪══════════╡
    │ Lyon  ┆ 2024-01-01           ┆ 4.166666666666667 ┆ Lyon, 2e │
    │ Paris ┆ 2024-01-02T09:30:00Z ┆               5.0 ┆ Paris    │
    │ Lyon  ┆                      ┆                   ┆ Lyon, 2e │
    └───────┴──────────────────────┴───────────────────┴──────────┘
    3 rows, 4 columns
    ");
}

#[test]
fn until_stops_after_a_step_and_names_it() {
    let folder = Folder::new();
    let outcome = folder.query(&steps(), &["--until", "2", "--format", "table"]);
    assert!(outcome.output.starts_with("step 2 (`formula`, “Price of one”)\n"), "{}", outcome.output);
    assert!(outcome.output.ends_with("3 rows, 5 columns\n"), "{}", outcome.output);
    // What comes later need not be right.
    let broken = json!([{"name": "domain", "domain": "sales"}, {"name": "nonsense"}]);
    assert_eq!(folder.rows(&broken, &["--until", "1"])["data"].as_array().unwrap().len(), 3);
}

#[test]
fn a_profile_counts_every_step() {
    let folder = Folder::new();
    let outcome = folder.query(&steps(), &["--profile"]);
    let profile: Json = serde_json::from_str(&outcome.output).unwrap();
    let seen: Vec<(Json, Json, Json)> = profile["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["name"].clone(), step["rows"].clone(), step["columns"].clone()))
        .collect();
    let expected = [("domain", 3, 4), ("formula", 3, 5), ("sort", 3, 5), ("join", 3, 8), ("select", 3, 4)];
    assert_eq!(seen, expected.map(|(name, rows, columns)| (json!(name), json!(rows), json!(columns))));
    assert!(profile["steps"][1]["duration_ms"].is_number() && profile["together_ms"].is_number());
    let people = folder.query(&steps(), &["--profile", "--format", "table"]).output;
    assert!(people.contains("Price of one") && people.contains("sort (off)"), "{people}");
}

#[test]
fn an_explanation_shows_what_runs() {
    let folder = Folder::new();
    let outcome = folder.query(&steps(), &["--explain"]);
    assert!(outcome.output.contains("step 3 (`sort`), switched off"), "{}", outcome.output);
    assert!(outcome.output.contains("HashJoinExec"), "{}", outcome.output);
    let plan: Json = serde_json::from_str(&folder.query(&steps(), &["--explain", "--format", "json"]).output).unwrap();
    assert_eq!(plan["steps"][1]["label"], "Price of one");
}

#[test]
fn variables_come_from_a_file() {
    let folder = Folder::new();
    let variables = json!({"shops": ["Lyon", "Nice"], "least": {"pieces": 2}, "new": "label", "who": "Ann", "n": 3});
    folder.write("variables.json", &variables.to_string());
    let steps = json!([
        {"name": "domain", "domain": "sales"},
        {"name": "filter", "condition": {"and": [
            {"column": "shop", "operator": "in", "value": ["{{ shops }}"]},
            {"column": "pieces", "operator": "ge", "value": "{{ least.pieces }}"}]}},
        {"name": "text", "text": "{{ who }} saw {{ n }} of {{ shops[0] }}", "newColumn": "{{ new }}"},
        {"name": "top", "limit": "{{ n }}", "rankOn": "pieces", "sort": "desc"},
        {"name": "select", "columns": ["shop", "{{ new }}"]}]);
    let answer = folder.rows(&steps, &["--variables", "variables.json"]);
    assert_eq!(answer["data"], json!([{"shop": "Lyon", "label": "Ann saw 3 of Lyon"}]));
}

#[test]
fn references_name_tables() {
    let folder = Folder::new();
    let steps = json!([
        {"name": "domain", "domain": {"type": "ref", "uid": "shops"}},
        {"name": "append", "pipelines": [{"type": "ref", "uid": "nobody"}]},
        {"name": "append", "pipelines": [{"type": "ref", "uid": "nobody"}, {"type": "ref", "uid": "shops"}]}]);
    assert_eq!(folder.rows(&steps, &[])["data"].as_array().unwrap().len(), 4);
}

#[test]
fn tables_of_an_sqlite_file_are_read_where_they_are() {
    let folder = Folder::new();
    let database = rusqlite::Connection::open(folder.path().join("shop.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE goods (name TEXT, price REAL); INSERT INTO goods VALUES ('tea', 4.5), ('jam', 6.0), ('rice', 2.0);
             CREATE TABLE \"old goods\" (name TEXT, price REAL); INSERT INTO \"old goods\" VALUES ('salt', 1.0);",
        )
        .unwrap();
    let steps = json!([
        {"name": "domain", "domain": "goods"},
        {"name": "append", "pipelines": ["old"]},
        {"name": "filter", "condition": {"column": "price", "operator": "lt", "value": 5}},
        {"name": "sort", "columns": [{"column": "price", "order": "desc"}]}]);
    let tables = ["--table", "goods=shop.db", "--table", "old=shop.db#\"old goods\""];
    let answer = folder.rows(&steps, &tables);
    let expected =
        [("tea", 4.5), ("rice", 2.0), ("salt", 1.0)].map(|(name, price)| json!({"name": name, "price": price}));
    assert_eq!(answer["data"], json!(expected));
    let explained = folder.query(&steps, &[tables.as_slice(), &["--explain"]].concat());
    assert!(explained.output.contains("WHERE"), "{}", explained.output);
}

#[test]
fn a_pipeline_may_be_yaml_and_tables_have_another_delimiter() {
    let folder = Folder::new();
    folder.write("points.csv", "name;points\nAda;\"1,5\"\nBo;2\n");
    folder.write(
        "steps.yaml",
        "- { name: domain, domain: points }\n- name: filter\n  condition: { column: name, value: Bo }\n",
    );
    let outcome =
        folder.run(&["query", "steps.yaml", "--table", "points=points.csv", "--delimiter", ";", "--format", "csv"]);
    assert_eq!((outcome.output.as_str(), outcome.errors.as_str()), ("name,points\r\nBo,2\r\n", ""));
}

#[test]
fn a_variable_may_be_all() {
    let folder = Folder::new();
    folder.write("variables.json", r#"{"shop": {"$all": true}}"#);
    let steps = json!([{"name": "domain", "domain": "sales"},
        {"name": "filter", "condition": {"column": "shop", "operator": "eq", "value": "{{ shop }}"}}]);
    assert_eq!(folder.rows(&steps, &["--variables", "variables.json"])["data"].as_array().unwrap().len(), 3);
}
