//! One problem, as it is told on standard error: where, what, and what to do.

use std::fmt;

use aracari_app::shortened;

/// Why a pipeline gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    message: String,
    /// The step, its number and name; the place in a file.
    place: Option<String>,
    hint: Option<String>,
    /// It works, and is probably not meant so.
    is_doubt: bool,
    /// Problems that were found with it.
    others: Vec<Problem>,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, hint: None, is_doubt: false, others: Vec::new() }
    }

    /// All of these as one; none where there are none.
    pub(super) fn all(problems: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut problems = problems.into_iter();
        let first = problems.next()?;
        Some(Self { others: problems.collect(), ..first })
    }

    pub(super) fn at(self, place: impl Into<String>) -> Self {
        Self { place: Some(place.into()), ..self }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(super) fn doubt(self) -> Self {
        Self { is_doubt: true, ..self }
    }

    pub(super) fn maybe_hint(self, hint: Option<String>) -> Self {
        Self { hint: hint.or(self.hint), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_doubt { "warning" } else { "error" };
        match &self.place {
            Some(place) => writeln!(f, "{word}: {}: {}", printable(place), printable(&self.message))?,
            None => writeln!(f, "{word}: {}", printable(&self.message))?,
        }
        if let Some(hint) = &self.hint {
            writeln!(f, "  hint: {}", printable(hint))?;
        }
        self.others.iter().try_for_each(|other| write!(f, "{other}"))
    }
}

/// A file's text must not steer the terminal, nor fill it.
fn printable(text: &str) -> String {
    shortened(text.to_owned()).chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}
