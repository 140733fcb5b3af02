//! The flights app with its tables in PostgreSQL: every answer equals that of the app on files, and no secret shows.

use std::path::Path;

use aracari_testkit::PostgresqlServer;
use datafusion::arrow::datatypes::DataType;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionContext};

use crate::differential::{all_answers, same};
use crate::support::{Demo, copy_folder, repository};

/// The demo's files as tables of the server.
async fn load(server: &PostgresqlServer) {
    let folder = tempfile::tempdir().unwrap();
    let context = SessionContext::new();
    let data = |name: &str| repository(&format!("examples/flights/data/{name}")).to_string_lossy().into_owned();
    context.register_parquet("flights", data("flights.parquet"), ParquetReadOptions::default()).await.unwrap();
    let csv = || CsvReadOptions::new().null_regex(Some("^(NA|)$".to_owned())).schema_infer_max_records(30_000);
    for name in ["airlines", "airports", "weather"] {
        context.register_csv(name, data(&format!("{name}.csv")), csv()).await.unwrap();
    }
    for name in ["flights", "airlines", "airports", "weather"] {
        let rows = context.table(name).await.unwrap();
        let columns: Vec<String> = rows
            .schema()
            .fields()
            .iter()
            .map(|field| {
                let kind = match field.data_type() {
                    kind if kind.is_integer() => "integer",
                    kind if kind.is_floating() => "double precision",
                    DataType::Timestamp(..) => "timestamptz",
                    _ => "text",
                };
                format!("{} {kind}", field.name())
            })
            .collect();
        let file = if name == "flights" {
            let file = folder.path().join("flights.csv");
            let options = DataFrameWriteOptions::new().with_single_file_output(true);
            rows.write_csv(&file.to_string_lossy(), options, None).await.unwrap();
            file.to_string_lossy().into_owned()
        } else {
            data(&format!("{name}.csv"))
        };
        let null = if name == "flights" { "" } else { "NA" };
        let script = format!(
            "SET TIME ZONE 'UTC';\nCREATE TABLE {name} ({});\n\\copy {name} FROM '{file}' CSV HEADER NULL '{null}'\nANALYZE {name};\n",
            columns.join(", ")
        );
        server.psql(&script).unwrap();
    }
}

/// A copy of the app whose tables are the server's.
fn copy_on(server: &PostgresqlServer, app: &Path) {
    copy_folder(&repository("examples/flights"), app);
    std::fs::remove_dir_all(app.join("data")).unwrap();
    let replace = |file: &Path, changes: &[(&str, String)]| {
        let mut text = std::fs::read_to_string(file).unwrap();
        for (old, new) in changes {
            assert!(text.contains(old), "{} is in {}", old, file.display());
            text = text.replace(old, new);
        }
        std::fs::write(file, text).unwrap();
    };
    let source = format!(
        "  - id: files\n    type: postgresql\n    host: 127.0.0.1\n    port: {}\n    database: postgres\n    user: postgres\n    \
         password: {{ file: {} }}\n",
        server.port(),
        server.password_file().display()
    );
    let files = "  - id: files\n    type: files\n    csv: { null_values: [\"NA\", \"\"] }\n";
    replace(&app.join("app.yaml"), &[(files, source)]);
    for (dataset, file, table) in [
        ("departures", "data/flights.parquet", "flights"),
        ("airlines", "data/airlines.csv", "public.airlines"),
        ("destinations", "data/airports.csv", "airports"),
        ("weather", "data/weather.csv", "weather"),
    ] {
        let path = app.join(format!("datasets/{dataset}.yaml"));
        replace(&path, &[(&format!("table: {file}"), format!("table: {table}"))]);
    }
    let query = "query: SELECT * FROM airports".to_owned();
    replace(&app.join("datasets/origins.yaml"), &[("table: data/airports.csv", query)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_the_same_numbers_on_postgresql() {
    let Some(server) = PostgresqlServer::start().unwrap() else { return };
    load(&server).await;
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("flights");
    copy_on(&server, &app);
    let (live, files) = (Demo::serve(&app).await, Demo::start().await);

    for reader in ["nora", "marc"] {
        let shown = all_answers(&live.client(reader).await).await;
        let wanted = all_answers(&files.client(reader).await).await;
        assert!(shown.len() > 150, "only {} answers compared", shown.len());
        assert_eq!(shown.len(), wanted.len());
        for ((asked, answer), (other, want)) in shown.iter().zip(&wanted) {
            assert_eq!(asked, other);
            assert!(same(answer, want), "{reader}: {asked}\n  shown  {answer:.300}\n  wanted {want:.300}");
        }
    }

    // The secret and the place of the data are nowhere but in the files.
    let editor = live.client("eli").await;
    let mut texts = vec![live.process.log()];
    for path in ["/apps", "/apps/flights", "/apps/flights?locale=en", "/apps/flights/diagnostics", "/openapi.json"] {
        let (_, body) = editor.get(path).await.unwrap();
        texts.push(body.to_string());
    }
    for text in texts {
        assert!(!text.contains(PostgresqlServer::PASSWORD), "{text}");
        assert!(!text.contains(&server.password_file().to_string_lossy().into_owned()), "{text}");
    }
}
