//! App files: what any file outside the collections' folders may hold.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Chapter, Dashboard, Dataset, Filter, GlossaryEntry, Home, Source, Story, Text, View};
use crate::privilege::Privilege;

/// An app, or a part of one: single keys stand once over all files, lists are joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AppFile {
    #[schemars(regex(pattern = super::ID_PATTERN))]
    pub id: Option<String>,
    pub title: Option<Text>,
    pub description: Option<Text>,
    /// The app's languages, the first one being the default.
    #[schemars(length(min = 1, max = 50))]
    pub locales: Option<Vec<String>>,
    pub theme: Option<Theme>,
    /// Who may open the app; only the instance's administrators when absent.
    pub access: Option<Access>,
    pub sources: Option<Vec<Source>>,
    pub datasets: Option<Vec<Dataset>>,
    pub filters: Option<Vec<Filter>>,
    pub views: Option<Vec<View>>,
    pub home: Option<Home>,
    pub chapters: Option<Vec<Chapter>>,
    pub stories: Option<Vec<Story>>,
    pub dashboards: Option<Vec<Dashboard>>,
    pub glossary: Option<Vec<GlossaryEntry>>,
    /// From language to (text in the first language -> translation).
    pub translations: Option<IndexMap<String, IndexMap<String, String>>>,
}

/// The app's look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Theme {
    #[schemars(regex(pattern = super::COLOUR_PATTERN))]
    pub accent: Option<String>,
    /// A file below `assets/`.
    pub logo: Option<String>,
    /// Colours of series.
    #[serde(default)]
    #[schemars(length(max = 8), inner(regex(pattern = super::COLOUR_PATTERN)))]
    pub palette: Vec<String>,
}

/// The word `everyone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Everyone {
    Everyone,
}

/// Who may open the app: `everyone` who is signed in, or rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Access {
    Everyone(Everyone),
    Rules(Vec<AccessRule>),
}

/// Members of these groups hold this privilege.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccessRule {
    #[schemars(length(min = 1))]
    pub groups: Vec<String>,
    pub privilege: Privilege,
}
