//! The types of CSV columns, found from all of their values.

use std::collections::HashSet;

use arrow::compute::kernels::cast_utils::string_to_datetime;
use arrow::datatypes::{DataType, TimeUnit};
use chrono::Utc;

/// What a column can still be after the values seen so far.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a type that may still fit")]
pub(super) struct Guess {
    any: bool,
    integer: bool,
    /// Whole numbers of any size.
    whole: bool,
    float: bool,
    boolean: bool,
    date: bool,
}

impl Default for Guess {
    fn default() -> Self {
        Self { any: false, integer: true, whole: true, float: true, boolean: true, date: true }
    }
}

impl Guess {
    /// Takes a value that is not null into account.
    pub(super) fn see(&mut self, value: &str) {
        self.any = true;
        if self.integer && is_integer(value) {
            // Also a number, and nothing else.
            (self.boolean, self.date) = (false, false);
            return;
        }
        self.integer = false;
        self.whole = self.whole && is_whole(value);
        self.float = self.float && is_number(value);
        self.boolean = self.boolean && matches!(value, "true" | "false" | "True" | "False" | "TRUE" | "FALSE");
        self.date = self.date && is_date(value);
    }

    /// Takes a value into account that is too long for anything but a text.
    pub(super) fn see_text(&mut self) {
        *self = Self { any: true, integer: false, whole: false, float: false, boolean: false, date: false };
    }

    pub(super) fn data_type(&self) -> DataType {
        match self {
            Self { any: false, .. } => DataType::Utf8View,
            Self { integer: true, .. } => DataType::Int64,
            // Numbers of twenty digits are names: a float would make one of several.
            Self { whole: true, .. } => DataType::Utf8View,
            Self { float: true, .. } => DataType::Float64,
            Self { boolean: true, .. } => DataType::Boolean,
            Self { date: true, .. } => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            _ => DataType::Utf8View,
        }
    }
}

/// A number that loses nothing as one: `00501` and `+33` are codes, and so is what is too large.
fn is_integer(value: &str) -> bool {
    is_whole(value) && value.parse::<i64>().is_ok()
}

fn is_whole(value: &str) -> bool {
    let digits = match value.as_bytes() {
        [b'-', digits @ ..] | digits => digits,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && (digits == b"0" || digits[0] != b'0')
}

fn is_number(value: &str) -> bool {
    let digits = match value.as_bytes() {
        [b'-', digits @ ..] | digits => digits,
    };
    let is_plain = match digits {
        [b'0', second, ..] => !second.is_ascii_digit(),
        [first, ..] => first.is_ascii_digit() || *first == b'.',
        [] => false,
    };
    is_plain && value.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A day or an instant of ISO 8601.
fn is_date(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && string_to_datetime(&Utc, value).is_ok()
}

/// Column names, each once: a missing one is `column_3`, a second `a` is `a_2`.
pub(super) fn unique_names(header: &[String]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(header.len());
    for (index, raw) in header.iter().enumerate() {
        let plain = raw.trim_start_matches('\u{feff}').trim();
        let wanted = if plain.is_empty() { format!("column_{}", index + 1) } else { plain.to_owned() };
        let mut name = wanted.clone();
        let mut number = 1;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_what_all_values_are() {
        let date = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        for (values, expected) in [
            (vec!["1", "-20", "0"], DataType::Int64),
            (vec!["1", "2.5", "1e3"], DataType::Float64),
            (vec!["99999999999999999999"], DataType::Utf8View),
            (vec!["1", "-99999999999999999999"], DataType::Utf8View),
            (vec!["99999999999999999999", "1.5"], DataType::Float64),
            (vec!["00501", "10001"], DataType::Utf8View),
            (vec!["+33", "1"], DataType::Utf8View),
            (vec!["1", "nan"], DataType::Utf8View),
            (vec!["inf"], DataType::Utf8View),
            (vec!["true", "FALSE"], DataType::Boolean),
            (vec!["2013-01-01T06:00:00Z", "2013-01-01"], date),
            (vec!["2013-01-01", "soon"], DataType::Utf8View),
            (vec![], DataType::Utf8View),
        ] {
            let mut guess = Guess::default();
            for value in &values {
                guess.see(value);
            }
            assert_eq!(guess.data_type(), expected, "{values:?}");
        }
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let header = ["\u{feff}a", "", "a", "a_2"].map(str::to_owned);
        assert_eq!(unique_names(&header), ["a", "column_2", "a_2", "a_2_2"]);
    }
}
