//! What a chart asks for once its values are bound, and who asks.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::steps::Step;
use crate::value::Value;

/// A question to one dataset: its rows, prepared by `steps`, at most `limit` of them.
///
/// Every variable is bound; it carries no permission yet (`policy` of the engine adds them).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Query {
    pub dataset: String,
    pub steps: Vec<Step>,
    pub limit: u64,
}

/// What permissions can know of the person who asks: groups and attributes, no identity.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reader {
    pub groups: Vec<String>,
    pub attributes: BTreeMap<String, Value>,
}
