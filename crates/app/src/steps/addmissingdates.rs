//! `addmissingdates`: adds a row for each missing date between the first and the last, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, column, date_column};
use crate::schema::TableSchema;

/// Adds a row for each missing date between the first and the last, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Addmissingdates {
    /// The column of dates to fill up.
    #[serde(alias = "dates_column")]
    pub dates_column: String,
    /// How far the dates are apart.
    #[serde(alias = "dates_granularity")]
    pub dates_granularity: DatesGranularity,
    /// The columns whose values form the groups, each filled up between its own first and last date.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// How far dates are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatesGranularity {
    Day,
    Week,
    Month,
    Year,
}

impl Columns for Addmissingdates {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        date_column(&input, &self.dates_column)?;
        for group in &self.groups {
            column(&input, group)?;
        }
        Ok(input)
    }

    fn flow(&self) -> Flow<'_> {
        let read = Flow::default().read(&self.dates_column).read_all(&self.groups);
        // Added rows tell of the dates and groups that there are.
        self.groups.iter().fold(read.write(self.dates_column.as_str()), |flow, group| flow.write(group.as_str()))
    }
}
