//! PostgreSQL over TLS: who vouches for the server and its name are always checked.

use std::path::Path;

use aracari_app::{Postgresql, Relation, Source, SourceKind, SourceSchemas, Tls};
use aracari_sources::Sources;
use aracari_testkit::PostgresqlServer;
use aracari_testkit::certificates::Authority;
use serde_json::json;

use crate::asking::{run, runtime};
use crate::loading::postgresql;

/// The server under this name, trusting who is in a file of the folder.
fn source(server: &PostgresqlServer, folder: &Path, host: &str, tls: Tls, authority: &str) -> Source {
    let plain = postgresql(server);
    let SourceKind::Postgresql(settings) = plain.kind else { unreachable!() };
    let settings = Postgresql { host: host.into(), tls, tls_ca: Some(authority.into()), ..*settings };
    Source { kind: SourceKind::Postgresql(Box::new(settings)), folder: folder.to_owned(), ..plain }
}

#[test]
fn a_server_that_is_vouched_for_is_spoken_to_under_encryption() {
    let (known, unknown) = (Authority::new().unwrap(), Authority::new().unwrap());
    let certificate = known.vouch_for("localhost").unwrap();
    let Some(server) = PostgresqlServer::start_encrypted(&certificate).unwrap() else { return };
    server
        .psql("CREATE TABLE goods (name text, price float8); INSERT INTO goods VALUES ('tea', 4), ('jam', 6)")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("known.pem"), known.pem()).unwrap();
    std::fs::write(folder.path().join("unknown.pem"), unknown.pem()).unwrap();
    std::fs::write(folder.path().join("empty.pem"), "").unwrap();

    let (runtime, sources) = (runtime(), Sources::default());
    let encrypted = Relation::Query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()".to_owned());
    for tls in [Tls::Require, Tls::Prefer] {
        let trusted = source(&server, folder.path(), "localhost", tls, "known.pem");
        assert_eq!(sources.columns(&trusted, &"goods".into()).unwrap().columns.len(), 2);
        let steps = json!([{"name": "filter", "condition": {"column": "price", "operator": "gt", "value": 5}}]);
        let rows = runtime.block_on(run(&sources, &trusted, "goods".into(), steps)).unwrap();
        assert_eq!(rows, json!([{"name": "jam", "price": 6.0}]));
        let is_encrypted = runtime.block_on(run(&sources, &trusted, encrypted.clone(), json!([]))).unwrap();
        assert_eq!(is_encrypted, json!([{"ssl": true}]));
        let long = Relation::Query("SELECT 1 AS n, repeat('x', 100000000) AS t".to_owned());
        let reason = runtime.block_on(run(&sources, &trusted, long, json!([]))).unwrap_err().to_string();
        assert!(reason.contains("a row has 96 MB, more than the 16 MB"), "{reason}");

        for (host, authority, reason) in [
            ("localhost", "unknown.pem", "invalid peer certificate"),
            ("127.0.0.1", "known.pem", "certificate not valid for name \"127.0.0.1\""),
            ("localhost", "empty.pem", "there is no certificate in `tls_ca`"),
            ("localhost", "none.pem", "`tls_ca`"),
        ] {
            let refused = source(&server, folder.path(), host, tls, authority);
            let message = Sources::default().columns(&refused, &"goods".into()).unwrap_err();
            assert!(message.contains(reason), "{host}, {authority}: {message}");
            assert!(!message.contains(PostgresqlServer::PASSWORD), "{message}");
        }
    }
}
