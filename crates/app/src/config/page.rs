//! Pages: the home with its tiles, chapters, stories, dashboards, and the glossary.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Chart, Text, ValueQuery};

/// The landing page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Home {
    pub title: Text,
    /// Markdown.
    pub intro: Option<Text>,
    #[serde(default)]
    pub filters: Vec<String>,
    pub sections: Vec<Section>,
}

/// A titled group of tiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    pub title: Text,
    pub description: Option<Text>,
    pub tiles: Vec<Tile>,
}

/// One tile of the home: exactly one of `chart`, `text` and `image`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tile {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    pub title: Text,
    pub subtitle: Option<Text>,
    /// The story that the tile opens.
    pub story: Option<String>,
    /// The dashboard that the tile opens.
    pub dashboard: Option<String>,
    /// In quarters of the page.
    #[schemars(range(min = 1, max = 4))]
    pub width: Option<u8>,
    /// Values that the tile's text names.
    #[serde(default)]
    pub values: IndexMap<String, ValueQuery>,
    pub chart: Option<Chart>,
    /// Markdown.
    pub text: Option<Text>,
    pub image: Option<Image>,
}

/// A picture of the app's `assets` folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Image {
    pub src: String,
    /// What the picture shows, for those who do not see it.
    pub alt: Text,
}

/// A group of stories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Chapter {
    /// Defaults to the file's name.
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: Option<String>,
    pub title: Text,
    pub description: Option<Text>,
}

/// One or two charts with their context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Story {
    /// Defaults to the file's name.
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: Option<String>,
    pub chapter: String,
    pub title: Text,
    pub narrative: Narrative,
    #[serde(default)]
    pub filters: Vec<String>,
    /// Queries whose results the narrative names.
    #[serde(default)]
    pub values: IndexMap<String, ValueQuery>,
    /// Constants that the narrative names as `vars.…`.
    #[serde(default)]
    pub vars: IndexMap<String, Number>,
    pub chart: Chart,
    pub second_chart: Option<Chart>,
    /// What the second chart shows.
    pub second_title: Option<Text>,
    /// Markdown.
    pub tip: Option<Text>,
    /// Where the data come from.
    pub source: Option<Text>,
    /// The place within the chapter.
    pub order: Option<i64>,
    #[serde(default)]
    pub tags: Vec<String>,
}

/// The finding in words: one text, or several of which the first that fits is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Narrative {
    /// Markdown with `{{ value.field | format }}`.
    Text(Text),
    Versions(#[schemars(length(min = 1))] Vec<NarrativeVersion>),
}

/// One of several texts; the last has no `when` and is told when no other fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NarrativeVersion {
    pub when: Option<NarrativeCondition>,
    /// Markdown with `{{ value.field | format }}`.
    pub text: Text,
}

/// A named value compared with another one, or with a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NarrativeCondition {
    /// A name as between `{{` and `}}`, such as `best.shop`.
    pub value: String,
    #[serde(default)]
    pub operator: NarrativeOperator,
    /// A number, or the name of another value; a text of its own stands in `vars`.
    pub to: Option<Number>,
}

/// How a narrative's value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NarrativeOperator {
    #[default]
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    /// There is no value.
    Isnull,
    Notnull,
}

impl NarrativeOperator {
    /// True for a comparison with something.
    pub(crate) fn needs_other(self) -> bool {
        !matches!(self, Self::Isnull | Self::Notnull)
    }
}

/// A number or a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Number {
    Number(f64),
    Text(String),
}

/// A free grid of charts and texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dashboard {
    /// Defaults to the file's name.
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: Option<String>,
    pub title: Text,
    pub description: Option<Text>,
    #[serde(default)]
    pub filters: Vec<String>,
    pub items: Vec<DashboardItem>,
}

/// One item of a dashboard: exactly one of `chart` and `text`, on a grid of twelve columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DashboardItem {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    pub title: Option<Text>,
    pub subtitle: Option<Text>,
    pub chart: Option<Chart>,
    /// Markdown.
    pub text: Option<Text>,
    #[schemars(range(max = 11))]
    pub x: u8,
    #[schemars(range(max = 1000))]
    pub y: u16,
    #[schemars(range(min = 1, max = 12))]
    pub width: u8,
    #[schemars(range(min = 1, max = 100))]
    pub height: u16,
    pub phone: Option<Phone>,
}

/// How an item stands on a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Phone {
    pub order: Option<u16>,
    #[schemars(range(min = 1, max = 100))]
    pub height: Option<u16>,
    #[serde(default)]
    pub hidden: bool,
}

/// A word and what it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GlossaryEntry {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: String,
    pub term: Text,
    /// Markdown.
    pub definition: Text,
    #[serde(default)]
    pub synonyms: Vec<Text>,
}
