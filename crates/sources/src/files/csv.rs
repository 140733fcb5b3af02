//! CSV files: a header, then rows; types are found by reading all of them.

mod look;
mod read;
mod types;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use aracari_app::CsvOptions;
use aracari_engine::Counted;
use arrow::datatypes::{Field, Schema};
use datafusion::catalog::streaming::StreamingTable;
use regex::Regex;

use super::Opened;
use look::{Look, MAX_HEADER, look};
use read::Rows;

pub(super) fn open(path: &Path, options: &CsvOptions) -> Result<Opened, String> {
    let &[delimiter] = options.delimiter.as_bytes() else {
        return Err("`delimiter` is one ASCII character".into());
    };
    if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Err("it is empty: its first line names the columns".into());
    }
    check_encoding(path)?;
    check_delimiter(path, delimiter)?;
    let Look { names, guesses, widths, rows } = look(path, delimiter, &options.null_values)?;
    let fields: Vec<Field> =
        names.iter().zip(&guesses).map(|(name, guess)| Field::new(name, guess.data_type(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let nulls = null_pattern(&options.null_values).map_err(|error| error.to_string())?;
    let read = Rows { path: path.to_owned(), schema: Arc::clone(&schema), delimiter, nulls };
    let provider =
        StreamingTable::try_new(Arc::clone(&schema), vec![Arc::new(read)]).map_err(|error| error.to_string())?;
    let provider = Arc::new(Counted::uncounted(Arc::new(provider)).with_widths(widths));
    Ok(Opened { schema, provider, is_untyped: rows == 0 })
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

/// Finds a header whose columns stand between another sign; one between quotes is taken as it is.
fn check_delimiter(path: &Path, delimiter: u8) -> Result<(), String> {
    let mut line = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    BufReader::new(file).take(MAX_HEADER as u64).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
    let line = line.split(|byte| *byte == b'\r').next().unwrap_or_default();
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
    fn another_sign_between_columns_is_looked_for_in_the_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        for (text, is_right) in [("a;b\n1;2\n", false), ("a\tb\r\n", false), ("a\nx;y\n", true), ("a\rx;y\rz\r", true)]
        {
            std::fs::write(&path, text).unwrap();
            assert_eq!(check_delimiter(&path, b',').is_ok(), is_right, "{text:?}");
        }
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
