//! Diagnostics: what is wrong in a file, where, and what was expected.

use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

/// How bad a finding is: an error keeps the app from being served, a warning does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// One finding in one place of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A stable word for programs, such as `unknown_key`.
    pub code: &'static str,
    /// The file, relative to the app's folder.
    pub file: PathBuf,
    /// Counted from 1; 0 when the finding is about the file as a whole.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// How many characters of the line the finding is about.
    pub length: usize,
    pub message: String,
    /// The line of the file; of a very long one the part around the column, between dots.
    pub excerpt: String,
    /// The column at which the excerpt begins.
    pub excerpt_column: usize,
    pub hint: Option<String>,
}

impl Diagnostic {
    /// True when the finding keeps the app from being served.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}:{}:{}: {severity}: {}", self.file.display(), self.line, self.column, self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}
