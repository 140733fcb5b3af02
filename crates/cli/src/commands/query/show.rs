//! Rows, plans and times for people, and plans and times for programs.

use std::io::{self, Write};
use std::time::Duration;

use aracari_engine::Explanation;
use aracari_engine::standalone::{Rows, StepProfile};
use aracari_sources::interchange::write_json;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Row, Table, presets};
use serde_json::{Value as Json, json};

use super::Format;
use super::program::Program;

/// More rows than these are not read by anybody.
const MAX_ROWS: usize = 200;
/// Longer cells are cut.
const MAX_CELL: usize = 80;

/// The rows as a table, under the step that they come from where the author gave it a label.
pub(super) fn rows(output: &mut impl Write, program: &Program, rows: &Rows) -> io::Result<()> {
    if let Some((index, notes)) = program.notes.iter().enumerate().next_back()
        && notes.label.is_some()
    {
        writeln!(output, "{}", visible(&program.place(index)))?;
    }
    let total = rows.count();
    let mut left = MAX_ROWS;
    let mut first = Vec::new();
    for batch in &rows.batches {
        first.push(batch.slice(0, batch.num_rows().min(left)));
        left -= batch.num_rows().min(left);
    }
    let document = write_json(&rows.schema, &first);
    let fields: Vec<(&str, &str)> = document["schema"]["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|field| (field["name"].as_str().unwrap_or_default(), field["type"].as_str().unwrap_or_default()))
        .collect();
    let mut table = new_table();
    table.set_header(fields.iter().map(|(name, kind)| aligned(Cell::new(visible(name)), kind)));
    for record in document["data"].as_array().into_iter().flatten() {
        table
            .add_row(Row::from(fields.iter().map(|(name, kind)| aligned(Cell::new(text(&record[*name], kind)), kind))));
    }
    writeln!(output, "{table}")?;
    let columns = count(fields.len(), "column");
    if total > MAX_ROWS {
        return writeln!(output, "{total} rows, {columns}; the first {MAX_ROWS} are shown, `--format csv` prints all");
    }
    writeln!(output, "{}, {columns}", count(total, "row"))
}

/// How the pipeline runs.
pub(super) fn explanation(
    output: &mut impl Write,
    program: &Program,
    explanation: &Explanation,
    format: Option<Format>,
) -> io::Result<()> {
    if format == Some(Format::Json) {
        let sent =
            explanation.statements.iter().map(|sent| json!({"source": sent.source_id, "sql": sent.statement.text}));
        let sent: Vec<_> = sent.collect();
        let plan = json!({
            "steps": steps(program),
            "sent": sent,
            "logical": explanation.plan,
            "physical": explanation.operators,
        });
        return writeln!(output, "{plan:#}");
    }
    writeln!(output, "Steps")?;
    for index in 0..program.steps.len() {
        let off = if program.notes[index].is_off { ", switched off" } else { "" };
        writeln!(output, "  {}{off}", visible(&program.place(index)))?;
    }
    for sent in &explanation.statements {
        writeln!(
            output,
            "\nWhat the source `{}` computes\n  {}",
            visible(&sent.source_id),
            visible(&sent.statement.text)
        )?;
    }
    for (title, plan) in [("What it means", &explanation.plan), ("What runs", &explanation.operators)] {
        writeln!(output, "\n{title}")?;
        for line in plan.lines() {
            writeln!(output, "  {}", visible(line))?;
        }
    }
    Ok(())
}

/// Rows and time of each step.
pub(super) fn profile(
    output: &mut impl Write,
    program: &Program,
    profiles: &[StepProfile],
    together: Duration,
    format: Format,
) -> io::Result<()> {
    if format == Format::Json {
        let mut listed = steps(program);
        for (step, profile) in listed.iter_mut().zip(profiles) {
            step["rows"] = json!(profile.rows);
            step["columns"] = json!(profile.columns);
            step["duration_ms"] = json!(milliseconds(profile.duration));
        }
        let document = json!({"steps": listed, "together_ms": milliseconds(together)});
        return writeln!(output, "{document:#}");
    }
    let header = ["step", "name", "label", "rows", "columns", "ms"];
    let lines = program.notes.iter().zip(profiles).enumerate().map(|(index, (notes, profile))| {
        [
            (index + 1).to_string(),
            if notes.is_off { format!("{} (off)", notes.name) } else { notes.name.clone() },
            notes.label.clone().unwrap_or_default(),
            profile.rows.to_string(),
            profile.columns.to_string(),
            format!("{:.1}", milliseconds(profile.duration)),
        ]
    });
    if format == Format::Csv {
        write!(output, "{}\r\n", header.join(","))?;
        for line in lines {
            let cells = line.map(|cell| {
                if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
            });
            write!(output, "{}\r\n", cells.join(","))?;
        }
        return Ok(());
    }
    let mut table = new_table();
    table.set_header(header);
    for line in lines {
        let cells = line.into_iter().enumerate().map(|(index, cell)| {
            aligned(Cell::new(visible(&cell)), if matches!(index, 1 | 2) { "string" } else { "integer" })
        });
        table.add_row(Row::from(cells));
    }
    writeln!(output, "{table}")?;
    writeln!(
        output,
        "each step on its own, over the rows of the one before; together, as one plan, they take {:.1} ms",
        milliseconds(together)
    )
}

fn steps(program: &Program) -> Vec<Json> {
    let step = |(index, notes): (usize, &aracari_app::written::Notes)| json!({"step": index + 1, "name": notes.name, "label": notes.label, "off": notes.is_off});
    program.notes.iter().enumerate().map(step).collect()
}

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn aligned(cell: Cell, kind: &str) -> Cell {
    let is_number = matches!(kind, "integer" | "number");
    cell.set_alignment(if is_number { CellAlignment::Right } else { CellAlignment::Left })
}

fn text(value: &Json, kind: &str) -> String {
    let written = match value {
        Json::Null => return String::new(),
        // A day needs no time of day.
        Json::String(date) if kind == "datetime" => date.strip_suffix("T00:00:00Z").unwrap_or(date).to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let shown = visible(&written);
    if shown.chars().count() <= MAX_CELL {
        return shown;
    }
    shown.chars().take(MAX_CELL - 1).chain(['…']).collect()
}

/// Data must not steer the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { '·' } else { sign }).collect()
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

#[expect(clippy::cast_precision_loss, reason = "durations of steps are short")]
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_micros() as f64 / 100.0).round() / 10.0
}
