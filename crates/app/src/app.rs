//! The app: everything its files say, typed, checked and never changed afterwards.

use std::collections::HashMap;
use std::path::PathBuf;

use indexmap::IndexMap;

use crate::choices::{CompiledFilter, CompiledView};
use crate::config::{self, Text};
use crate::dataset::Dataset;
use crate::presentation;
use crate::privilege::Privilege;
use crate::resolve::CompiledPage;
use crate::source::Source;

/// An app once compiled.
#[derive(Debug)]
pub struct App {
    pub id: String,
    /// The first 16 hexadecimal characters of the SHA-256 of the files' content.
    pub version: String,
    /// The app's own folder, absolute.
    pub folder: PathBuf,
    pub locales: Vec<String>,
    pub sources: IndexMap<String, Source>,
    pub datasets: IndexMap<String, Dataset>,
    pub filters: IndexMap<String, CompiledFilter>,
    pub views: IndexMap<String, CompiledView>,
    pub(crate) title: Text,
    pub(crate) description: Option<Text>,
    pub(crate) theme: config::Theme,
    pub(crate) access: Option<config::Access>,
    pub(crate) home: config::Home,
    pub(crate) chapters: IndexMap<String, config::Chapter>,
    pub(crate) stories: IndexMap<String, config::Story>,
    pub(crate) dashboards: IndexMap<String, config::Dashboard>,
    pub(crate) glossary: IndexMap<String, config::GlossaryEntry>,
    pub(crate) translations: IndexMap<String, IndexMap<String, String>>,
    pub(crate) home_page: CompiledPage,
    pub(crate) story_pages: HashMap<String, CompiledPage>,
    pub(crate) dashboard_pages: HashMap<String, CompiledPage>,
}

impl App {
    /// What a member of these groups may do here; `None` means that the app does not exist for them.
    pub fn privilege(&self, groups: &[String], is_instance_admin: bool) -> Option<Privilege> {
        if is_instance_admin {
            return Some(Privilege::Admin);
        }
        match self.access.as_ref()? {
            config::Access::Everyone(_) => Some(Privilege::Viewer),
            config::Access::Rules(rules) => rules
                .iter()
                .filter(|rule| rule.groups.iter().any(|group| groups.contains(group)))
                .map(|rule| rule.privilege)
                .max(),
        }
    }

    /// The app's title in the wanted language.
    pub fn title(&self, locale: &str) -> String {
        presentation::text_in(self, &self.title, locale)
    }

    /// The app's description in the wanted language.
    pub fn description(&self, locale: &str) -> Option<String> {
        self.description.as_ref().map(|text| presentation::text_in(self, text, locale))
    }
}
