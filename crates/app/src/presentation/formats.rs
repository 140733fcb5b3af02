//! Formats: what an author wrote, or what the kind of value suggests.

use super::{Format, FormatStyle};
use crate::config::{self, By, FormatName};
use crate::schema::ColumnType;

impl Format {
    pub(crate) fn new(style: FormatStyle, decimals: Option<u8>) -> Self {
        Self { style, decimals, currency: None }
    }

    /// The format behind a name.
    pub(crate) fn named(name: FormatName) -> Self {
        let (style, decimals) = match name {
            FormatName::Integer => (FormatStyle::Decimal, Some(0)),
            FormatName::Decimal => (FormatStyle::Decimal, None),
            FormatName::Decimal1 => (FormatStyle::Decimal, Some(1)),
            FormatName::Decimal2 => (FormatStyle::Decimal, Some(2)),
            FormatName::Percent => (FormatStyle::Percent, Some(0)),
            FormatName::Percent1 => (FormatStyle::Percent, Some(1)),
            FormatName::Compact => (FormatStyle::Compact, None),
            FormatName::DurationMinutes => (FormatStyle::DurationMinutes, None),
            FormatName::Date => (FormatStyle::Date, None),
            FormatName::Month => (FormatStyle::Month, None),
            FormatName::Year => (FormatStyle::Year, None),
            FormatName::Weekday => (FormatStyle::Weekday, None),
            FormatName::Hour => (FormatStyle::Hour, None),
            FormatName::Text => (FormatStyle::Text, None),
        };
        Self::new(style, decimals)
    }

    /// The format that a word in a narrative names.
    pub(crate) fn by_word(word: &str) -> Option<Self> {
        serde_json::from_value::<FormatName>(serde_json::Value::String(word.to_owned())).ok().map(Self::named)
    }

    pub(crate) fn of(settings: &config::Format) -> Self {
        match settings {
            config::Format::Name(name) => Self::named(*name),
            config::Format::Details(details) => Self {
                style: match details.style {
                    config::FormatStyle::Decimal => FormatStyle::Decimal,
                    config::FormatStyle::Percent => FormatStyle::Percent,
                    config::FormatStyle::Currency => FormatStyle::Currency,
                    config::FormatStyle::Compact => FormatStyle::Compact,
                    config::FormatStyle::Date => FormatStyle::Date,
                },
                decimals: details.decimals,
                currency: details.currency.clone(),
            },
        }
    }

    /// What suits a column that nobody gave a format.
    pub(crate) fn suggested(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Integer => Self::new(FormatStyle::Decimal, Some(0)),
            ColumnType::Float => Self::new(FormatStyle::Decimal, None),
            ColumnType::Date => Self::new(FormatStyle::Date, None),
            ColumnType::Text | ColumnType::Boolean | ColumnType::Geometry | ColumnType::Unknown => {
                Self::new(FormatStyle::Text, None)
            }
        }
    }

    /// What suits a date grouped by a part of the calendar.
    pub(crate) fn of_calendar(by: By) -> Self {
        Self::new(
            match by {
                By::Day | By::IsoWeek => FormatStyle::Date,
                By::Month | By::Quarter => FormatStyle::Month,
                By::Year => FormatStyle::Year,
                By::Hour => FormatStyle::Hour,
                By::IsoDayOfWeek => FormatStyle::Weekday,
            },
            None,
        )
    }
}
