//! How large the answers of functions can be, told from what they are given.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::ColumnarValue;
use regex::Regex;

use super::bounded::{refused, texts};

/// The most letters that are compared with each other in one batch of rows.
const MAX_COMPARED: usize = 1 << 30;

/// No part of a date is written in more letters than these for each letter of its format.
const LETTERS_OF_A_FORMAT: usize = 16;

/// How the size of a function's answer follows from what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Growth {
    /// About as long as the one text that it is made of, however often.
    Kept,
    /// At most so many times as long as all texts together that it is made of.
    Times(usize),
    /// The first text stands between each two of the others.
    Separated,
    /// A text in which one is replaced by another wherever it stands.
    Replaced,
    /// The same by a pattern, which may be told to be replaced once or wherever it is found.
    ReplacedPattern,
    /// What a pattern finds, and each of its groups.
    Groups,
    /// A date in a given format.
    Formatted,
    /// Not a text: every letter of one text is compared with every letter of another.
    Compared,
}

impl Growth {
    /// The bytes that a function makes at most; says so where these are more than it may make.
    pub(super) fn check(self, name: &str, values: &[ColumnarValue], rows: usize, most: usize) -> Result<usize> {
        let size = self.size(values, rows, most)?;
        if self == Self::Compared {
            return if size > MAX_COMPARED { Err(refused(too_long_to_compare(name))) } else { Ok(0) };
        }
        if size <= most {
            return Ok(size);
        }
        let (size, most) = (written(size), written(most));
        Err(refused(format!(
            "the texts that `{name}` makes would take {size} for {rows} rows, and {most} are the most; make them shorter, \
             such as by `substring`, or repeat less"
        )))
    }

    /// The bytes that come out at most; where a rough reckoning already stays below `most`, that.
    fn size(self, values: &[ColumnarValue], rows: usize, most: usize) -> Result<usize> {
        let all = || values.iter().map(|value| bytes(value, rows)).fold(0, usize::saturating_add);
        Ok(match (self, values) {
            (Self::Kept, _) => 0,
            (Self::Times(factor), _) => all().saturating_mul(factor),
            (Self::Separated, [separator, parts @ ..]) => {
                bytes(separator, rows).saturating_mul(parts.len()).saturating_add(all())
            }
            (Self::Replaced, [text, old, new]) => replaced(text, old, new, rows, most)?,
            (Self::ReplacedPattern, [text, pattern, new, flags @ ..]) => {
                replaced_pattern(text, pattern, new, flags.last(), rows, most)?
            }
            (Self::Groups, [text, pattern, ..]) => {
                let groups = text_of(pattern).map_or(0, |pattern| pattern.matches('(').count());
                bytes(text, rows).saturating_mul(groups + 1)
            }
            (Self::Formatted, [_, format, ..]) => bytes(format, rows).saturating_mul(LETTERS_OF_A_FORMAT),
            (Self::Compared, [one, other, ..]) => compared(one, other, rows)?,
            _ => all(),
        })
    }
}

/// The rows of a batch; one where every value is the same for all.
pub(super) fn rows_of(values: &[ColumnarValue], rows: usize) -> usize {
    if values.iter().any(|value| matches!(value, ColumnarValue::Array(_))) { rows } else { 1 }
}

fn too_long_to_compare(name: &str) -> String {
    format!(
        "`{name}` would compare too many letters with each other; compare the beginnings of texts, such as `left(text, 100)`"
    )
}

fn written(bytes: usize) -> String {
    if bytes < 1 << 20 { format!("{} KB", bytes.div_ceil(1 << 10)) } else { format!("{} MB", bytes.div_ceil(1 << 20)) }
}

fn text_of(value: &ColumnarValue) -> Option<&str> {
    match value {
        ColumnarValue::Scalar(scalar) => scalar.try_as_str().flatten(),
        ColumnarValue::Array(_) => None,
    }
}

/// The bytes of the texts of all rows.
fn bytes(value: &ColumnarValue, rows: usize) -> usize {
    match value {
        ColumnarValue::Scalar(scalar) => {
            let one = match scalar {
                ScalarValue::Binary(Some(bytes))
                | ScalarValue::LargeBinary(Some(bytes))
                | ScalarValue::BinaryView(Some(bytes)) => bytes.len(),
                other => other.try_as_str().flatten().map_or(0, str::len),
            };
            one.saturating_mul(rows)
        }
        ColumnarValue::Array(array) => bytes_of(array),
    }
}

fn bytes_of(array: &ArrayRef) -> usize {
    let between = |first: Option<usize>, last: Option<usize>| last.unwrap_or(0) - first.unwrap_or(0);
    let index = |offset: &i32| usize::try_from(*offset).unwrap_or(0);
    let large = |offset: &i64| usize::try_from(*offset).unwrap_or(0);
    let lengths = |lengths: &mut dyn Iterator<Item = u32>| lengths.map(|length| length as usize).sum();
    match array.data_type() {
        DataType::Utf8View => lengths(&mut array.as_string_view().lengths()),
        DataType::BinaryView => lengths(&mut array.as_binary_view().lengths()),
        DataType::Utf8 => {
            let offsets = array.as_string::<i32>().value_offsets();
            between(offsets.first().map(index), offsets.last().map(index))
        }
        DataType::LargeUtf8 => {
            let offsets = array.as_string::<i64>().value_offsets();
            between(offsets.first().map(large), offsets.last().map(large))
        }
        DataType::Binary => {
            let offsets = array.as_binary::<i32>().value_offsets();
            between(offsets.first().map(index), offsets.last().map(index))
        }
        _ => array.get_buffer_memory_size(),
    }
}

/// The texts of all rows, or the one that all have.
enum Texts<'a> {
    One(Option<&'a str>),
    Each(arrow::array::StringViewArray),
}

impl<'a> Texts<'a> {
    fn of(value: &'a ColumnarValue) -> Result<Self> {
        Ok(match value {
            ColumnarValue::Scalar(scalar) => Self::One(scalar.try_as_str().flatten()),
            ColumnarValue::Array(array) => Self::Each(texts(array)?),
        })
    }

    /// The text of a row; a missing one is as an empty one.
    fn at(&self, row: usize) -> &str {
        match self {
            Self::One(text) => text.unwrap_or_default(),
            Self::Each(texts) if texts.is_null(row) => "",
            Self::Each(texts) => texts.value(row),
        }
    }
}

fn replaced(text: &ColumnarValue, old: &ColumnarValue, new: &ColumnarValue, rows: usize, most: usize) -> Result<usize> {
    if let (Some(old), Some(new)) = (text_of(old), text_of(new)) {
        let before = bytes(text, rows);
        let rough = (before / old.len().max(1)).saturating_mul(new.len()).saturating_add(before);
        if new.len() <= old.len() {
            return Ok(0);
        }
        if rough <= most {
            return Ok(rough);
        }
    }
    let (texts, old, new) = (Texts::of(text)?, Texts::of(old)?, Texts::of(new)?);
    let size = |row: usize| {
        let (text, old, new) = (texts.at(row), old.at(row), new.at(row));
        let times = if old.is_empty() { 0 } else { text.matches(old).count() };
        (text.len() - times * old.len()).saturating_add(times.saturating_mul(new.len()))
    };
    Ok((0..rows).map(size).fold(0, usize::saturating_add))
}

fn replaced_pattern(
    text: &ColumnarValue,
    pattern: &ColumnarValue,
    new: &ColumnarValue,
    flags: Option<&ColumnarValue>,
    rows: usize,
    most: usize,
) -> Result<usize> {
    let flags = flags.and_then(text_of).unwrap_or_default();
    let everywhere = flags.contains('g');
    let new = Texts::of(new)?;
    // Each mention of a group puts in at most what was found, and all that is found is at most the text.
    let mentions = |new: &str| new.matches(['$', '\\']).count();
    if let (Texts::One(Some(new)), before) = (&new, bytes(text, rows)) {
        let times = if everywhere { before.saturating_add(rows) } else { rows };
        let rough = times.saturating_mul(new.len()).saturating_add(before.saturating_mul(1 + mentions(new)));
        if rough <= most {
            return Ok(rough);
        }
    }
    let inline: String = flags.chars().filter(|flag| *flag != 'g').collect();
    let flagged = text_of(pattern).map(|pattern| {
        if inline.is_empty() { Regex::new(pattern) } else { Regex::new(&format!("(?{inline}){pattern}")) }
    });
    // What is no pattern the function itself says.
    let Some(Ok(pattern)) = flagged else { return Ok(0) };
    let texts = Texts::of(text)?;
    let size = |row: usize| {
        let (text, new) = (texts.at(row), new.at(row));
        let found = pattern.find_iter(text);
        let times = if everywhere { found.count() } else { found.take(1).count() };
        text.len().saturating_mul(1 + mentions(new)).saturating_add(times.saturating_mul(new.len()))
    };
    Ok((0..rows).map(size).fold(0, usize::saturating_add))
}

fn compared(one: &ColumnarValue, other: &ColumnarValue, rows: usize) -> Result<usize> {
    let (one, other) = (Texts::of(one)?, Texts::of(other)?);
    Ok((0..rows).map(|row| one.at(row).len().saturating_mul(other.at(row).len())).fold(0, usize::saturating_add))
}
