//! `dateextract`: takes parts of a date: year, month, day of the week and others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Takes parts of a date, each into a new column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dateextract {
    pub column: String,
    #[serde(default, alias = "date_info")]
    pub date_info: Vec<DateInfo>,
    #[serde(default, alias = "new_columns")]
    pub new_columns: Vec<String>,
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
}
