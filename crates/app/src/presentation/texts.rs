//! Texts in one language, through the app's translations.

use super::RichText;
use super::markdown::{NarrativeNames, compile};
use crate::app::App;
use crate::config::Text;

/// Reads texts in one language.
pub(super) struct Texts<'a> {
    app: &'a App,
    locale: String,
}

impl<'a> Texts<'a> {
    /// For the wanted language (`fr-CA` falls back to `fr`), or the app's first one.
    pub(super) fn new(app: &'a App, wanted: &str) -> Self {
        let base = wanted.split(['-', '_']).next().unwrap_or(wanted);
        let known = |locale: &str| app.locales.iter().find(|known| known.eq_ignore_ascii_case(locale)).cloned();
        let locale = known(wanted).or_else(|| known(base)).or_else(|| app.locales.first().cloned()).unwrap_or_default();
        Self { app, locale }
    }

    pub(super) fn locale(&self) -> &str {
        &self.locale
    }

    pub(super) fn plain(&self, text: &Text) -> String {
        if let Text::Localized(texts) = text
            && let Some(translated) = texts.get(&self.locale)
        {
            return translated.clone();
        }
        let first = self.app.locales.first().map_or("", String::as_str);
        let default = text.default_text(first);
        let translated = self.app.translations.get(&self.locale).and_then(|table| table.get(default));
        translated.map_or_else(|| default.to_owned(), Clone::clone)
    }

    pub(super) fn optional(&self, text: Option<&Text>) -> Option<String> {
        text.map(|text| self.plain(text))
    }

    pub(super) fn rich(&self, text: &Text, names: &NarrativeNames<'_>) -> RichText {
        compile(&self.plain(text), names).0
    }
}
