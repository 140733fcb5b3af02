//! Collects findings with their place, excerpt and hint.

use std::path::Path;

use indexmap::IndexSet;

use super::folder::SourceFile;
use crate::diagnostic::{Diagnostic, Severity, shortened};
use crate::yaml::{Problem, Span};

const MAX_DIAGNOSTICS: usize = 1_000;
const MAX_EXCERPT: usize = 120;

/// The files of an app and what was found in them.
#[derive(Debug, Default)]
pub(crate) struct Reporter {
    files: Vec<SourceFile>,
    diagnostics: Vec<Diagnostic>,
    errors: usize,
    /// The line of the last finding, as people may see it: a long one often has several.
    last_line: Option<((usize, usize), Vec<char>)>,
}

impl Reporter {
    pub(crate) fn files(&self) -> &[SourceFile] {
        &self.files
    }

    pub(super) fn add_file(&mut self, file: SourceFile) {
        self.files.push(file);
    }

    /// How many errors were found so far.
    pub(crate) fn error_count(&self) -> usize {
        self.errors
    }

    pub(crate) fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>, hint: Option<String>) {
        self.push(Severity::Error, code, span, message.into(), hint);
    }

    pub(crate) fn warning(&mut self, code: &'static str, span: Span, message: impl Into<String>, hint: Option<String>) {
        self.push(Severity::Warning, code, span, message.into(), hint);
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        self.error(problem.code, problem.span, problem.message, problem.hint);
    }

    /// An error about a file or folder that has no readable text.
    pub(super) fn file_error(&mut self, code: &'static str, path: &Path, message: &str, hint: Option<&str>) {
        self.errors += 1;
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code,
                file: if path.as_os_str().is_empty() { ".".into() } else { path.to_path_buf() },
                line: 0,
                column: 0,
                length: 0,
                message: message.to_owned(),
                excerpt: String::new(),
                excerpt_column: 1,
                hint: hint.map(str::to_owned),
            });
        }
    }

    fn push(&mut self, severity: Severity, code: &'static str, span: Span, message: String, hint: Option<String>) {
        if severity == Severity::Error {
            self.errors += 1;
        }
        if self.diagnostics.len() >= MAX_DIAGNOSTICS {
            return;
        }
        let file = self.files.get(span.file);
        let place = (span.file, span.line);
        let known = self.last_line.take().filter(|(last, _)| *last == place);
        let line = known.map_or_else(
            || shown(file.map_or("", |file| file.line(span.line))).chars().collect::<Vec<char>>(),
            |(_, line)| line,
        );
        let (excerpt, excerpt_column) = excerpt(&line, span.column);
        self.last_line = Some((place, line));
        self.diagnostics.push(Diagnostic {
            severity,
            code,
            file: file.map(|file| file.path.clone()).unwrap_or_default(),
            line: span.line,
            column: span.column,
            length: span.length,
            message: shortened(message),
            excerpt,
            excerpt_column,
            hint: hint.map(shortened),
        });
    }

    /// The findings in the order of files, lines and columns.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by(|left, right| {
            (&left.file, left.line, left.column, left.severity).cmp(&(
                &right.file,
                right.line,
                right.column,
                right.severity,
            ))
        });
        self.diagnostics.dedup();
        self.diagnostics
    }
}

/// The line around a column, and the column at which that begins; dots stand for one character that is left out.
fn excerpt(line: &[char], column: usize) -> (String, usize) {
    let Some(room) = line.len().checked_sub(MAX_EXCERPT).filter(|room| *room > 0) else {
        return (line.iter().collect(), 1);
    };
    let first = column.saturating_sub(MAX_EXCERPT / 3).min(room);
    let mut part = line[first..first + MAX_EXCERPT].to_vec();
    if first > 0 {
        part[0] = '…';
    }
    if first < room {
        part[MAX_EXCERPT - 1] = '…';
    }
    (part.into_iter().collect(), first + 1)
}

/// A line as people may see it: what looks like a secret is left out.
fn shown(line: &str) -> String {
    written_secret(line).map_or_else(|| line.to_owned(), |start| format!("{}…", &line[..start]))
}

/// Where the value of a key begins that is probably a secret: `password: value`, however it is misspelt.
fn written_secret(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    ["passw", "pasw", "passphrase", "pwd", "secret"]
        .iter()
        .filter_map(|word| {
            let key = lower.find(word)?;
            let colon = key + lower[key..].find(':')?;
            let is_key =
                lower[key..colon].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-\"' ".contains(&byte));
            let value = line[colon + 1..].trim_start();
            (is_key && !value.is_empty() && !value.starts_with('{')).then_some(colon + 1)
        })
        .min()
}

/// "did you mean …?" when a known name is near, else the known names when they are few.
pub(crate) fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let names: Vec<&str> = known.into_iter().collect::<IndexSet<_>>().into_iter().collect();
    if let Some(similar) = crate::infer::suggest(wanted, names.iter().copied()) {
        return Some(format!("did you mean `{similar}`?"));
    }
    match names.len() {
        1..=12 => Some(format!("known are {}", quoted(&names))),
        _ => None,
    }
}

/// Names between backticks, with commas.
pub(crate) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, shown};

    #[test]
    fn what_is_known_is_listed_once() {
        let known = ["shop", "revenue", "revenue"];
        assert_eq!(did_you_mean("basket", known).as_deref(), Some("known are `shop`, `revenue`"));
        assert_eq!(did_you_mean("shp", known).as_deref(), Some("did you mean `shop`?"));
    }

    #[test]
    fn an_excerpt_shows_no_secret() {
        for (line, expected) in [
            ("    password: hunter2", "    password:…"),
            ("{ id: db, Pasword: 'x', host: h }", "{ id: db, Pasword:…"),
            ("    \"client_secret\": abc", "    \"client_secret\":…"),
            ("    password: { env: NAME }", "    password: { env: NAME }"),
            ("    password:", "    password:"),
            ("title: Passengers of a year", "title: Passengers of a year"),
        ] {
            assert_eq!(shown(line), expected);
        }
    }
}
