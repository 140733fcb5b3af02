//! Charts and the query behind each of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Aggregate, Format, HigherIs, Text};
use crate::condition::Condition;
use crate::steps::Step;

/// The part of a query that every chart shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueryPart {
    pub dataset: String,
    /// Further steps, after the filters and before grouping.
    #[serde(default)]
    #[schemars(with = "Vec<Step>")]
    pub steps: Vec<serde_json::Value>,
    /// Only rows for which this holds.
    #[serde(rename = "where")]
    #[schemars(with = "Option<Condition>")]
    pub condition: Option<serde_json::Value>,
    /// Only groups for which this holds, over fields.
    #[schemars(with = "Option<Condition>")]
    pub having: Option<serde_json::Value>,
    /// Fields to order by; a leading `-` means descending.
    #[serde(default)]
    pub sort: Vec<String>,
    /// The most rows to show.
    #[schemars(range(min = 1, max = 10000))]
    pub limit: Option<u64>,
}

/// What rows are grouped by: a column's name, or its details.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "a chart has one or two, and they stay where they are")]
pub enum Dimension {
    Column(String),
    Details(DimensionDetails),
}

/// What rows are grouped by, in its long form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DimensionDetails {
    pub column: String,
    /// The part of the calendar that dates are grouped by.
    pub by: Option<By>,
    pub label: Option<Text>,
    pub format: Option<Format>,
    /// The field's id; the column's name when absent.
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: Option<String>,
}

/// A part of the calendar that dates are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum By {
    Day,
    IsoWeek,
    Month,
    Quarter,
    Year,
    /// The hour of the day, 0 to 23.
    Hour,
    /// The day of the week; 1 is Monday.
    IsoDayOfWeek,
}

/// What is measured: a metric of the dataset, or an aggregate written in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Measure {
    Metric(String),
    Details(Box<MeasureDetails>),
}

/// An aggregate written in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeasureDetails {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    pub aggregate: Aggregate,
    pub column: Option<String>,
    pub label: Text,
    pub format: Option<Format>,
    pub unit: Option<Text>,
    pub higher_is: Option<HigherIs>,
}

/// One or more rows of values that a narrative can name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueQuery {
    #[serde(flatten)]
    pub query: QueryPart,
    #[serde(default)]
    pub group: Vec<Dimension>,
    #[schemars(length(min = 1))]
    pub values: Vec<Measure>,
}

/// A picture of data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Chart {
    Kpi(Kpi),
    Bar(Bar),
    Line(Line),
    Area(Area),
    BarLine(BarLine),
    Donut(Donut),
    Leaderboard(Leaderboard),
    Heatmap(Heatmap),
    Table(Table),
    PointMap(PointMap),
}

/// One number, with a target, a comparison and a trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kpi {
    #[serde(flatten)]
    pub query: QueryPart,
    pub value: Measure,
    pub target: Option<f64>,
    pub trend: Option<Trend>,
    pub compare: Option<Compare>,
    pub compare_label: Option<Text>,
}

/// The same number over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trend {
    pub date: Dimension,
}

/// What a number is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    PreviousPeriod,
    PreviousPoint,
}

/// Bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bar {
    #[serde(flatten)]
    pub query: QueryPart,
    pub x: Dimension,
    #[schemars(length(min = 1))]
    pub y: Vec<Measure>,
    pub series: Option<Dimension>,
    pub orientation: Option<Orientation>,
    pub stack: Option<Stack>,
    pub target: Option<f64>,
    /// `max`, `min`, or the value of `x` to bring out.
    pub highlight: Option<Highlight>,
}

/// Which way bars go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Orientation {
    Vertical,
    Horizontal,
}

/// How several series stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stack {
    Grouped,
    Stacked,
    Percent,
}

/// What to bring out: `max`, `min` or a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Highlight {
    Text(String),
    Number(f64),
}

/// Lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    #[serde(flatten)]
    pub query: QueryPart,
    pub x: Dimension,
    #[schemars(length(min = 1))]
    pub y: Vec<Measure>,
    pub series: Option<Dimension>,
    pub target: Option<f64>,
}

/// Areas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Area {
    #[serde(flatten)]
    pub query: QueryPart,
    pub x: Dimension,
    #[schemars(length(min = 1))]
    pub y: Vec<Measure>,
    pub series: Option<Dimension>,
    pub stack: Option<Stack>,
    pub target: Option<f64>,
}

/// Bars and lines over the same axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BarLine {
    #[serde(flatten)]
    pub query: QueryPart,
    pub x: Dimension,
    #[schemars(length(min = 1))]
    pub bars: Vec<Measure>,
    #[schemars(length(min = 1))]
    pub lines: Vec<Measure>,
}

/// Shares of a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Donut {
    #[serde(flatten)]
    pub query: QueryPart,
    pub group: Dimension,
    pub value: Measure,
    /// How many slices before the rest becomes one.
    #[schemars(range(min = 1, max = 50))]
    pub others_after: Option<u64>,
}

/// A ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Leaderboard {
    #[serde(flatten)]
    pub query: QueryPart,
    pub group: Dimension,
    pub value: Measure,
    pub target: Option<f64>,
}

/// A grid of coloured cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Heatmap {
    #[serde(flatten)]
    pub query: QueryPart,
    pub x: Dimension,
    pub y: Dimension,
    pub value: Measure,
}

/// A table: grouped (`dimensions` and `values`), or raw `rows`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Table {
    #[serde(flatten)]
    pub query: QueryPart,
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    #[serde(default)]
    pub values: Vec<Measure>,
    /// Columns to show row by row, without grouping.
    pub rows: Option<Vec<String>>,
}

/// Points on a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointMap {
    #[serde(flatten)]
    pub query: QueryPart,
    pub latitude: String,
    pub longitude: String,
    pub label: Dimension,
    #[serde(default)]
    pub group: Vec<Dimension>,
    pub size: Measure,
    pub color: Option<Measure>,
}
