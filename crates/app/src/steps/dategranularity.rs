//! `dategranularity`: moves dates to the start of their day, week, month, quarter or year.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, date_column, shape};
use crate::schema::{ColumnType, TableSchema};

/// Moves dates to the start of their day, week, month, quarter or year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dategranularity {
    /// The period to whose start the dates are moved.
    pub granularity: Granularity,
    /// The column of dates.
    pub column: String,
    /// Where the result goes; the column itself when absent.
    #[serde(default, alias = "new_column")]
    pub new_column: Option<String>,
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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
    /// Dates stay as they are.
    #[serde(rename = "__VOID__")]
    Void,
}

impl Columns for Dategranularity {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        date_column(&input, &self.column)?;
        Ok(shape::with(input, self.target(), ColumnType::Date))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column).write(self.target())
    }
}

impl Dategranularity {
    /// The column that the result goes to.
    #[must_use]
    pub fn target(&self) -> &str {
        self.new_column.as_ref().unwrap_or(&self.column)
    }
}
