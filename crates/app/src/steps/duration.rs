//! `duration`: measures the time between two dates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, dates_or_texts, shape};
use crate::schema::{ColumnType, TableSchema};

/// Measures the time between two dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Duration {
    /// What the new column is called; a column of this name is replaced.
    #[serde(alias = "new_column_name")]
    pub new_column_name: String,
    /// The column of the earlier dates.
    #[serde(alias = "start_date_column")]
    pub start_date_column: String,
    /// The column of the later dates.
    #[serde(alias = "end_date_column")]
    pub end_date_column: String,
    /// The unit of the result.
    #[serde(alias = "duration_in")]
    pub duration_in: DurationUnit,
}

/// The unit of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DurationUnit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Columns for Duration {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        // Texts are read as dates, as the public language does.
        for name in [&self.start_date_column, &self.end_date_column] {
            dates_or_texts(&input, name, context)?;
        }
        Ok(shape::with(input, &self.new_column_name, ColumnType::Float))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.start_date_column).read(&self.end_date_column).write(&self.new_column_name)
    }
}
