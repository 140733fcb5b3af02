//! `dategranularity`: moves dates to the start of their day, week, month, quarter or year.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Moves dates to the start of their day, week, month, quarter or year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dategranularity {
    pub granularity: Granularity,
    pub column: String,
    /// Where the result goes; the column itself when absent.
    #[serde(default, alias = "new_column")]
    pub new_column: Option<String>,
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Granularity {
    Day,
    /// The week that starts on Monday.
    IsoWeek,
    /// The week that starts on Sunday.
    Week,
    Month,
    Quarter,
    Year,
}
