//! `dateextract`: takes parts of a date: year, month, day of the week and others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dategranularity::Granularity;
use crate::infer::{Columns, Context, Flow, Inferred, date_column, shape};
use crate::schema::{ColumnType, TableSchema};

/// Takes parts of a date, each into a new column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, try_from = "Written")]
pub struct Dateextract {
    /// The column of dates.
    pub column: String,
    /// The parts to take.
    pub date_info: Vec<DateInfo>,
    /// The names of the new columns, in the order of `dateInfo`; one that is left out is the column and the part.
    pub new_columns: Vec<String>,
}

/// The step as it may be written.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "Dateextract", rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    /// The column of dates.
    column: String,
    /// The parts to take.
    #[serde(default, alias = "date_info")]
    date_info: Vec<DateInfo>,
    /// The names of the new columns, in the order of `dateInfo`; one that is left out is the column and the part.
    #[serde(default, alias = "new_columns")]
    new_columns: Vec<String>,
    /// The older spelling of `dateInfo`, for one part.
    operation: Option<DateInfo>,
    /// The older spelling of `newColumns`, for one column.
    #[serde(alias = "new_column_name")]
    new_column_name: Option<String>,
}

impl TryFrom<Written> for Dateextract {
    type Error = String;

    fn try_from(mut written: Written) -> Result<Self, String> {
        if written.operation.is_some() && !written.date_info.is_empty() {
            return Err("`operation` is the older spelling of `dateInfo`: keep one of them".into());
        }
        if written.new_column_name.is_some() && !written.new_columns.is_empty() {
            return Err("`newColumnName` is the older spelling of `newColumns`: keep one of them".into());
        }
        written.date_info.extend(written.operation);
        written.new_columns.extend(written.new_column_name);
        if written.new_columns.len() > written.date_info.len() {
            return Err("`newColumns` has more names than `dateInfo` has parts".into());
        }
        Ok(Self { column: written.column, date_info: written.date_info, new_columns: written.new_columns })
    }
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DateInfo {
    Year,
    Quarter,
    Month,
    /// Weeks that start on Sunday; days before the first Sunday are week 0.
    Week,
    IsoWeek,
    IsoYear,
    Day,
    DayOfYear,
    /// 1 is Sunday.
    DayOfWeek,
    /// 1 is Monday.
    IsoDayOfWeek,
    Hour,
    Minutes,
    Seconds,
    Milliseconds,
    PreviousYear,
    PreviousQuarter,
    PreviousMonth,
    PreviousWeek,
    PreviousIsoWeek,
    /// The day without its time.
    CurrentDay,
    PreviousDay,
    FirstDayOfYear,
    FirstDayOfQuarter,
    FirstDayOfMonth,
    /// The Sunday on or before.
    FirstDayOfWeek,
    /// The Monday on or before.
    FirstDayOfIsoWeek,
    FirstDayOfPreviousYear,
    FirstDayOfPreviousQuarter,
    FirstDayOfPreviousMonth,
    FirstDayOfPreviousWeek,
    FirstDayOfPreviousIsoWeek,
}

impl DateInfo {
    /// The unit of the calendar whose first day the part is, and whether it is the unit before; `None` for numbers.
    #[must_use]
    pub fn first_day_of(self) -> Option<(Granularity, bool)> {
        Some(match self {
            Self::CurrentDay => (Granularity::Day, false),
            Self::PreviousDay => (Granularity::Day, true),
            Self::FirstDayOfYear => (Granularity::Year, false),
            Self::FirstDayOfQuarter => (Granularity::Quarter, false),
            Self::FirstDayOfMonth => (Granularity::Month, false),
            Self::FirstDayOfWeek => (Granularity::Week, false),
            Self::FirstDayOfIsoWeek => (Granularity::IsoWeek, false),
            Self::FirstDayOfPreviousYear => (Granularity::Year, true),
            Self::FirstDayOfPreviousQuarter => (Granularity::Quarter, true),
            Self::FirstDayOfPreviousMonth => (Granularity::Month, true),
            Self::FirstDayOfPreviousWeek => (Granularity::Week, true),
            Self::FirstDayOfPreviousIsoWeek => (Granularity::IsoWeek, true),
            _ => return None,
        })
    }
}

impl Columns for Dateextract {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        date_column(&input, &self.column)?;
        Ok(self.names().into_iter().zip(&self.date_info).fold(input, |schema, (name, part)| {
            let kind = if part.first_day_of().is_some() { ColumnType::Date } else { ColumnType::Integer };
            shape::with(schema, &name, kind)
        }))
    }

    fn flow(&self) -> Flow<'_> {
        self.names().into_iter().fold(Flow::default().read(&self.column), Flow::write)
    }
}

impl Dateextract {
    /// The name of each new column: the given one, else the column and the part.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let default = |part: &DateInfo| {
            let part = serde_json::to_value(part).ok();
            format!("{}_{}", self.column, part.as_ref().and_then(|part| part.as_str()).unwrap_or_default())
        };
        let name = |(index, part)| self.new_columns.get(index).cloned().unwrap_or_else(|| default(part));
        self.date_info.iter().enumerate().map(name).collect()
    }
}
