//! Texts that a reader sees: one text, or one for each language.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text in the app's first language, or a map from language to text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Text {
    Plain(String),
    Localized(IndexMap<String, String>),
}

impl Text {
    /// The text in the app's first language, or the first one there is.
    pub fn default_text<'a>(&'a self, default_locale: &str) -> &'a str {
        match self {
            Self::Plain(text) => text,
            Self::Localized(texts) => {
                texts.get(default_locale).or_else(|| texts.values().next()).map_or("", String::as_str)
            }
        }
    }

    /// Every version of the text with its language; `None` is the app's first language.
    pub fn versions(&self) -> Vec<(Option<&str>, &str)> {
        match self {
            Self::Plain(text) => vec![(None, text.as_str())],
            Self::Localized(texts) => {
                texts.iter().map(|(locale, text)| (Some(locale.as_str()), text.as_str())).collect()
            }
        }
    }
}
