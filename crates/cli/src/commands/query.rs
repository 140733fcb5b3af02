//! `aracari query`: runs a pipeline over tables in files, and shows what it makes, how, and how long it takes.

mod made;
mod problem;
mod program;
mod show;
mod timed;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use aracari_app::CsvOptions;
use aracari_app::infer::suggest;
use aracari_engine::standalone::{Rows, Standalone};
use aracari_sources::interchange::{TableError, open_table, write_csv, write_json_to};

use made::{Made, Query, Wanted};
use problem::Problem;
use program::Program;
use timed::{block_on, timed};

/// Run a pipeline, a JSON or YAML list of steps, over tables in files.
///
/// The first step is `domain`; it and every `join` and `append` name tables given with `--table`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file that holds the pipeline: JSON, or YAML where it ends in `.yaml` or `.yml`.
    file: PathBuf,
    /// A table and its file: `.json` (table-schema, GeoJSON or records), `.csv`, `.parquet`, or `.sqlite` (its table of
    /// that name; another one as `FILE#TABLE`). May be repeated.
    #[arg(long = "table", value_name = "NAME=FILE", value_parser = table)]
    tables: Vec<(String, PathBuf)>,
    /// What stands between the columns of the CSV tables, such as `;`.
    #[arg(long, value_name = "SIGN", default_value = ",")]
    delimiter: String,
    /// A JSON object whose keys are the variables of the pipeline.
    #[arg(long, value_name = "FILE")]
    variables: Option<PathBuf>,
    /// How the rows are printed; a table on a terminal, JSON otherwise.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Show the plan instead of the rows: what runs here, and what a source is asked for.
    #[arg(long, conflicts_with = "profile")]
    explain: bool,
    /// Show the table after this step, counted from 1.
    #[arg(long, value_name = "STEP")]
    until: Option<usize>,
    /// Show rows and time of each step instead of the rows.
    #[arg(long)]
    profile: bool,
    /// How much memory running may take, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 2048, env = "ARACARI_QUERY_MEMORY_MB")]
    memory: usize,
    /// How long running may take, in seconds; to find the step that takes too long may take as long again.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, env = "ARACARI_QUERY_SECONDS")]
    time: u64,
}

impl Arguments {
    fn limit(&self) -> Duration {
        Duration::from_secs(self.time)
    }

    fn wanted(&self) -> Wanted {
        match (self.explain, self.profile) {
            (true, _) => Wanted::Explanation,
            (_, true) => Wanted::Profile,
            _ => Wanted::Rows,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// Table-schema JSON.
    Json,
    /// Comma-separated values.
    Csv,
    /// For people.
    Table,
}

fn table(written: &str) -> Result<(String, PathBuf), String> {
    match written.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.to_owned(), file.into())),
        _ => Err("expected NAME=FILE, such as `sales=data/sales.csv`".to_owned()),
    }
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match query(&arguments) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Failure::Problem(problem)) => {
            // A closed standard error leaves nobody to tell.
            let _ = write!(std::io::stderr(), "{problem}");
            Ok(ExitCode::FAILURE)
        }
        // Whoever reads has seen enough.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(Failure::Output(error)) => Err(error.into()),
    }
}

enum Failure {
    Problem(Problem),
    Output(std::io::Error),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

fn query(arguments: &Arguments) -> Result<(), Failure> {
    let query = Query::open(arguments)?;
    for doubt in &query.program.doubts {
        warn(doubt);
    }
    let is_terminal = std::io::stdout().is_terminal();
    let format = arguments.format.unwrap_or(if is_terminal { Format::Table } else { Format::Json });
    let made = query.made(arguments.wanted())?;
    let (program, mut output) = (&query.program, std::io::BufWriter::new(std::io::stdout().lock()));
    match made {
        Made::Explanation(explanation) => show::explanation(&mut output, program, &explanation, arguments.format)?,
        Made::Profile { steps, together } => show::profile(&mut output, program, &steps, together, format)?,
        Made::Rows(rows) if is_terminal => print(&mut Visible(&mut output), program, &rows, format)?,
        Made::Rows(rows) => print(&mut output, program, &rows, format)?,
    }
    Ok(output.flush()?)
}

/// Shows control characters as dots, so that data does not steer the terminal; whole texts are written at once.
struct Visible<W>(W);

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let harmless = |sign: char| !sign.is_control() || matches!(sign, '\n' | '\r' | '\t');
        let text = String::from_utf8_lossy(bytes);
        let shown: String = text.chars().map(|sign| if harmless(sign) { sign } else { '·' }).collect();
        self.0.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

fn warn(doubt: &Problem) {
    // A closed standard error leaves nobody to tell.
    let _ = write!(std::io::stderr(), "{doubt}");
}

fn print(output: &mut impl Write, program: &Program, rows: &Rows, format: Format) -> std::io::Result<()> {
    match format {
        Format::Json => write_json_to(output, &rows.schema, &rows.batches),
        Format::Csv => write_csv(output, &rows.schema, &rows.batches),
        Format::Table => show::rows(output, program, rows),
    }
}

/// The tables of the command; one that is not there in time is an error like one that is not there.
fn tables(arguments: &Arguments) -> Result<Standalone, Problem> {
    let mut tables =
        Standalone::new(arguments.memory.saturating_mul(1 << 20)).map_err(|error| Problem::new(error.to_string()))?;
    let csv = CsvOptions { delimiter: arguments.delimiter.replace("\\t", "\t"), ..CsvOptions::default() };
    for (name, file) in &arguments.tables {
        let unread = |reason: &str| {
            Problem::new(format!("the table `{name}` cannot be read from `{}`: {reason}", file.display()))
        };
        let opening = (file.clone(), name.clone(), csv.clone(), tables.room());
        let opened = timed(arguments.limit(), move || {
            let (file, name, csv, room) = opening;
            block_on(open_table(&file, &name, &csv, room))
        })?;
        let Some(opened) = opened else {
            let message = format!("that takes longer than {} s", arguments.time);
            return Err(unread(&message).hint("give more with `--time`"));
        };
        let opened = opened?.map_err(|error| match error {
            TableError::Memory => unread(&error.to_string())
                .hint("give more with `--memory`; a Parquet or CSV file is read as it is needed"),
            _ => unread(&error.to_string()).maybe_hint(similar_file(file)),
        })?;
        if tables.columns(name).is_some() {
            return Err(Problem::new(format!("two tables are called `{name}`")).hint("give one of them another name"));
        }
        if opened.is_untyped {
            let message = format!("the table `{name}` holds no rows: its columns are taken for texts");
            let hint = format!(
                "put rows into `{}`, or say the types: {{ name: convert, columns: […], dataType: float }}",
                file.display()
            );
            warn(&Problem::new(message).hint(hint).doubt());
        }
        tables.add_held_table(name, opened.provider, opened.room);
    }
    Ok(tables)
}

/// The file of the same folder that was probably meant, where there is none of this name.
fn similar_file(file: &Path) -> Option<String> {
    if file.exists() {
        return None;
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> =
        std::fs::read_dir(folder).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let similar = suggest(file.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", file.with_file_name(similar).display()))
}
