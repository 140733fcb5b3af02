//! Pages in Markdown.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value as Json;

use crate::example::Example;
use crate::shape::{followed, is_other_spelling, is_required, map, words};

/// What every step can have, described once for all of them.
const NOTES: [&str; 4] = ["name", "disabled", "label", "comment"];

/// The page of a step.
pub(crate) fn page(name: &str, variant: &Json, root: &Json, example: &Path) -> Result<String, String> {
    let mut page = format!("# `{name}`\n\n{}\n\n", described(variant));
    let parameters = parameters(variant, root);
    if parameters.is_empty() {
        page.push_str("It has no parameters.\n\n");
    } else {
        page.push_str("| parameter | takes | | what it is |\n|---|---|---|---|\n");
        page.push_str(&parameters);
        page.push('\n');
        for (name, schema) in variant["properties"].as_object().into_iter().flatten() {
            let Some(map) = map(schema, root).filter(|_| !is_other_spelling(variant, name)) else { continue };
            let each = if words(schema, root).starts_with("list") { "Each of" } else { "A map for" };
            let _ = write!(page, "{each} `{name}` holds:\n\n| key | takes | | what it is |\n|---|---|---|---|\n");
            let _ = writeln!(page, "{}", self::parameters(map, root));
        }
    }
    let example = Example::read(example)?;
    page.push_str("## Example\n\n```json\n[\n");
    let lines: Vec<String> = example.pipeline.iter().map(|step| format!("  {}", spaced(step))).collect();
    let _ = write!(page, "{}\n]\n```\n\n", lines.join(",\n"));
    if let Some((before, after)) = example.run()? {
        for (name, table) in &before {
            let _ = write!(page, "`{name}`:\n\n{}\n", rows(table));
        }
        let _ = write!(page, "gives\n\n{}\n", rows(&after));
    }
    page.push_str("[All steps](../steps.md)\n");
    Ok(page)
}

/// The steps by what they are for.
pub(crate) fn index(purposes: &[(&str, &[&str])], variants: &[Json]) -> String {
    let mut index = String::new();
    for (purpose, steps) in purposes {
        let _ = write!(index, "### {purpose}\n\n| step | what it does |\n|---|---|\n");
        for step in *steps {
            let variant = variants.iter().find(|variant| variant["properties"]["name"]["const"] == *step);
            let about = variant.map(described).unwrap_or_default();
            let first = about.split_inclusive(". ").next().unwrap_or_default();
            let _ = writeln!(index, "| [`{step}`](steps/{step}.md) | {} |", cell(first.trim()));
        }
        index.push('\n');
    }
    index.trim_end().to_owned() + "\n"
}

fn described(schema: &Json) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ")
}

fn parameters(variant: &Json, root: &Json) -> String {
    let mut lines = String::new();
    for (name, schema) in variant["properties"].as_object().into_iter().flatten() {
        if NOTES.contains(&name.as_str()) || is_other_spelling(variant, name) {
            continue;
        }
        let default = match (&schema["default"], is_required(variant, name)) {
            (_, true) => "required".to_owned(),
            (Json::Null, false) => String::new(),
            (default, false) => format!("default `{default}`"),
        };
        let mut about = described(schema);
        if about.is_empty() {
            about = followed(schema, root).map(described).unwrap_or_default();
        }
        let _ = writeln!(lines, "| `{name}` | {} | {default} | {} |", cell(&words(schema, root)), cell(&about));
    }
    lines
}

/// A table as Markdown; what is missing is empty.
fn rows(table: &Json) -> String {
    let fields: Vec<(&str, &str)> = table["schema"]["fields"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|field| (field["name"].as_str().unwrap_or_default(), field["type"].as_str().unwrap_or_default()))
        .collect();
    let mut text = String::new();
    let header: Vec<String> = fields.iter().map(|(name, _)| cell(name)).collect();
    let rule: Vec<&str> =
        fields.iter().map(|(_, kind)| if matches!(*kind, "integer" | "number") { "---:" } else { "---" }).collect();
    let _ = write!(text, "| {} |\n| {} |\n", header.join(" | "), rule.join(" | "));
    for record in table["data"].as_array().into_iter().flatten() {
        let cells: Vec<String> = fields.iter().map(|(name, _)| cell(&shown(&record[*name]))).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => {
            let day = text.strip_suffix("T00:00:00Z").unwrap_or(text);
            // Spaces at the ends would be lost.
            if day.trim() == day { day.to_owned() } else { format!("`{day}`") }
        }
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => {
                let rounded = (float * 1e6).round() / 1e6;
                rounded.to_string()
            }
            _ => number.to_string(),
        },
        other => spaced(other),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// JSON on one line, with a space after every sign as a person would write it.
fn spaced(json: &Json) -> String {
    match json {
        Json::Object(entries) => {
            let parts: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), spaced(value))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
