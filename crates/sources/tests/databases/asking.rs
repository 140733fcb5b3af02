//! Pipelines over one table of a source.

use aracari_app::{Relation, Source, Step};
use aracari_engine::standalone::Standalone;
use aracari_engine::{Catalog, EngineError};
use aracari_sources::Sources;
use aracari_sources::interchange::write_json;
use serde_json::{Value as Json, json};

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The rows of a table after these steps.
pub(crate) async fn run(
    sources: &Sources,
    source: &Source,
    relation: Relation,
    steps: Json,
) -> Result<Json, EngineError> {
    let mut standalone = Standalone::new(64 << 20)?;
    standalone.add_table("in", sources.table(source, &relation).await?);
    let mut pipeline = vec![json!({"name": "domain", "domain": "in"})];
    pipeline.extend(steps.as_array().cloned().unwrap_or_default());
    let pipeline: Vec<Step> = serde_json::from_value(Json::Array(pipeline)).unwrap();
    let rows = standalone.run(&pipeline).await?;
    Ok(write_json(&rows.schema, &rows.batches)["data"].clone())
}
