//! `rename`: gives columns other names, all at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Gives columns other names, all at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rename {
    /// Pairs of old and new name.
    #[serde(alias = "to_rename")]
    pub to_rename: Vec<(String, String)>,
}
