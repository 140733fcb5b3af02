//! `aracari check`: every mistake of an app's folder, each with its place.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use aracari_app::{App, Diagnostic, Severity};
use serde::Serialize;

/// Check an app's folder and print every mistake with its place.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app's folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// How findings are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: the line of the file with the place marked.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    app: Option<&'a str>,
    errors: usize,
    warnings: usize,
    diagnostics: &'a [Diagnostic],
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let loaded = App::load(&arguments.folder, &aracari_sources::Sources::default());
    let diagnostics = &loaded.diagnostics;
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let app = loaded.app.as_ref().map(|app| app.id.as_str());
    let mut output = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut output, &Report { app, errors, warnings, diagnostics })?;
            writeln!(output)?;
        }
        Format::Text => {
            let colours = Colours::new(output.is_terminal() && std::env::var_os("NO_COLOR").is_none());
            for diagnostic in diagnostics {
                writeln!(output, "{}", render(diagnostic, &colours))?;
            }
            writeln!(output, "{}", summary(app, errors, warnings, &colours))?;
        }
    }
    Ok(if app.is_some() && errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Terminal colours, or nothing where they would only be noise.
struct Colours {
    error: &'static str,
    warning: &'static str,
    good: &'static str,
    dim: &'static str,
    reset: &'static str,
}

impl Colours {
    fn new(are_wanted: bool) -> Self {
        if are_wanted {
            Self { error: "\x1b[1;31m", warning: "\x1b[1;33m", good: "\x1b[1;32m", dim: "\x1b[2m", reset: "\x1b[0m" }
        } else {
            Self { error: "", warning: "", good: "", dim: "", reset: "" }
        }
    }
}

/// One finding: what, where, the line with the place marked, and a hint.
fn render(diagnostic: &Diagnostic, colours: &Colours) -> String {
    let (word, colour) = match diagnostic.severity {
        Severity::Error => ("error", colours.error),
        Severity::Warning => ("warning", colours.warning),
    };
    let Colours { dim, reset, .. } = colours;
    let mut text = format!("{colour}{word}[{}]{reset}: {}\n", diagnostic.code, printable(&diagnostic.message));
    let file = printable(&diagnostic.file.display().to_string());
    if diagnostic.line == 0 {
        let _ = writeln!(text, "  {dim}-->{reset} {file}");
    } else {
        let _ = writeln!(text, "  {dim}-->{reset} {file}:{}:{}", diagnostic.line, diagnostic.column);
        let number = diagnostic.line.to_string();
        let margin = " ".repeat(number.len());
        let excerpt = printable(&diagnostic.excerpt);
        let _ = writeln!(text, "{dim}{number} |{reset} {excerpt}");
        let length = diagnostic.excerpt.chars().count();
        if let Some(before) = diagnostic.column.checked_sub(diagnostic.excerpt_column).filter(|before| *before < length)
        {
            let carets = "^".repeat(diagnostic.length.clamp(1, length - before));
            let _ = writeln!(text, "{dim}{margin} |{reset} {}{colour}{carets}{reset}", " ".repeat(before));
        }
    }
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(text, "  {dim}hint:{reset} {}", printable(hint));
    }
    text
}

/// A file's text must not steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn summary(app: Option<&str>, errors: usize, warnings: usize, colours: &Colours) -> String {
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    match (app, errors, warnings) {
        (Some(id), 0, 0) => format!("{}ok{}: the app `{id}` has no mistakes", colours.good, colours.reset),
        (Some(id), 0, _) => {
            format!("{}ok{}: the app `{id}`, {}", colours.good, colours.reset, count(warnings, "warning"))
        }
        _ => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_shows_the_line_with_its_place_marked() {
        let diagnostic = Diagnostic {
            severity: Severity::Error,
            code: "unknown_metric",
            file: "stories/delays.yaml".into(),
            line: 12,
            column: 10,
            length: 11,
            message: "the dataset `departures` has no metric `on_tme_rate`".into(),
            excerpt: "  value: on_tme_rate".into(),
            excerpt_column: 1,
            hint: Some("did you mean `on_time_rate`?".into()),
        };
        insta::assert_snapshot!(render(&diagnostic, &Colours::new(false)), @r"
        error[unknown_metric]: the dataset `departures` has no metric `on_tme_rate`
          --> stories/delays.yaml:12:10
        12 |   value: on_tme_rate
           |          ^^^^^^^^^^^
          hint: did you mean `on_time_rate`?
        ");
    }

    #[test]
    fn the_summary_counts() {
        let plain = Colours::new(false);
        assert_eq!(summary(Some("flights"), 0, 0, &plain), "ok: the app `flights` has no mistakes");
        assert_eq!(summary(Some("flights"), 0, 1, &plain), "ok: the app `flights`, 1 warning");
        assert_eq!(summary(None, 2, 0, &plain), "2 errors, 0 warnings");
    }
}
