//! Hostile names, values, queries, paths and servers.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aracari_app::{App, Relation, Source, SourceKind, SourceSchemas, Step};
use aracari_engine::standalone::Standalone;
use aracari_engine::{Catalog, EngineError};
use aracari_sources::Sources;
use aracari_sources::interchange::{read_json, write_json};
use aracari_testkit::PostgresqlServer;
use serde_json::{Value as Json, json};

use crate::asking::{run, runtime};
use crate::loading::{Target, identifier, postgresql, script, sqlite};

const HOSTILE: [&str; 10] = [
    "'",
    "''; DROP TABLE victim; --",
    "\"; DROP TABLE victim; --",
    "\\'; DROP TABLE victim; --",
    "$1",
    "?1",
    "%s {{ x }} ${y}",
    "a\u{1}\u{7f}\tb",
    "\u{202e}Ω–é",
    "x) AS q; DELETE FROM victim; --",
];

/// Every hostile text is a table's name, a column's name, a value and what is asked for.
fn hostile_texts_are_only_texts(target: Target, source: &Source, execute: &dyn Fn(&str)) {
    let (runtime, sources) = (runtime(), Sources::default());
    execute("CREATE TABLE victim (a INTEGER); INSERT INTO victim VALUES (1);");
    for text in HOSTILE {
        let rows = json!([{text: text, "n": 1}, {text: "other", "n": 2}, {text: null, "n": 3}]);
        execute(&script(target, text, &read_json(&rows).unwrap()).unwrap());
        let steps = json!([
            {"name": "filter", "condition": {"column": text, "operator": "in", "value": [text, "nothing"]}},
            {"name": "aggregate", "on": [text], "aggregations": [{"aggfunction": "count", "columns": ["n"], "newcolumns": [format!("{text}!")]}]},
            {"name": "filter", "condition": {"column": text, "operator": "ge", "value": text}},
        ]);
        let relation = Relation::Table(identifier(text));
        let answer =
            runtime.block_on(run(&sources, source, relation, steps)).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(answer, json!([{text: text, format!("{text}!"): 1}]), "{text}");
    }
    let victim = runtime.block_on(run(&sources, source, "victim".into(), json!([]))).unwrap();
    assert_eq!(victim, json!([{"a": 1}]));
}

/// A query is one statement that reads.
fn queries_only_read(source: &Source) {
    let (runtime, sources) = (runtime(), Sources::default());
    let ask = |query: &str| runtime.block_on(run(&sources, source, Relation::Query(query.to_owned()), json!([])));
    assert_eq!(ask("SELECT a + 1 AS b FROM victim -- and a comment").unwrap(), json!([{"b": 2}]));
    for query in [
        "DELETE FROM victim",
        "SELECT 1; DELETE FROM victim",
        "SELECT 1) AS q; DELETE FROM victim; --",
        "WITH gone AS (DELETE FROM victim RETURNING a) SELECT a FROM gone",
        "INSERT INTO victim VALUES (2) RETURNING a",
        "SELECT $1",
        "COMMIT",
        "ATTACH 'x' AS x",
        "PRAGMA user_version = 3",
        "",
        "SELECT",
        "SELECT 1 AS a, 2 AS a",
    ] {
        assert!(ask(query).is_err(), "{query}");
        assert!(sources.columns(source, &Relation::Query(query.to_owned())).is_err(), "{query}");
    }
    assert_eq!(ask("SELECT a FROM victim").unwrap(), json!([{"a": 1}]));
}

/// What the database would compute otherwise is computed here.
fn numbers_beyond_the_database(target: Target, source: &Source, execute: &dyn Fn(&str)) {
    let (runtime, sources) = (runtime(), Sources::default());
    let rows = read_json(&json!([{"n": i64::MAX, "z": 0, "f": 1e308}, {"n": 1, "z": 0, "f": 10.0}])).unwrap();
    execute(&script(target, "extremes", &rows).unwrap());
    let mut whole = Standalone::new(64 << 20).unwrap();
    whole
        .add_table("in", Arc::new(datafusion::datasource::MemTable::try_new(rows.schema(), vec![vec![rows]]).unwrap()));
    for steps in [
        json!([{"name": "aggregate", "on": [], "aggregations": [{"aggfunction": "sum", "columns": ["n"], "newcolumns": ["n"]}]}]),
        json!([{"name": "formula", "newColumn": "m", "formula": "n * 2"}]),
        json!([{"name": "formula", "newColumn": "m", "formula": "f * 1000"}]),
        json!([{"name": "formula", "newColumn": "m", "formula": "n / z"}]),
        // A name that rows are sorted by is not what is made under it.
        json!([{"name": "sort", "columns": [{"column": "n", "order": "asc"}]},
            {"name": "formula", "newColumn": "n", "formula": "0 - n"}]),
        json!([{"name": "top", "rankOn": "n", "sort": "asc", "limit": 1}, {"name": "text", "newColumn": "n", "text": "x"}]),
        json!([{"name": "percentage", "column": "f"}, {"name": "convert", "columns": ["n"], "dataType": "float"},
            {"name": "aggregate", "on": [], "aggregations": [
                {"aggfunction": "first", "columns": ["z"], "newcolumns": ["z"]},
                {"aggfunction": "sum", "columns": ["n"], "newcolumns": ["s"]}]}]),
    ] {
        let mut pipeline = vec![json!({"name": "domain", "domain": "in"})];
        pipeline.extend(steps.as_array().cloned().unwrap());
        let pipeline: Vec<Step> = serde_json::from_value(Json::Array(pipeline)).unwrap();
        let expected = runtime.block_on(whole.run(&pipeline));
        let answer = runtime.block_on(run(&sources, source, "extremes".into(), steps.clone()));
        if steps[0]["name"] == "aggregate" {
            for told in [answer.unwrap_err().to_string(), expected.unwrap_err().to_string()] {
                assert!(told.contains("is too large for an integer"), "{steps}: {told}");
            }
            continue;
        }
        let rows = expected.unwrap();
        assert_eq!(answer.unwrap(), write_json(&rows.schema, &rows.batches)["data"], "{steps}");
    }
}

#[test]
fn sqlite_stands_hostile_content() {
    let folder = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(folder.path().join("data.sqlite")).unwrap();
    let execute = |script: &str| file.execute_batch(script).unwrap();
    let source = sqlite(folder.path());
    hostile_texts_are_only_texts(Target::Sqlite, &source, &execute);
    queries_only_read(&source);
    numbers_beyond_the_database(Target::Sqlite, &source, &execute);

    // A file stays in its folder, and is never made.
    for path in
        ["../data.sqlite", "/etc/passwd", "nothing.sqlite", "file:data.sqlite?mode=rwc", ".hidden.sqlite", ":memory:"]
    {
        let outside = Source { kind: SourceKind::Sqlite { path: path.into() }, ..source.clone() };
        assert!(Sources::default().columns(&outside, &"victim".into()).is_err(), "{path}");
    }
    assert!(!folder.path().join("nothing.sqlite").exists());
    assert!(Sources::default().columns(&source, &"sqlite_master".into()).is_err());

    // Types are found from the values, whatever was declared.
    execute(
        "CREATE TABLE mixed (i INTEGER, r NUMERIC, d DATE, odd DATE, flag BOOLEAN, blob BLOB, name TEXT COLLATE NOCASE);
         INSERT INTO mixed VALUES (1, 1, '2024-02-29', 'soon', 1, x'00', 'a'), ('x', 2.5, '2024-03-01 10:00:00.25', '2024-01-01', 0, NULL, 'A'),
                (NULL, NULL, NULL, NULL, NULL, NULL, NULL);",
    );
    let steps = json!([{"name": "filter", "condition": {"column": "name", "value": "A"}}]);
    let answer = runtime().block_on(run(&Sources::default(), &source, "mixed".into(), steps)).unwrap();
    let expected =
        json!([{"i": "x", "r": 2.5, "d": "2024-03-01T10:00:00.250Z", "odd": "2024-01-01", "flag": false, "name": "A"}]);
    assert_eq!(answer, expected);

    // A question that nobody waits for any more does not keep the file busy.
    let endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000000) SELECT max(i) AS m FROM n";
    let runtime = runtime();
    let begun = Instant::now();
    runtime.block_on(async {
        let sources = Sources::default();
        let asked = run(&sources, &source, Relation::Query(endless.to_owned()), json!([]));
        assert!(tokio::time::timeout(Duration::from_millis(300), asked).await.is_err());
    });
    drop(runtime);
    assert!(begun.elapsed() < Duration::from_mins(1));
}

#[test]
fn queries_of_sqlite_take_little_memory_and_ask_about_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(folder.path().join("data.sqlite")).unwrap();
    file.execute_batch("CREATE TABLE shops (name TEXT); INSERT INTO shops VALUES ('Arras'), ('Lille');").unwrap();
    let source = sqlite(folder.path());
    let (runtime, sources) = (runtime(), Sources::default());
    let ask = |query: &str| runtime.block_on(run(&sources, &source, Relation::Query(query.to_owned()), json!([])));
    let wide: Vec<String> = (0..500).map(|number| format!("printf('%.*c', 2000000, 'x') AS c{number}")).collect();
    for (query, reason) in [
        ("SELECT length(replace(printf('%.*c', 100000, 'x'), 'x', printf('%.*c', 100000, 'y'))) AS n", "too big"),
        ("SELECT length(zeroblob(1000000000)) AS n", "too big"),
        (&format!("SELECT {}", wide.join(", ")), "memory"),
        ("SELECT name, file FROM pragma_database_list", "not authorized"),
        ("SELECT * FROM pragma_compile_options", "not authorized"),
        ("SELECT load_extension('x') AS n", ""),
        ("SELECT readfile('/etc/passwd') AS n", ""),
    ] {
        let error = ask(query).unwrap_err().to_string();
        assert!(error.contains(reason), "{query}: {error}");
        assert!(!error.contains(&folder.path().display().to_string()), "{error}");
    }
    assert_eq!(ask("SELECT length(printf('%.*c', 1000000000, 'x')) AS n").unwrap(), json!([{"n": null}]));
    // Long texts come in smaller batches.
    let long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) \
                SELECT i, printf('%.*c', 1000000, 'x') AS t FROM n";
    let count = json!([{"name": "customsql", "query": "SELECT count(*) AS n, max(length(t)) AS l FROM input"}]);
    let counted = runtime.block_on(run(&sources, &source, Relation::Query(long.to_owned()), count)).unwrap();
    assert_eq!(counted, json!([{"n": 100, "l": 1_000_000}]));
    assert_eq!(ask("SELECT name FROM pragma_table_info('shops')").unwrap(), json!([{"name": "name"}]));
    assert_eq!(ask("SELECT upper(name) AS n FROM shops").unwrap(), json!([{"n": "ARRAS"}, {"n": "LILLE"}]));
}

#[test]
fn what_has_no_room_in_sqlite_is_made_here() {
    let folder = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(folder.path().join("data.sqlite")).unwrap();
    file.execute_batch(
        "CREATE TABLE letters (id INTEGER, t TEXT);
         INSERT INTO letters WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 149)
         SELECT i, printf('%.*c', 1900000, char(97 + i * 7 % 26)) FROM n;",
    )
    .unwrap();
    let (source, sources) = (sqlite(folder.path()), Sources::default());
    let sort = json!([{"name": "domain", "domain": "letters"},
        {"name": "sort", "columns": [{"column": "t", "order": "asc"}, {"column": "id", "order": "desc"}]}]);
    let first =
        json!({"name": "customsql", "query": "SELECT id, length(t) AS l FROM input ORDER BY t, id DESC LIMIT 3"});
    let (sort, mut all): (Vec<Step>, Vec<Step>) =
        (serde_json::from_value(sort.clone()).unwrap(), serde_json::from_value(sort).unwrap());
    all.push(serde_json::from_value(first).unwrap());
    let within = |megabytes: usize| {
        let mut tables = Standalone::new(megabytes << 20).unwrap();
        let table = runtime().block_on(sources.table(&source, &"letters".into())).unwrap();
        tables.add_table("letters", table);
        tables
    };
    let explained = runtime().block_on(within(64).explain(&sort)).unwrap();
    assert!(format!("{explained:?}").contains("ORDER BY"), "{explained:?}");
    let rows = runtime().block_on(within(1024).run(&all)).unwrap();
    let expected = json!([{"id": 130, "l": 1_900_000}, {"id": 104, "l": 1_900_000}, {"id": 78, "l": 1_900_000}]);
    assert_eq!(write_json(&rows.schema, &rows.batches)["data"], expected);
    // Neither of them has room.
    let error = runtime().block_on(within(64).run(&sort)).map(|rows| rows.count()).unwrap_err();
    assert!(matches!(error, EngineError::MemoryLimit { .. }), "{error}");
}

#[test]
fn postgresql_stands_hostile_content() {
    let Some(server) = PostgresqlServer::start().unwrap() else { return };
    let execute = |script: &str| drop(server.psql(script).unwrap());
    let source = postgresql(&server);
    hostile_texts_are_only_texts(Target::Postgresql, &source, &execute);
    queries_only_read(&source);
    numbers_beyond_the_database(Target::Postgresql, &source, &execute);

    // A collation in which other texts are equal changes no answer.
    execute(
        "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         CREATE TABLE loose (name TEXT COLLATE loose, price NUMERIC(10, 2), at TIMESTAMPTZ, day DATE, id UUID, raw BYTEA);
         INSERT INTO loose VALUES ('a', 1.10, '2024-03-31 03:00+02', '2024-03-31', '00000000-0000-0000-0000-000000000001', 'x'), ('A', 2, 'infinity', NULL, NULL, NULL);",
    );
    let steps = json!([{"name": "filter", "condition": {"column": "name", "value": "a"}}]);
    let answer = runtime().block_on(run(&Sources::default(), &source, "loose".into(), steps)).unwrap();
    let expected = json!([{"name": "a", "price": 1.1, "at": "2024-03-31T01:00:00Z", "day": "2024-03-31T00:00:00Z", "id": "00000000-0000-0000-0000-000000000001"}]);
    assert_eq!(answer, expected);

    // A question that nobody waits for any more is stopped in the database.
    let runtime = runtime();
    runtime.block_on(async {
        let sources = Sources::default();
        let asked =
            run(&sources, &source, Relation::Query("SELECT 1 AS a, pg_sleep(60)::text AS b".to_owned()), json!([]));
        assert!(tokio::time::timeout(Duration::from_millis(700), asked).await.is_err());
        tokio::time::sleep(Duration::from_millis(300)).await;
    });
    let begun = Instant::now();
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()";
    while server.psql(busy).unwrap().trim() != "0" {
        assert!(begun.elapsed() < Duration::from_secs(5), "the database still works on it");
        std::thread::sleep(Duration::from_millis(50));
    }
    let SourceKind::Postgresql(settings) = &source.kind else { unreachable!() };
    let mut hurried = settings.clone();
    hurried.statement_timeout = Duration::from_millis(200);
    let hurried = Source { kind: SourceKind::Postgresql(hurried), ..source.clone() };
    let slow = Relation::Query("SELECT 1 AS a, pg_sleep(20)::text AS b".to_owned());
    let error = runtime.block_on(run(&Sources::default(), &hurried, slow, json!([]))).unwrap_err();
    assert!(matches!(error, EngineError::Timeout { limit_ms: 200 }), "{error:?}");

    // A row of any length is not taken into memory, and the next question is answered.
    let sources = Sources::default();
    for (megabytes, is_read) in [(1, true), (12, true), (17, false), (100, false), (1, true)] {
        let long = format!("SELECT n, repeat('x', {megabytes} * 1048576) AS t FROM generate_series(1, 3) AS n");
        let count = json!([{"name": "formula", "formula": "1", "newColumn": "c"}, {"name": "top", "rankOn": "n", "sort": "desc", "limit": 1},
            {"name": "replacetext", "searchColumn": "t", "oldStr": "x", "newStr": ""}]);
        let answer = runtime.block_on(run(&sources, &source, Relation::Query(long), count));
        match answer {
            Ok(answer) => assert!(is_read && answer == json!([{"n": 3, "t": "", "c": 1}]), "{megabytes} MB: {answer}"),
            Err(EngineError::MemoryLimit { .. }) => assert_eq!(megabytes, 12),
            Err(error) => {
                let reason = error.to_string();
                assert!(
                    !is_read && reason.contains("more than the 16 MB that one may have"),
                    "{megabytes} MB: {reason}"
                );
            }
        }
    }

    // A wrong password, a server without encryption where it is required: said, without the secret.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wrong"), "hunter2\n").unwrap();
    let mut wrong = settings.clone();
    wrong.password = Some(aracari_app::SecretReference::File(aracari_app::FileSecret { file: "wrong".into() }));
    let wrong = Source { kind: SourceKind::Postgresql(wrong), folder: folder.path().to_owned(), ..source.clone() };
    let mut plain = settings.clone();
    plain.tls = aracari_app::Tls::Require;
    let plain = Source { kind: SourceKind::Postgresql(plain), ..source.clone() };
    for (source, reason) in [(wrong, "password authentication failed"), (plain, "TLS")] {
        let message = Sources::default().columns(&source, &"loose".into()).unwrap_err();
        assert!(message.contains(reason), "{message}");
        assert!(!message.contains("hunter2") && !message.contains(PostgresqlServer::PASSWORD), "{message}");
        assert!(!format!("{source:?}").contains("hunter2"));
    }
}

fn check(folder: &Path, source: &str) -> Vec<String> {
    let text = format!(
        "id: shop\ntitle: Shop\naccess: everyone\nhome: {{ title: Home, sections: [] }}\nsources:\n  - {source}\ndatasets:\n  \
         - {{ id: a, source: data, table: one, permissions: {{ rows: everyone }} }}\n  \
         - {{ id: b, source: data, table: two, permissions: {{ rows: everyone }} }}\n"
    );
    std::fs::write(folder.join("app.yaml"), text).unwrap();
    let loaded = App::load(folder, &Sources::default());
    assert!(loaded.app.is_none());
    loaded.diagnostics.iter().map(|diagnostic| format!("{diagnostic} | {}", diagnostic.excerpt)).collect()
}

#[test]
fn a_silent_server_is_not_waited_for_long_and_a_written_secret_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    // It takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let begun = Instant::now();
    let findings = check(
        folder.path(),
        &format!("{{ id: data, type: postgresql, host: 127.0.0.1, port: {port}, database: d, user: u }}"),
    );
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(findings.iter().any(|finding| finding.contains("no connection to")), "{findings:#?}");

    for password in
        ["password: hunter2", "password: [hunter2]", "pasword: hunter2", "password: { env: ARACARI_SECRET }"]
    {
        let source = format!("{{ id: data, type: postgresql, host: h, database: d, user: u, {password} }}");
        let findings = check(folder.path(), &source);
        assert!(findings.iter().all(|finding| !finding.contains("hunter2")), "{findings:#?}");
        assert!(
            findings.iter().any(|finding| finding.contains("secret") || finding.contains("unknown")),
            "{findings:#?}"
        );
    }
}
