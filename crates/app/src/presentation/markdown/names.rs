//! The names that a narrative can use: values, constants, filters, views, terms.

use indexmap::IndexMap;

use super::{MarkdownProblem, ValueFields};
use crate::app::App;
use crate::choices::{CompiledFilter, CompiledView};
use crate::config::{self, FilterType, Number, ValueQuery};
use crate::dataset::Dataset;
use crate::load::{currency, did_you_mean, quoted};
use crate::parts;
use crate::presentation::fields::fields_of;
use crate::presentation::{Format, FormatStyle, Inline};

/// What a text can name.
#[derive(Clone)]
pub(crate) struct NarrativeNames<'a> {
    filters: &'a IndexMap<String, CompiledFilter>,
    views: &'a IndexMap<String, CompiledView>,
    glossary: &'a IndexMap<String, config::GlossaryEntry>,
    values: ValueFields<'a>,
    /// Values whose dataset has mistakes: any field passes.
    unsure: Vec<&'a str>,
    vars: Option<&'a IndexMap<String, Number>>,
}

impl<'a> NarrativeNames<'a> {
    pub(crate) fn new(
        filters: &'a IndexMap<String, CompiledFilter>,
        views: &'a IndexMap<String, CompiledView>,
        glossary: &'a IndexMap<String, config::GlossaryEntry>,
    ) -> Self {
        Self { filters, views, glossary, values: IndexMap::new(), unsure: Vec::new(), vars: None }
    }

    pub(crate) fn of_app(app: &'a App) -> Self {
        Self::new(&app.filters, &app.views, &app.glossary)
    }

    /// The same with the fields of named values.
    pub(crate) fn with_values(
        mut self,
        values: &'a IndexMap<String, ValueQuery>,
        datasets: &'a IndexMap<String, Dataset>,
    ) -> Self {
        for (name, query) in values {
            match datasets.get(&query.query.dataset) {
                Some(dataset) => {
                    self.values.insert(name, fields_of(&parts::of_values(query), dataset));
                }
                None => self.unsure.push(name),
            }
        }
        self
    }

    /// The same with a story's constants.
    pub(crate) fn with_vars(mut self, vars: &'a IndexMap<String, Number>) -> Self {
        self.vars = Some(vars);
        self
    }

    pub(crate) fn has_term(&self, id: &str) -> bool {
        self.glossary.contains_key(id)
    }

    pub(super) fn unknown_term(&self, id: &str) -> MarkdownProblem {
        let hint = did_you_mean(id, self.glossary.keys().map(String::as_str));
        MarkdownProblem::new("unknown_term", format!("the glossary has no term `{id}`"), hint)
    }

    /// What stands between `{{` and `}}`: a name, and a format after `|`.
    pub(super) fn value(&self, inner: &str) -> Result<Inline, MarkdownProblem> {
        let (name, word) = name_and_format(inner);
        let (path, usual) = self.lookup(name)?;
        let format = match word {
            None => usual,
            Some(word) => Some(Format::by_word(word).ok_or_else(|| unknown_format(word))?),
        };
        Ok(Inline::Value { value: path, format })
    }

    /// True for what has a value between `{{` and `}}`.
    pub(super) fn is_known(&self, inner: &str) -> bool {
        let (name, word) = name_and_format(inner);
        word.is_none_or(|word| Format::by_word(word).is_some()) && self.find(name).is_some()
    }

    /// The full name of what `name` stands for.
    pub(crate) fn path(&self, name: &str) -> Result<String, MarkdownProblem> {
        self.lookup(name.trim()).map(|(path, _)| path)
    }

    fn lookup(&self, name: &str) -> Result<(String, Option<Format>), MarkdownProblem> {
        self.find(name).ok_or_else(|| self.unknown(name))
    }

    fn find(&self, name: &str) -> Option<(String, Option<Format>)> {
        let segments: Vec<&str> = name.split('.').map(str::trim).collect();
        let known = || Some((name.to_owned(), None));
        match segments.as_slice() {
            ["vars", var] if self.has_var(var) => known(),
            [var] if self.has_var(var) => Some((format!("vars.{var}"), None)),
            ["filters", id] if self.filters.contains_key(*id) => known(),
            ["filters", id, "start" | "end"] if self.is_period(id) => {
                Some((name.to_owned(), Some(Format::new(FormatStyle::Date, None))))
            }
            ["view", id] if self.views.contains_key(*id) => known(),
            [value, field] if self.values.contains_key(*value) => {
                let known = self.values.get(*value)?.iter().find(|known| known.id == *field)?;
                Some((format!("{value}.{field}"), Some(known.format.clone())))
            }
            [value, _] if self.unsure.contains(value) => known(),
            _ => None,
        }
    }

    fn has_var(&self, name: &str) -> bool {
        self.vars.is_some_and(|vars| vars.contains_key(name))
    }

    fn is_period(&self, id: &str) -> bool {
        self.filters.get(id).is_some_and(|filter| filter.settings.kind == FilterType::DateRange)
    }

    fn unknown(&self, name: &str) -> MarkdownProblem {
        if let Some((value, field)) = name.split_once('.').map(|(value, field)| (value.trim(), field.trim()))
            && let Some(fields) = self.values.get(value).filter(|_| !field.contains('.'))
        {
            let hint = did_you_mean(field, fields.iter().map(|known| known.id.as_str()));
            let message = format!("the value `{value}` has no field `{field}`");
            return MarkdownProblem::new("unknown_field", message, hint);
        }
        let mut known: Vec<String> = Vec::new();
        for (value, fields) in &self.values {
            known.extend(fields.iter().map(|field| format!("{value}.{}", field.id)));
        }
        known.extend(self.vars.into_iter().flat_map(IndexMap::keys).map(|var| format!("vars.{var}")));
        for (id, filter) in self.filters {
            let is_period = filter.settings.kind == FilterType::DateRange;
            let parts: &[&str] = if is_period { &[".start", ".end"] } else { &[""] };
            known.extend(parts.iter().map(|part| format!("filters.{id}{part}")));
        }
        known.extend(self.views.keys().map(|id| format!("view.{id}")));
        let hint = did_you_mean(name, known.iter().map(String::as_str));
        MarkdownProblem::new("unknown_name", format!("the text names `{name}`, which is unknown here"), hint)
    }
}

/// What stands before and after the first `|`.
fn name_and_format(inner: &str) -> (&str, Option<&str>) {
    match inner.split_once('|') {
        Some((name, word)) => (name.trim(), Some(word.trim())),
        None => (inner.trim(), None),
    }
}

fn unknown_format(word: &str) -> MarkdownProblem {
    let known = [
        "integer",
        "decimal",
        "decimal1",
        "decimal2",
        "percent",
        "percent1",
        "compact",
        "duration-minutes",
        "date",
        "month",
        "year",
        "weekday",
        "hour",
        "text",
    ];
    let in_currency = currency(word).map(|code| {
        format!("give the metric the format `{{ style: currency, currency: {code} }}`, and leave this one out")
    });
    let similar = || did_you_mean(word, known).or_else(|| Some(format!("known are {}", quoted(&known))));
    let hint = in_currency.or_else(similar);
    MarkdownProblem::new("unknown_format", format!("`{word}` is no format"), hint)
}
