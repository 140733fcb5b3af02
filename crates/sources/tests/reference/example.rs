//! Examples: small tables and a pipeline over them, run for the page.

use std::path::Path;
use std::sync::Arc;

use aracari_app::schema::TableSchema;
use aracari_app::template::parse_steps;
use aracari_engine::standalone::Standalone;
use aracari_sources::interchange::{read_json, write_json};
use datafusion::datasource::MemTable;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// An example as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    pub(crate) tables: Map<String, Json>,
    pub(crate) pipeline: Vec<Json>,
}

/// Tables by their names, as documents.
pub(crate) type Tables = Vec<(String, Json)>;

impl Example {
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The tables as the engine sees them, and what comes out; nothing of an example that no table is given for.
    pub(crate) fn run(&self) -> Result<Option<(Tables, Json)>, String> {
        if self.tables.is_empty() {
            return Ok(None);
        }
        let mut standalone = Standalone::new(64 << 20).map_err(|error| error.to_string())?;
        let mut before = Vec::new();
        for (name, table) in &self.tables {
            let batch = read_json(table).map_err(|error| error.to_string())?;
            before.push((name.clone(), write_json(&batch.schema(), std::slice::from_ref(&batch))));
            let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(|error| error.to_string())?;
            standalone.add_table(name, Arc::new(table));
        }
        let steps = parse_steps(self.pipeline.clone()).map_err(|error| error.to_string())?;
        aracari_app::infer::infer(&steps, TableSchema::default(), &|name| standalone.columns(name))
            .map_err(|mistake| format!("step {}: {mistake}", mistake.step_index + 1))?;
        // Deep plans need a deep stack.
        let running = std::thread::Builder::new().stack_size(16 << 20).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(standalone.run(&steps))
        });
        let rows = running.unwrap().join().map_err(|_| "it panics".to_owned())?.map_err(|error| error.to_string())?;
        Ok(Some((before, write_json(&rows.schema, &rows.batches))))
    }
}
