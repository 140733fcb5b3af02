//! Datasets: a table, its pipeline, its metrics and its permissions.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Format, Text};
use crate::condition::Condition;
use crate::steps::Step;

/// A named table: a source's table or another dataset, prepared by steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dataset {
    /// Defaults to the file's name.
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: Option<String>,
    pub label: Option<Text>,
    pub description: Option<Text>,
    /// The id of the source that holds `table`.
    pub source: Option<String>,
    /// The table: for a source of files a relative path, for a database its name, `orders` or `sales.orders`.
    pub table: Option<String>,
    /// One reading query in the database's own SQL, instead of `table`.
    pub query: Option<String>,
    /// Another dataset to start from, instead of `source` and `table` or `query`.
    pub dataset: Option<String>,
    /// What prepares the rows, in order.
    #[serde(default)]
    #[schemars(with = "Vec<Step>")]
    pub steps: Vec<serde_json::Value>,
    /// How output columns are shown.
    #[serde(default)]
    pub columns: IndexMap<String, Column>,
    /// Named calculations that charts refer to.
    #[serde(default)]
    pub metrics: IndexMap<String, Metric>,
    /// Who sees which rows and columns; nobody sees a row when absent.
    pub permissions: Option<Permissions>,
}

/// How a column is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    pub label: Option<Text>,
    pub format: Option<Format>,
    pub unit: Option<Text>,
    pub description: Option<Text>,
}

/// A named calculation: an aggregate of a column, or a formula over other metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    pub label: Text,
    pub aggregate: Option<Aggregate>,
    /// The column to aggregate; a `count` without one counts rows.
    pub column: Option<String>,
    /// An expression over other metrics of the dataset, computed after aggregation.
    pub formula: Option<String>,
    pub format: Option<Format>,
    pub unit: Option<Text>,
    /// Whether a higher number is good news.
    pub higher_is: Option<HigherIs>,
    /// Only rows for which this holds are aggregated.
    #[serde(rename = "where")]
    #[schemars(with = "Option<Condition>")]
    pub condition: Option<serde_json::Value>,
    pub description: Option<Text>,
}

/// How the values of a column become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Aggregate {
    Avg,
    Sum,
    Min,
    Max,
    Count,
    #[serde(rename = "count distinct")]
    CountDistinct,
    First,
    Last,
}

/// Whether a higher number is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HigherIs {
    Better,
    Worse,
    Neutral,
}

/// Who sees which rows and columns of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Permissions {
    pub rows: Rows,
    #[serde(default)]
    pub columns: Vec<ColumnRule>,
}

/// Who sees which rows: `everyone`, or rules whose results are united.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Rows {
    Everyone(super::Everyone),
    Rules(Vec<RowRule>),
}

/// Readers of these groups see the rows for which the condition holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RowRule {
    /// Absent: the rule applies to every reader.
    #[schemars(length(min = 1))]
    pub groups: Option<Vec<String>>,
    /// A condition over columns of the source's table; its values may be `{{ user.attributes.… }}`. Absent: every row.
    #[serde(rename = "where")]
    #[schemars(with = "Option<Condition>")]
    pub condition: Option<serde_json::Value>,
}

/// Only readers of these groups see these columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnRule {
    #[schemars(length(min = 1))]
    pub columns: Vec<String>,
    #[schemars(length(min = 1))]
    pub groups: Vec<String>,
}
