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

/// How many characters of a name that is too long a message shows.
const MAX_SHOWN: usize = 40;
/// How many characters may stand between two backticks of a message, and in all of it.
const MAX_QUOTED: usize = 150;
const MAX_MESSAGE: usize = 2_000;

/// The first characters of a text, and dots where it goes on.
pub(crate) fn beginning(text: &str) -> String {
    cut(text, MAX_SHOWN).unwrap_or_else(|| text.to_owned())
}

/// A message for people: of names as long as no person writes them it holds the beginning.
#[must_use]
pub fn shortened(message: String) -> String {
    if message.len() <= MAX_QUOTED {
        return message;
    }
    let is_quoted = |index: usize| index % 2 == 1;
    let short = |(index, part): (usize, &str)| match cut(part, MAX_QUOTED).filter(|_| is_quoted(index)) {
        Some(_) => beginning(part),
        None => part.to_owned(),
    };
    let whole = message.split('`').enumerate().map(short).collect::<Vec<_>>().join("`");
    cut(&whole, MAX_MESSAGE).unwrap_or(whole)
}

fn cut(text: &str, most: usize) -> Option<String> {
    text.char_indices().nth(most).map(|(end, _)| format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGE, shortened};

    #[test]
    fn names_that_are_too_long_are_shown_by_their_beginning() {
        let long = "é".repeat(1_000);
        let forty = "é".repeat(40);
        let told = shortened(format!("there is no column `{long}` here, but `short` and {}", "a ".repeat(100)));
        assert_eq!(told, format!("there is no column `{forty}…` here, but `short` and {}", "a ".repeat(100)));
        assert_eq!(shortened("b ".repeat(5_000)).chars().count(), MAX_MESSAGE + 1);
    }
}
