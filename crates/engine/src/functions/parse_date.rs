//! Texts as dates, by a strptime pattern or by the usual spellings.

use std::sync::Arc;

use arrow::array::{AsArray, TimestampMicrosecondBuilder};
use arrow::datatypes::DataType;
use chrono::format::{Parsed, StrftimeItems, parse};
use chrono::{NaiveDate, NaiveTime};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use crate::column_type::{TEXT, date_type};

/// Month first, as the public step language guesses.
const GUESSES: [&str; 15] = [
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%Y/%m/%d",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%Y%m%d",
    "%B %d, %Y",
    "%d %B %Y",
    "%d-%B-%Y",
    "%B %Y",
    "%Y-%m",
];

/// French month names and what chrono reads in their place; longer spellings first.
const FRENCH_MONTHS: [(&str, u32); 30] = [
    ("janvier", 1),
    ("février", 2),
    ("fevrier", 2),
    ("mars", 3),
    ("avril", 4),
    ("mai", 5),
    ("juin", 6),
    ("juillet", 7),
    ("août", 8),
    ("aout", 8),
    ("septembre", 9),
    ("octobre", 10),
    ("novembre", 11),
    ("décembre", 12),
    ("decembre", 12),
    ("janv", 1),
    ("jan", 1),
    ("févr", 2),
    ("fevr", 2),
    ("fév", 2),
    ("avr", 4),
    ("juil", 7),
    ("juill", 7),
    ("sept", 9),
    ("oct", 10),
    ("nov", 11),
    ("déc", 12),
    ("dec", 12),
    ("fev", 2),
    ("aoû", 8),
];

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ParseDate {
    signature: Signature,
    format: Option<String>,
    name: String,
}

impl ParseDate {
    pub(super) fn new(format: Option<&str>) -> Self {
        Self {
            signature: Signature::exact(vec![TEXT], Volatility::Immutable),
            // In Python the digits of `%f` are a fraction, here they are one only behind their point.
            format: format.map(|format| format.replace(".%f", "%.f")),
            name: format.map_or_else(|| "parse_date".to_owned(), |format| format!("parse_date[{format}]")),
        }
    }

    /// A year of two digits is none of the first century.
    fn parse(&self, text: &str) -> Option<i64> {
        let date = match &self.format {
            Some(format) => parse_with(text, format),
            None => guess(text.trim()),
        };
        date.filter(|micros| *micros >= YEAR_100 || has_four_digits(text))
    }
}

/// The beginning of the year 100.
const YEAR_100: i64 = -59_011_459_200_000_000;

fn has_four_digits(text: &str) -> bool {
    text.as_bytes().windows(4).any(|part| part.iter().all(u8::is_ascii_digit))
}

impl ScalarUDFImpl for ParseDate {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(date_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = args.args[0].to_array(args.number_rows)?;
        let mut dates = TimestampMicrosecondBuilder::with_capacity(args.number_rows);
        let mut last: Option<(&str, Option<i64>)> = None;
        for text in texts.as_string_view() {
            let Some(text) = text else {
                dates.append_null();
                continue;
            };
            let date = match last {
                Some((same, date)) if same == text => date,
                _ => self.parse(text),
            };
            last = Some((text, date));
            dates.append_option(date);
        }
        Ok(ColumnarValue::Array(Arc::new(dates.finish().with_timezone("UTC"))))
    }
}

fn guess(text: &str) -> Option<i64> {
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return parse_with(text, "%Y");
    }
    if let Some(date) = aracari_app::Value::parse_date(text) {
        return Some(date.timestamp_micros());
    }
    GUESSES.iter().find_map(|format| parse_with(text, format))
}

/// Reads by a strptime pattern; a part that the pattern leaves out is the first: January, the 1st, midnight.
fn parse_with(text: &str, format: &str) -> Option<i64> {
    let attempt = |text: &str| {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, StrftimeItems::new(format)).ok()?;
        assemble(&mut parsed)
    };
    let has_month_name = ["%b", "%B", "%h"].iter().any(|token| format.contains(token));
    attempt(text).or_else(|| if has_month_name { attempt(&in_english(text, format.contains("%B"))?) } else { None })
}

fn assemble(parsed: &mut Parsed) -> Option<i64> {
    if parsed.year().is_none()
        && let Some(short) = parsed.year_mod_100()
    {
        let _ = parsed.set_year_div_100(if short < 69 { 20 } else { 19 });
    }
    if parsed.minute().is_none() {
        let _ = parsed.set_minute(0);
    }
    if let Ok(instant) = parsed.to_datetime() {
        return Some(instant.timestamp_micros());
    }
    let time = parsed.to_naive_time().unwrap_or(NaiveTime::MIN);
    let date = parsed.to_naive_date().ok().or_else(|| {
        let year = match (parsed.year(), parsed.year_mod_100()) {
            (Some(year), _) => year,
            (None, Some(short)) => short + if short < 69 { 2000 } else { 1900 },
            (None, None) => 1900,
        };
        NaiveDate::from_ymd_opt(year, parsed.month().unwrap_or(1), parsed.day().unwrap_or(1))
    })?;
    Some(date.and_time(time).and_utc().timestamp_micros())
}

/// The text with its French month name in English, in full or in three letters.
fn in_english(text: &str, in_full: bool) -> Option<String> {
    let lower = text.to_lowercase();
    let (start, french, month) = FRENCH_MONTHS.iter().find_map(|(name, month)| {
        let start = lower.find(name)?;
        let end = start + name.len();
        let whole = !lower[end..].starts_with(char::is_alphabetic) && !lower[..start].ends_with(char::is_alphabetic);
        whole.then_some((start, *name, *month))
    })?;
    let name = ENGLISH_MONTHS[usize::try_from(month).ok()? - 1];
    let english = if in_full { name } else { &name[..3] };
    let rest = lower[start + french.len()..].trim_start_matches('.');
    Some(format!("{}{english}{rest}", &lower[..start]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        aracari_app::Value::parse_date(text).unwrap().timestamp_micros()
    }

    #[test]
    fn dates_are_read_by_pattern_or_guessed() {
        for (text, format, expected) in [
            ("06/10/2019", None, Some("2019-06-10")),
            ("31/12/2019", None, Some("2019-12-31")),
            ("31/12/2019 01:02:03", None, Some("2019-12-31T01:02:03")),
            ("2019", None, Some("2019-01-01")),
            ("2019-02-03T04:05:06+02:00", None, Some("2019-02-03T02:05:06")),
            ("2019-02", None, Some("2019-02-01")),
            ("31-12-2019", None, Some("2019-12-31")),
            ("3-Feb-2019", None, Some("2019-02-03")),
            ("3 février 2019", None, Some("2019-02-03")),
            ("Feb 3, 2019", None, Some("2019-02-03")),
            ("February 2019", None, Some("2019-02-01")),
            ("soon", None, None),
            ("14 décembre 2025", Some("%d %B %Y"), Some("2025-12-14")),
            ("05 janv 1997", Some("%d %b %Y"), Some("1997-01-05")),
            ("16 sept 2099", Some("%d %b %Y"), Some("2099-09-16")),
            ("January 2025", Some("%B %Y"), Some("2025-01-01")),
            ("15/03/69", Some("%d/%m/%y"), Some("1969-03-15")),
            ("28/09/68", Some("%d/%m/%y"), Some("2068-09-28")),
            ("10/10/2022 01:02:03", Some("%d/%m/%Y %H:%M:%S"), Some("2022-10-10T01:02:03")),
            ("31/02/2022", Some("%d/%m/%Y"), None),
        ] {
            assert_eq!(ParseDate::new(format).parse(text), expected.map(day), "{text} by {format:?}");
        }
    }
}
