//! What an author writes: the shapes of the configuration files, one concern a file.

mod app_file;
mod chart;
mod dataset;
mod filter;
mod format;
mod page;
mod source;
mod text;

pub use app_file::{Access, AccessRule, AppFile, Everyone, Theme};
pub use chart::{
    Area, Bar, BarLine, By, Chart, Compare, Dimension, DimensionDetails, Donut, Heatmap, Highlight, Kpi, Leaderboard,
    Line, Measure, MeasureDetails, Orientation, PointMap, QueryPart, Stack, Table, Trend, ValueQuery,
};
pub use dataset::{Aggregate, Column, ColumnRule, Dataset, HigherIs, Metric, Permissions, RowRule, Rows};
pub use filter::{Filter, FilterDefault, FilterType, Period, Preset, ValueList, View};
pub use format::{Format, FormatDetails, FormatName, FormatStyle};
pub use page::{
    Chapter, Dashboard, DashboardItem, GlossaryEntry, Home, Image, Narrative, NarrativeCondition, NarrativeOperator,
    NarrativeVersion, Number, Phone, Section, Story, Tile,
};
pub use source::{FilesSource, PostgresqlSource, Source, SqliteSource};
pub use text::Text;

/// What an id looks like.
pub const ID_PATTERN: &str = "^[a-z0-9][a-z0-9_-]{0,63}$";
/// What a colour looks like.
pub const COLOUR_PATTERN: &str = "^#[0-9a-fA-F]{6}$";
