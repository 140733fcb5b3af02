//! A part of each text: without the spaces around it, by positions, or between delimiters.

use std::sync::Arc;

use arrow::array::{AsArray, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use crate::column_type::TEXT;

/// Which part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TextPart {
    /// What is left without the white space at both ends.
    Trimmed,
    /// From one character to another, both included; 1 is the first, -1 the last.
    Between(i64, i64),
    /// The piece of this number, from 0, when the text is cut at a delimiter; null past the last one.
    Piece(String, usize),
}

impl TextPart {
    fn of<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Trimmed => Some(text.trim()),
            Self::Between(first, last) => Some(between(text, *first, *last)),
            Self::Piece(delimiter, number) => text.split(delimiter.as_str()).nth(*number),
        }
    }
}

fn between(text: &str, first: i64, last: i64) -> &str {
    let length = if text.is_ascii() { text.len() } else { text.chars().count() };
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let position = |index: i64| if index < 0 { length + 1 + index } else { index };
    let (from, to) = (position(first).max(1), position(last).min(length));
    if from > to {
        return "";
    }
    let byte = |characters: i64| {
        let characters = usize::try_from(characters).unwrap_or(usize::MAX);
        if text.is_ascii() {
            return characters;
        }
        text.char_indices().nth(characters).map_or(text.len(), |(byte, _)| byte)
    };
    &text[byte(from - 1)..byte(to)]
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct PartOfText {
    signature: Signature,
    name: String,
    part: TextPart,
}

impl PartOfText {
    pub(super) fn new(part: TextPart) -> Self {
        let signature = Signature::exact(vec![TEXT], Volatility::Immutable);
        Self { signature, name: format!("text_{part:?}"), part }
    }
}

impl ScalarUDFImpl for PartOfText {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(TEXT)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = args.args[0].to_array(args.number_rows)?;
        let mut parts = StringViewBuilder::with_capacity(args.number_rows);
        for text in texts.as_string_view() {
            parts.append_option(text.and_then(|text| self.part.of(text)));
        }
        Ok(ColumnarValue::Array(Arc::new(parts.finish())))
    }
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn positions_count_characters_from_either_end() {
        for (first, last, expected) in [
            (1, 4, "cœur"),
            (2, 2, "œ"),
            (-3, -1, "urs"),
            (2, -2, "œur"),
            (0, 1, "c"),
            (1, 0, ""),
            (4, 2, ""),
            (-99, 99, "cœurs"),
            (6, 9, ""),
            (i64::MIN, i64::MAX, "cœurs"),
        ] {
            assert_eq!(between("cœurs", first, last), expected, "{first} to {last}");
        }
        assert_eq!(between("hearts", 2, -2), "eart");
        assert_eq!(between("", 1, 1), "");
    }
}
