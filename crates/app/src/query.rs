//! What a chart asks for once its values are bound, and who asks.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::steps::Step;
use crate::value::Value;

/// A question to one dataset: its rows, prepared by `steps`, at most `limit` of them.
///
/// Every variable is bound; it carries no permission yet (`policy` of the engine adds them).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Query {
    pub dataset: String,
    pub steps: Vec<Step>,
    pub limit: u64,
    /// The steps of the datasets whose own pipelines hold variables, with this question's values in them.
    /// Read them through [`crate::Dataset::steps_for`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bound: BTreeMap<String, Vec<Step>>,
}

impl Query {
    /// A question whose datasets hold no variables.
    pub fn new(dataset: impl Into<String>, steps: Vec<Step>, limit: u64) -> Self {
        Self { dataset: dataset.into(), steps, limit, bound: BTreeMap::new() }
    }
}

/// What permissions can know of the person who asks: groups and attributes, no identity.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reader {
    pub groups: Vec<String>,
    pub attributes: BTreeMap<String, Value>,
}
