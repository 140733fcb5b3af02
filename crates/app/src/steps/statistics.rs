//! `statistics`: describes the distribution of a column, over all rows or per group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred};
use crate::schema::TableSchema;

/// Describes the distribution of a column, over all rows or per group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Statistics {
    pub column: String,
    #[serde(default, alias = "groupby_columns")]
    pub groupby_columns: Vec<String>,
    pub statistics: Vec<Statistic>,
    pub quantiles: Vec<Quantile>,
}

/// A figure that describes a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    Count,
    Max,
    Min,
    Average,
    /// Of the population.
    Variance,
    /// Of the population.
    #[serde(rename = "standard deviation")]
    StandardDeviation,
}

/// The value below which `nth` of `order` equal parts of the rows lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantile {
    #[serde(default)]
    pub label: Option<String>,
    pub nth: u64,
    pub order: u64,
}

impl Columns for Statistics {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(crate::infer::Problem::new("not built yet"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default().read(&self.column).read_all(&self.groupby_columns)
    }
}
