//! A folder with a few tables, and the binary run in it.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

pub(crate) struct Outcome {
    pub(crate) succeeded: bool,
    pub(crate) output: String,
    pub(crate) errors: String,
}

/// A folder with the tables `sales` (JSON), `shops` (CSV) and what else is written into it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let sales = json!({
            "schema": {"fields": [
                {"name": "shop", "type": "string"}, {"name": "day", "type": "datetime"},
                {"name": "amount", "type": "number"}, {"name": "pieces", "type": "integer"}]},
            "data": [
                {"shop": "Lyon", "day": "2024-01-01", "amount": 12.5, "pieces": 3},
                {"shop": "Paris", "day": "2024-01-02T10:30:00+01:00", "amount": 40.0, "pieces": 8},
                {"shop": "Lyon", "day": null, "amount": null, "pieces": 1}]});
        folder.write("sales.json", &sales.to_string());
        folder.write("shops.csv", "name,city,since\nLyon,\"Lyon, 2e\",2001-05-01\nParis,Paris,1999-12-31\n");
        folder
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs a pipeline over both tables.
    pub(crate) fn query(&self, steps: &Json, flags: &[&str]) -> Outcome {
        self.write("steps.json", &steps.to_string());
        let mut arguments = vec!["query", "steps.json", "--table", "sales=sales.json", "--table", "shops=shops.csv"];
        arguments.extend(flags);
        self.run(&arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let output = Command::new(env!("CARGO_BIN_EXE_aracari"))
            .args(arguments)
            .current_dir(self.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Outcome {
            succeeded: output.status.success(),
            output: String::from_utf8(output.stdout).unwrap(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The rows of a pipeline that works.
    pub(crate) fn rows(&self, steps: &Json, flags: &[&str]) -> Json {
        let outcome = self.query(steps, flags);
        assert!(outcome.succeeded, "{}", outcome.errors);
        assert_eq!(outcome.errors, "");
        serde_json::from_str(&outcome.output).unwrap()
    }
}
