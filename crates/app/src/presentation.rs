//! The presentation of an app: what a client receives, in one language. No source, table, rule or permission is in it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::config::NarrativeOperator;
use crate::privilege::Privilege;
use crate::query::Reader;

mod charts;
mod fields;
mod filters;
mod formats;
mod markdown;
mod pages;
mod texts;

pub(crate) use charts::limit_of;

pub(crate) use markdown::{NarrativeNames, compile as compile_markdown};

/// An app as one reader may see it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Presentation {
    pub id: String,
    pub version: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub locale: String,
    pub locales: Vec<String>,
    pub privilege: Privilege,
    pub theme: Theme,
    pub home: Home,
    pub chapters: Vec<Chapter>,
    pub stories: IndexMap<String, Story>,
    pub dashboards: Vec<Dashboard>,
    pub filters: IndexMap<String, Filter>,
    pub views: Vec<View>,
    pub glossary: Vec<GlossaryEntry>,
}

/// The app's look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Theme {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub palette: Vec<String>,
    /// The path of an asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

/// The landing page.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Home {
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intro: Option<RichText>,
    pub filters: Vec<String>,
    pub sections: Vec<Section>,
}

/// A titled group of tiles.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Section {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub tiles: Vec<Tile>,
}

/// One tile of the home.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Tile {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub story: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<String>,
    /// In quarters of the page.
    pub width: u8,
    /// True when the block `<tile>.values` can be asked for.
    pub values: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<RichText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
}

/// A picture of the app's assets.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Image {
    pub src: String,
    pub alt: String,
}

/// A group of stories.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Chapter {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub stories: Vec<String>,
}

/// One or two charts with their context.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Story {
    pub id: String,
    pub chapter: String,
    pub title: String,
    /// What is told when no other text fits.
    pub narrative: RichText,
    /// Texts that are told instead, the first whose condition holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub narratives: Vec<NarrativeVersion>,
    /// True when the block `values` can be asked for.
    pub values: bool,
    pub vars: IndexMap<String, serde_json::Value>,
    pub filters: Vec<String>,
    pub chart: Chart,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_chart: Option<Chart>,
    /// What the second chart shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tip: Option<RichText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A text that is told under a condition.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NarrativeVersion {
    pub when: NarrativeCondition,
    pub text: RichText,
}

/// A named value compared with another one, or with a number.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NarrativeCondition {
    pub value: String,
    pub operator: NarrativeOperator,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Operand>,
}

/// What a named value is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Operand {
    Number(f64),
    Value(String),
}

/// A free grid of charts and texts.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Dashboard {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub filters: Vec<String>,
    pub items: Vec<DashboardItem>,
}

/// One item of a dashboard, on a grid of twelve columns.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DashboardItem {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<RichText>,
    pub x: u8,
    pub y: u16,
    pub width: u8,
    pub height: u16,
    pub phone: Phone,
}

/// How an item stands on a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Phone {
    pub order: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u16>,
    pub hidden: bool,
}

/// A control that limits what charts show.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Filter {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: crate::config::FilterType,
    pub label: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<Preset>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// The value in the form that a question carries it; null is All.
    pub default: serde_json::Value,
    pub has_values: bool,
    pub depends_on: Vec<String>,
}

/// A named period, both days included.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Preset {
    pub id: String,
    pub label: String,
    pub start: String,
    pub end: String,
}

/// A point of view.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct View {
    pub id: String,
    pub label: String,
    pub all_label: String,
}

/// A word and what it means.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GlossaryEntry {
    pub id: String,
    pub term: String,
    pub definition: RichText,
    pub synonyms: Vec<String>,
}

/// A column of a chart's main frame.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Field {
    pub id: String,
    pub label: String,
    pub kind: FieldKind,
    pub format: Format,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub higher_is: Option<crate::config::HigherIs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<crate::config::By>,
    /// True when values of groups may be added up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    Dimension,
    Measure,
}

/// How a value is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Format {
    pub style: FormatStyle,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// The families of formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormatStyle {
    Decimal,
    Percent,
    Currency,
    Compact,
    Date,
    Month,
    Year,
    Weekday,
    Hour,
    DurationMinutes,
    Text,
}

/// A picture of data: its fields in the order of the main frame's columns, and what each is for.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Chart {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub fields: Vec<Field>,
    pub encoding: IndexMap<&'static str, Encoding>,
    pub options: ChartOptions,
}

/// One field, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Encoding {
    One(String),
    Many(Vec<String>),
}

/// What a chart is drawn with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct ChartOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<crate::config::Orientation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<crate::config::Stack>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlight: Option<crate::config::Highlight>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub others_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare: Option<crate::config::Compare>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trend: Option<TrendOption>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
}

/// The field and the calendar part of a trend.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TrendOption {
    pub field: String,
    pub by: crate::config::By,
}

/// Markdown compiled to a tree that holds no markup.
pub type RichText = Vec<Block>;

/// A paragraph, a list or a heading.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Block {
    Paragraph { p: Vec<Inline> },
    List { list: Vec<Vec<Inline>>, ordered: bool },
    Heading { h: Vec<Inline> },
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Inline {
    Text(String),
    Bold {
        b: Vec<Inline>,
    },
    Italic {
        i: Vec<Inline>,
    },
    Code {
        code: String,
    },
    /// `href` is http, https, mailto or a place of the app (`#/…`).
    Link {
        link: Vec<Inline>,
        href: String,
    },
    /// A term of the glossary.
    Term {
        term: String,
        c: Vec<Inline>,
    },
    /// `best.on_time_rate`, `vars.target`, `filters.period.start` or `view.airport`.
    Value {
        value: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        format: Option<Format>,
    },
}

/// A text in the wanted language.
pub(crate) fn text_in(app: &App, text: &crate::config::Text, locale: &str) -> String {
    texts::Texts::new(app, locale).plain(text)
}

impl App {
    /// The app as this reader may see it, in the wanted language or the app's first one.
    pub fn presentation(&self, locale: &str, _reader: &Reader, privilege: Privilege) -> Presentation {
        let texts = texts::Texts::new(self, locale);
        Presentation {
            id: self.id.clone(),
            version: self.version.clone(),
            title: texts.plain(&self.title),
            description: texts.optional(self.description.as_ref()),
            locale: texts.locale().to_owned(),
            locales: self.locales.clone(),
            privilege,
            theme: Theme {
                accent: self.theme.accent.clone(),
                palette: self.theme.palette.clone(),
                logo: self.theme.logo.clone(),
            },
            home: pages::home(self, &texts),
            chapters: pages::chapters(self, &texts),
            stories: pages::stories(self, &texts),
            dashboards: pages::dashboards(self, &texts),
            filters: filters::filters(self, &texts),
            views: filters::views(self, &texts),
            glossary: pages::glossary(self, &texts),
        }
    }
}
