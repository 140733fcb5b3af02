//! Filters and views: what a reader can choose.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// A control that limits what charts show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Filter {
    /// Defaults to the file's name.
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: Option<String>,
    #[serde(rename = "type")]
    pub kind: FilterType,
    pub label: Text,
    /// The column it limits, in every dataset of the page that produces it.
    pub column: Option<String>,
    /// The column it limits, dataset by dataset.
    pub columns: Option<IndexMap<String, String>>,
    /// Named periods of a `date-range`.
    #[serde(default)]
    pub presets: Vec<Preset>,
    /// The first day that can be chosen.
    pub min: Option<String>,
    /// The last day that can be chosen.
    pub max: Option<String>,
    /// What holds until the reader chooses: a preset's id, a period, a value, a list of values or `all`.
    pub default: Option<FilterDefault>,
    /// Where the choices of a `select` or `multi-select` come from.
    pub values: Option<ValueList>,
    /// Filters that limit the list of choices.
    #[serde(default)]
    pub depends_on: Vec<String>,
}

/// The kinds of filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FilterType {
    DateRange,
    Select,
    MultiSelect,
}

/// A named period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Preset {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    pub label: Text,
    /// The first day, such as `2013-01-01`.
    pub start: String,
    /// The last day, included.
    pub end: String,
}

/// A period from one day to another, both included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    pub start: String,
    pub end: String,
}

/// What a filter holds until the reader chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FilterDefault {
    Text(String),
    Number(f64),
    Boolean(bool),
    List(Vec<serde_json::Value>),
    Period(Period),
}

/// Where a list of choices comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValueList {
    pub dataset: String,
    pub column: String,
    /// The column that is shown instead of the value.
    pub label: Option<String>,
}

/// A point of view, chosen once and applied everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct View {
    /// Defaults to the file's name.
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: Option<String>,
    pub label: Text,
    /// The column it limits, in every dataset that produces it.
    pub column: Option<String>,
    /// The column it limits, dataset by dataset.
    pub columns: Option<IndexMap<String, String>>,
    pub values: ValueList,
    /// What the choice of everything is called.
    pub all_label: Option<Text>,
}
