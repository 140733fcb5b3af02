//! Permissions: the rule is in what the database is asked, and nothing else comes back.

use std::path::Path;
use std::sync::Arc;

use aracari_app::{App, Query, Reader, Step, Value};
use aracari_engine::sql::Parameter;
use aracari_engine::{Engine, EngineSettings, Explanation, encode, secure};
use aracari_sources::Sources;
use aracari_testkit::PostgresqlServer;
use serde_json::{Value as Json, json};

use crate::loading::{Target, script};

const SALES: &str = r#"
    - id: sales
      source: data
      table: sales
      steps:
        - { name: formula, newColumn: doubled, formula: amount * 2 }
      permissions:
        rows:
          - { groups: [managers], where: { column: country, operator: in, value: "{{ user.attributes.countries }}" } }
          - groups: [everything]
        columns:
          - { columns: [salary], groups: [everything] }
"#;

/// An app over one source that has the table `sales`.
fn app(folder: &Path, source: &str, sources: &Sources) -> Arc<App> {
    let text = format!(
        "id: shop\ntitle: Shop\naccess: everyone\nhome: {{ title: Home, sections: [] }}\nsources:\n  - {source}\ndatasets:{SALES}"
    );
    std::fs::write(folder.join("app.yaml"), text).unwrap();
    let loaded = App::load(folder, sources);
    loaded.app.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

fn sales() -> arrow::array::RecordBatch {
    aracari_sources::interchange::read_json(&json!([
        {"country": "FR", "amount": 1, "salary": 10}, {"country": "DE", "amount": 2, "salary": 20},
        {"country": "FR' OR '1'='1", "amount": 4, "salary": 40}, {"country": null, "amount": 8, "salary": 80}]))
    .unwrap()
}

fn manager(countries: Json) -> Reader {
    let value: Value = serde_json::from_value(countries).unwrap();
    Reader { groups: vec!["managers".into()], attributes: [("countries".to_owned(), value)].into() }
}

struct Asked {
    answer: Json,
    explanation: Explanation,
}

fn ask(engine: &Engine, app: &App, reader: &Reader, steps: Json) -> Asked {
    let steps: Vec<Step> = serde_json::from_value(steps).unwrap();
    let query = secure(app, Query::new("sales", steps, 100), reader).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let explanation = runtime.block_on(engine.explain(&query)).unwrap();
    let (answer, _) = runtime.block_on(engine.run(query)).unwrap_or_else(|error| panic!("{error}"));
    Asked { answer: serde_json::from_slice(&encode::json_columns(&answer)).unwrap(), explanation }
}

fn check(folder: &Path, source: &str) {
    let sources = Arc::new(Sources::default());
    let app = app(folder, source, &sources);
    let engine = Engine::new(sources, EngineSettings::default()).unwrap();
    let total = json!([{"name": "aggregate", "on": ["country"], "aggregations": [
        {"aggfunction": "sum", "columns": ["amount"], "newcolumns": ["total"]}]}]);
    let values = |asked: &Asked, column: usize| asked.answer["columns"][column]["values"].clone();

    // The whole question is answered by the database, and the rule is a condition of it.
    let asked = ask(&engine, &app, &manager(json!(["FR"])), total.clone());
    assert_eq!(values(&asked, 0), json!(["FR"]));
    assert_eq!(values(&asked, 1), json!([1]));
    let [sent] = asked.explanation.statements.as_slice() else { panic!("{:?}", asked.explanation) };
    assert!(sent.statement.text.contains("WHERE") && sent.statement.text.contains("GROUP BY"), "{sent:?}");
    assert_eq!(sent.statement.parameters.first(), Some(&Parameter::Text("FR".into())), "{sent:?}");
    assert!(!sent.statement.text.contains('\''), "a value is no part of the text: {sent:?}");

    // A rule is data, whatever stands in it.
    let asked = ask(&engine, &app, &manager(json!(["FR' OR '1'='1"])), total.clone());
    assert_eq!(values(&asked, 1), json!([4]));
    for nothing in [json!([]), json!(null), json!(""), json!(["%"]), json!(["fr"])] {
        let asked = ask(&engine, &app, &manager(nothing.clone()), total.clone());
        assert_eq!(values(&asked, 1), json!([]), "{nothing}");
    }
    let nobody = ask(&engine, &app, &Reader::default(), total.clone());
    assert_eq!(values(&nobody, 1), json!([]));

    // What is not pushed down runs here, above the same condition.
    let steps = json!([{"name": "percentage", "column": "amount", "newColumnName": "share"}]);
    let asked = ask(&engine, &app, &manager(json!(["FR", "DE"])), steps);
    assert_eq!(asked.answer["rows"], 2);
    assert!(
        asked.explanation.statements.iter().all(|sent| sent.statement.text.contains("WHERE")),
        "{asked:?}",
        asked = asked.explanation
    );

    // A column that is hidden is not among the columns that come.
    let asked = ask(&engine, &app, &manager(json!(["FR"])), json!([]));
    let names: Vec<&str> =
        asked.answer["columns"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
    assert_eq!(names, ["country", "amount", "doubled"]);
    assert!(!asked.explanation.statements[0].statement.text.contains("salary"), "{:?}", asked.explanation);
    let everything = Reader { groups: vec!["everything".into()], ..Reader::default() };
    assert_eq!(ask(&engine, &app, &everything, json!([])).answer["rows"], 4);
}

#[test]
fn a_rule_is_in_the_statement_and_in_the_answer_of_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(folder.path().join("data.sqlite")).unwrap();
    file.execute_batch(&script(Target::Sqlite, "sales", &sales()).unwrap()).unwrap();
    check(folder.path(), "{ id: data, type: sqlite, path: data.sqlite }");
}

#[test]
fn a_rule_is_in_the_statement_and_in_the_answer_of_postgresql() {
    let Some(server) = PostgresqlServer::start().unwrap() else { return };
    server.psql(&script(Target::Postgresql, "sales", &sales()).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let source = format!(
        "{{ id: data, type: postgresql, host: 127.0.0.1, port: {}, database: postgres, user: postgres, password: {{ file: {} }} }}",
        server.port(),
        server.password_file().display()
    );
    check(folder.path(), &source);
}
