//! CSV files: a header, then rows; types are found by reading all of them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aracari_app::CsvOptions;
use aracari_engine::Counted;
use arrow::array::AsArray;
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use regex::Regex;

use super::Opened;
use super::csv_types::{Guess, unique_names};

const MAX_COLUMNS: usize = 2_000;
/// Rows that are looked at together when types are found.
const ROWS_LOOKED_AT: usize = 128;
/// The longest texts.
const MAX_LENGTH: usize = 64 << 20;
/// How many bytes of the first line are looked at.
const MAX_HEADER: u64 = 1 << 20;

pub(super) fn open(path: &Path, options: &CsvOptions) -> Result<Opened, String> {
    let &[delimiter] = options.delimiter.as_bytes() else {
        return Err("`delimiter` is one ASCII character".into());
    };
    if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Err("it is empty: its first line names the columns".into());
    }
    check_encoding(path)?;
    let header = header(path, delimiter)?;
    check_delimiter(path, delimiter)?;
    let names = unique_names(&header);
    let texts = Schema::new(names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>());
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = ReaderBuilder::new(Arc::new(texts))
        .with_header(true)
        .with_delimiter(delimiter)
        .with_batch_size(ROWS_LOOKED_AT)
        .build_buffered(BufReader::new(file))
        .map_err(|error| error.to_string())?;

    let mut guesses = vec![Guess::default(); names.len()];
    let (mut is_untyped, mut widths) = (true, vec![0; names.len()]);
    for batch in reader {
        let rows = batch.map_err(|error| unreadable(&error))?;
        is_untyped &= rows.num_rows() == 0;
        for ((guess, width), column) in guesses.iter_mut().zip(&mut widths).zip(rows.columns()) {
            let bytes = column.as_string::<i32>().value_data().len();
            *width = bytes.div_ceil(rows.num_rows().max(1)).max(*width);
            if *width > MAX_LENGTH {
                return Err(format!("it has texts of more than {} MB: leave out what is so long", MAX_LENGTH >> 20));
            }
            for text in column.as_string::<i32>() {
                let value = text.unwrap_or_default();
                if !options.null_values.iter().any(|null| null == value) {
                    guess.see(value);
                }
            }
        }
    }
    let fields: Vec<Field> =
        names.iter().zip(&guesses).map(|(name, guess)| Field::new(name, guess.data_type(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let nulls = null_pattern(&options.null_values).map_err(|error| error.to_string())?;
    let rows = Rows { path: path.to_owned(), schema: Arc::clone(&schema), delimiter, nulls };
    let provider =
        StreamingTable::try_new(Arc::clone(&schema), vec![Arc::new(rows)]).map_err(|error| error.to_string())?;
    let provider = Arc::new(Counted::uncounted(Arc::new(provider)).with_widths(widths));
    Ok(Opened { schema, provider, is_untyped })
}

/// The rows of a file, parsed while they are read.
#[derive(Debug)]
struct Rows {
    path: PathBuf,
    schema: SchemaRef,
    delimiter: u8,
    nulls: Regex,
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let opened = File::open(&self.path).map_err(DataFusionError::from).and_then(|file| {
            let builder = ReaderBuilder::new(Arc::clone(&self.schema))
                .with_header(true)
                .with_delimiter(self.delimiter)
                .with_null_regex(self.nulls.clone())
                .with_batch_size(context.session_config().batch_size());
            builder.build_buffered(BufReader::new(file)).map_err(DataFusionError::from)
        });
        let rows: Box<dyn Iterator<Item = _> + Send> = match opened {
            Ok(reader) => Box::new(reader.map(|batch| batch.map_err(DataFusionError::from))),
            Err(error) => Box::new(std::iter::once(Err(error))),
        };
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), futures::stream::iter(rows)))
    }
}

/// Finds a file that begins with the mark of UTF-16, in either order of bytes.
fn check_encoding(path: &Path) -> Result<(), String> {
    let mut mark = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(2).read_to_end(&mut mark).map_err(|error| error.to_string())?;
    match mark.as_slice() {
        [0xff, 0xfe] | [0xfe, 0xff] => {
            Err("its text is encoded in UTF-16: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"
                .to_owned())
        }
        _ => Ok(()),
    }
}

/// The names of the first line.
fn header(path: &Path, delimiter: u8) -> Result<Vec<String>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let format = arrow::csv::reader::Format::default().with_header(true).with_delimiter(delimiter);
    let (schema, _) = format.infer_schema(BufReader::new(file), Some(0)).map_err(|error| unreadable(&error))?;
    if schema.fields().is_empty() || schema.fields().len() > MAX_COLUMNS {
        return Err(format!("expected a header of 1 to {MAX_COLUMNS} columns"));
    }
    Ok(schema.fields().iter().map(|field| field.name().clone()).collect())
}

/// Finds a header whose columns stand between another sign; one between quotes is taken as it is.
fn check_delimiter(path: &Path, delimiter: u8) -> Result<(), String> {
    let mut line = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    BufReader::new(file).take(MAX_HEADER).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
    let count = |sign: u8| line.split(|byte| *byte == sign).count() - 1;
    let other = b";\t|,".iter().copied().filter(|sign| *sign != delimiter).max_by_key(|sign| count(*sign));
    match other {
        Some(other) if !line.contains(&b'"') && count(delimiter) == 0 && count(other) > 0 => {
            let (written, other) = (char::from(delimiter).escape_default(), char::from(other).escape_default());
            Err(format!(
                "its first line holds `{other}` and no `{written}`: if that stands between the columns, give `delimiter: \"{other}\"` (of a source, under `csv`; of `aracari query`, `--delimiter`)"
            ))
        }
        _ => Ok(()),
    }
}

fn unreadable(error: &ArrowError) -> String {
    let reason = error.to_string();
    if reason.contains("UTF-8") || reason.contains("utf-8") {
        return "its text is not encoded in UTF-8, probably in Latin-1 (Windows-1252): save it as UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`".to_owned();
    }
    let quotes = if reason.contains("incorrect number of fields") {
        "; a text that a quote `\"` opens and none closes takes in the lines after it"
    } else {
        ""
    };
    format!("this is not a CSV file that can be read: {reason}{quotes}")
}

/// A pattern that is any of these texts and nothing else.
fn null_pattern(values: &[String]) -> Result<Regex, regex::Error> {
    if values.is_empty() {
        return Regex::new("[^\\s\\S]");
    }
    Regex::new(&format!("^(?:{})$", values.iter().map(|value| regex::escape(value)).collect::<Vec<_>>().join("|")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_utf_16_is_told_as_one() {
        let folder = tempfile::tempdir().unwrap();
        for (mark, bytes) in [("FF FE", b"\xff\xfea\0,\0b\0\n\0"), ("FE FF", b"\xfe\xff\0a\0,\0b\0\n")] {
            let path = folder.path().join("table.csv");
            std::fs::write(&path, bytes).unwrap();
            assert!(check_encoding(&path).unwrap_err().contains("`iconv -f UTF-16 -t UTF-8`"), "{mark}");
        }
        let plain = folder.path().join("plain.csv");
        std::fs::write(&plain, "a").unwrap();
        assert_eq!(check_encoding(&plain), Ok(()));
    }

    #[test]
    fn null_values_stand_for_themselves() {
        let pattern = null_pattern(&["NA".into(), String::new(), "n/a (.*)".into()]).unwrap();
        for (value, null) in [("NA", true), ("", true), ("n/a (.*)", true), ("NAN", false), ("n/a (x)", false)] {
            assert_eq!(pattern.is_match(value), null, "{value}");
        }
        assert!(!null_pattern(&[]).unwrap().is_match(""));
    }
}
