//! Privileges: what a person may do in one app.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person may do in one app, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Privilege {
    /// Reads the app.
    Viewer,
    /// Reads, and approves what is published.
    Validator,
    /// Changes the app and sees its diagnostics.
    Contributor,
    /// Everything, access included.
    Admin,
}

impl Privilege {
    /// True for those who may change the app, and so see its diagnostics.
    pub fn may_edit(self) -> bool {
        self >= Self::Contributor
    }
}
