//! `todate`: reads a text or number column as dates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Reads a text or number column as dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Todate {
    pub column: String,
    /// A strptime pattern such as `%Y-%m-%d`; guessed when absent.
    #[serde(default)]
    pub format: Option<String>,
}
