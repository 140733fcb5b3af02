//! `aracari schema`: prints the JSON Schema of a kind of configuration file.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;

/// Print the JSON Schema of a kind of configuration file, for editors.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The kind of file or value.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(aracari_app::SCHEMA_KINDS))]
    kind: String,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let schema = aracari_app::schema_json(&arguments.kind).context("there is no such schema")?;
    let mut output = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, &schema)?;
    writeln!(output)?;
    Ok(ExitCode::SUCCESS)
}
