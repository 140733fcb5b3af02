//! One look at all of a CSV file before anybody asks for its rows: the names and types of its columns, how long they are,
//! and whether it can be read at all. It holds no more than a part of one value.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use super::types::{Guess, unique_names};

const MAX_COLUMNS: usize = 2_000;
/// How many bytes the first line has at most.
pub(super) const MAX_HEADER: usize = 1 << 20;
/// The longest texts.
const MAX_LENGTH: usize = 64 << 20;
/// How much of a value is held: what is longer is a text.
const MAX_HELD: usize = 64 << 10;
/// Rows that are looked at together to tell how long they are.
const ROWS_LOOKED_AT: usize = 128;

/// What a file has.
pub(super) struct Look {
    pub(super) names: Vec<String>,
    pub(super) guesses: Vec<Guess>,
    /// The bytes of a row in each column, where the file has its longest rows.
    pub(super) widths: Vec<usize>,
    pub(super) rows: usize,
}

pub(super) fn look(path: &Path, delimiter: u8, nulls: &[String]) -> Result<Look, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut fields = Fields {
        input: BufReader::with_capacity(MAX_HELD, file),
        parser: ReaderBuilder::new().delimiter(delimiter).build(),
        held: vec![0; MAX_HELD],
        longest: MAX_HEADER,
        line_ends: 0,
    };
    let names = header(&mut fields)?;
    fields.longest = MAX_LENGTH;
    let mut look = Look { guesses: vec![Guess::default(); names.len()], widths: vec![0; names.len()], names, rows: 0 };
    let mut lengths = vec![0; look.names.len()];
    loop {
        let line = fields.line()?;
        let mut count = 0;
        loop {
            let Some(field) = fields.next()? else {
                look.see_widths(&mut lengths);
                return Ok(look);
            };
            if let (Some(guess), Some(length)) = (look.guesses.get_mut(count), lengths.get_mut(count)) {
                *length += field.length;
                match field.whole {
                    Some(value) if nulls.iter().any(|null| null == value) => {}
                    Some(value) => guess.see(value),
                    None => guess.see_text(),
                }
            }
            count += 1;
            if field.is_last {
                break;
            }
        }
        if count != look.names.len() {
            let (values, columns) = (counted(count, "value"), counted(look.names.len(), "column"));
            return Err(format!(
                "the row that begins in line {line} has {values}, the header {columns}: give it as many, and quote a text that holds the sign between columns; a text that a quote `\"` opens and none closes takes in the lines after it"
            ));
        }
        look.rows += 1;
        if look.rows.is_multiple_of(ROWS_LOOKED_AT) {
            look.see_widths(&mut lengths);
        }
    }
}

impl Look {
    /// Takes into account how long the last rows were, all together.
    fn see_widths(&mut self, lengths: &mut [usize]) {
        let rows = (self.rows.max(1) - 1) % ROWS_LOOKED_AT + 1;
        for (width, length) in self.widths.iter_mut().zip(lengths) {
            *width = length.div_ceil(rows).max(*width);
            *length = 0;
        }
    }
}

/// The names of the first line.
fn header(fields: &mut Fields) -> Result<Vec<String>, String> {
    let (mut names, mut bytes) = (Vec::new(), 0);
    while let Some(field) = fields.next()? {
        bytes += field.length;
        let Some(name) = field.whole.filter(|_| bytes <= MAX_HEADER) else {
            return Err(format!("its first line, which names the columns, is longer than {} MB", MAX_HEADER >> 20));
        };
        names.push(name.to_owned());
        if field.is_last || names.len() > MAX_COLUMNS {
            break;
        }
    }
    if names.is_empty() || names.len() > MAX_COLUMNS {
        return Err(format!("expected a header of 1 to {MAX_COLUMNS} columns"));
    }
    Ok(unique_names(&names))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The values of a file, one after another.
struct Fields {
    input: BufReader<File>,
    parser: Reader,
    held: Vec<u8>,
    /// How many bytes a value has at most.
    longest: usize,
    /// Ends of lines between rows, which the parser has not seen.
    line_ends: u64,
}

struct Value<'a> {
    /// Nothing where it is too long to be held.
    whole: Option<&'a str>,
    length: usize,
    /// The last of its row.
    is_last: bool,
}

impl Fields {
    /// The line in which the next row begins.
    fn line(&mut self) -> Result<u64, String> {
        loop {
            let input = self.input.fill_buf().map_err(|error| error.to_string())?;
            let between = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let (mut read, mut ends) = (0, 0);
            for byte in between {
                read += 1;
                ends += u64::from(*byte == b'\n');
            }
            self.input.consume(read);
            self.line_ends += ends;
            if read == 0 {
                return Ok(self.parser.line() + self.line_ends);
            }
        }
    }

    fn next(&mut self) -> Result<Option<Value<'_>>, String> {
        let (mut length, mut held, mut is_long) = (0, 0, false);
        let line = self.parser.line() + self.line_ends;
        loop {
            let input = self.input.fill_buf().map_err(|error| error.to_string())?;
            // What the end of a line does not end either goes on in quotes.
            let is_over = input.is_empty();
            let input = if is_over { b"\n" } else { input };
            let (result, read, written) = self.parser.read_field(input, &mut self.held[held..]);
            if is_over && written > 0 {
                return Err(format!("a quote `\"` opens a text in line {line}, and none closes it"));
            }
            self.input.consume(if is_over { 0 } else { read });
            held += written;
            length += written;
            if length > self.longest {
                let megabytes = self.longest >> 20;
                return Err(format!(
                    "the text that begins in line {line} is longer than {megabytes} MB; one that a quote `\"` opens and none closes takes in the lines after it"
                ));
            }
            match result {
                ReadFieldResult::InputEmpty if is_over => return Ok(None),
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => {
                    // The bytes of a letter that goes on stay.
                    let whole = whole_letters(&self.held, line)?;
                    is_long = true;
                    self.held.copy_within(whole.., 0);
                    held = self.held.len() - whole;
                }
                ReadFieldResult::Field { record_end } => {
                    let text = std::str::from_utf8(&self.held[..held]).map_err(|_| not_in_utf_8(line))?;
                    return Ok(Some(Value { whole: (!is_long).then_some(text), length, is_last: record_end }));
                }
                ReadFieldResult::End => return Ok(None),
            }
        }
    }
}

/// How many of the bytes are letters that are whole.
fn whole_letters(bytes: &[u8], line: u64) -> Result<usize, String> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(bytes.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(not_in_utf_8(line)),
    }
}

fn not_in_utf_8(line: u64) -> String {
    format!(
        "its text, first in line {line}, is not encoded in UTF-8 but probably in Latin-1 (Windows-1252): save it as UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_at(text: &[u8]) -> Result<Look, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, text).unwrap();
        look(&path, b',', &[String::new()])
    }

    #[test]
    fn a_row_of_other_values_than_columns_is_found_by_its_line() {
        for (text, line, values) in [
            ("a,b\n1,2\n1\n", 3, "1 value,"),
            ("a,b\r\n1,2\r\n1,2,3\r\n", 3, "3 values,"),
            ("a,b\n\n\n\"x\ny\",2\n\n1,2,3", 7, "3 values,"),
            ("a,b\r1,2\r1,2,3", 1, "3 values,"),
        ] {
            let reason = look_at(text.as_bytes()).err().unwrap();
            assert!(reason.contains(&format!("begins in line {line} has {values}")), "{text:?}: {reason}");
        }
    }

    #[test]
    fn a_text_that_is_not_closed_is_found_where_it_begins() {
        for (text, line) in
            [("a,b\n1,\"x\n2,y\n3,z\n", 2), ("a\n1\n\"x\n2", 3), ("a\n\"x\"\"", 2), ("a,\"b\n", 1), ("a\n\"", 2)]
        {
            let reason = look_at(text.as_bytes()).err().unwrap_or_else(|| panic!("{text:?} is read"));
            assert!(reason.contains(&format!("opens a text in line {line}, and none closes it")), "{text:?}: {reason}");
        }
        for text in
            ["a\n\"x\"", "a\n\"x\"\n", "a\n\"x\"\"\"", "a\nx\"", "a\n", "a", "a\n\"\"", "a,b\n1,", "a,b\n1,\"\"\n"]
        {
            assert!(look_at(text.as_bytes()).is_ok(), "{text:?}");
        }
        let long = format!("a,b\n1,2\n3,\"x\n{}", "1,2\n".repeat(17 << 20));
        assert!(look_at(long.as_bytes()).err().unwrap().contains("begins in line 3 is longer than 64 MB"));
    }

    #[test]
    fn long_values_are_texts_of_whole_letters() {
        for letter in ["a", "é", "€", "𝄞"] {
            for before in 0..4 {
                let long = format!("{}{}", "a".repeat(before), letter.repeat(MAX_HELD));
                let look = look_at(format!("n,t\n1,{long}\n2,3\n").as_bytes()).unwrap();
                assert_eq!((look.rows, look.widths), (2, vec![1, (long.len() + 1).div_ceil(2)]));
                assert_eq!(look.guesses[1].data_type(), arrow::datatypes::DataType::Utf8View);
            }
        }
        let broken = [b"t\n".as_slice(), &b"a".repeat(MAX_HELD), b"\xe9", &b"a".repeat(MAX_HELD)].concat();
        assert!(look_at(&broken).err().unwrap().contains("UTF-8"));
        assert!(look_at(b"t\n\xe9\n").err().unwrap().contains("line 2, is not encoded in UTF-8"));
        assert!(look_at(b"\xe9\n1\n").err().unwrap().contains("UTF-8"));
    }

    #[test]
    fn a_first_line_that_is_no_header_is_refused() {
        assert!(look_at(b"\n\n").err().unwrap().contains("expected a header"));
        assert!(look_at(&b"a,".repeat(MAX_COLUMNS)).err().unwrap().contains("expected a header"));
        assert!(look_at(&b"a".repeat(MAX_HEADER + 1)).err().unwrap().contains("longer than 1 MB"));
        assert!(look_at(&b"abcdefgh,".repeat(MAX_HEADER / 8)).err().is_some());
    }

    #[test]
    fn widths_are_those_of_the_longest_rows() {
        let rows = |length: usize, count: usize| format!("{}\n", "x".repeat(length)).repeat(count);
        let look = look_at(format!("t\n{}{}{}", rows(1, 256), rows(50, 128), rows(2, 200)).as_bytes()).unwrap();
        assert_eq!(look.widths, [50]);
        let look = look_at(format!("t\n{}{}", rows(1, 128), rows(9, 1)).as_bytes()).unwrap();
        assert_eq!(look.widths, [9]);
    }
}
