//! `aggregate`: groups rows and summarises columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Groups rows and summarises columns; the groups come out sorted by key, nulls last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Aggregate {
    #[serde(default)]
    pub on: Vec<String>,
    pub aggregations: Vec<Aggregation>,
    #[serde(default, alias = "keep_original_granularity")]
    pub keep_original_granularity: Option<bool>,
    #[serde(default, alias = "count_nulls")]
    pub count_nulls: bool,
}

/// One function applied to one or several columns, each into a new column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Aggregation {
    pub newcolumns: Vec<String>,
    pub aggfunction: AggregateFunction,
    pub columns: Vec<String>,
}

/// How the values of a group become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AggregateFunction {
    Avg,
    Sum,
    Min,
    Max,
    /// Values that are not null.
    Count,
    #[serde(rename = "count distinct")]
    CountDistinct,
    /// The number of rows of the group.
    #[serde(rename = "count distinct including empty")]
    CountDistinctIncludingEmpty,
    First,
    Last,
}
