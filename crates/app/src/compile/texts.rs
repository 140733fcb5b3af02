//! Languages of texts, and variables in steps.

use super::Compiler;
use crate::config::FilterType;
use crate::load::did_you_mean;
use crate::place;
use crate::query::Reader;
use crate::schema::TableSchema;
use crate::steps::Step;
use crate::template::{Template, TemplateError, VariablePath, Variables};
use crate::value::Value;
use crate::yaml::{Node, NodeValue, Span};

/// What stands in for the reader's choices while an app is checked.
#[derive(Clone, Copy, Default)]
struct Sample<'a> {
    /// Numbers instead of texts.
    is_integer: bool,
    /// The variable that is All.
    all: Option<&'a VariablePath>,
}

impl Sample<'_> {
    /// The value of a variable; an attribute is never All.
    fn value(self, path: &VariablePath) -> Value {
        if self.all == Some(path) && !matches!(path, VariablePath::Attribute(_)) {
            return Value::All;
        }
        if self.is_integer {
            return Value::Integer(1);
        }
        // Braces, so that inference takes nothing for a value of the reader's.
        Value::Text(format!("{{{{ {path} }}}}"))
    }
}

impl Compiler<'_> {
    /// Languages are codes, and texts are written in the app's languages only.
    pub(super) fn check_texts(&mut self) {
        let draft = self.draft;
        let locales = super::locales(draft);
        if let Some(item) = &draft.locales {
            for (index, locale) in locales.iter().enumerate() {
                let span = item.node.span_at(&[&index.to_string()]);
                if !is_locale(locale) {
                    self.report.error(
                        "bad_locale",
                        span,
                        format!("`{locale}` is no language code"),
                        Some("such as `en` or `fr-CA`".to_owned()),
                    );
                } else if locales.iter().take(index).any(|before| before == locale) {
                    self.report.error("duplicate_id", span, format!("the language `{locale}` stands twice"), None);
                }
            }
        }
        for locale in draft.translations.keys().filter(|locale| !locales.contains(locale)) {
            let start =
                draft.locales.as_ref().map_or(Span { file: 0, line: 1, column: 1, length: 1 }, |item| item.node.span);
            let message = format!("there are translations to `{locale}`, which is not among the app's `locales`");
            self.report.warning("unknown_locale", start, message, None);
        }
        for item in [&draft.title, &draft.description].into_iter().flatten() {
            self.plain_text(&item.node);
        }
        let nodes = draft
            .home
            .iter()
            .map(|item| &item.node)
            .chain(draft.title.iter().map(|item| &item.node))
            .chain(draft.datasets.values().map(|item| &item.node))
            .chain(draft.filters.values().map(|item| &item.node))
            .chain(draft.views.values().map(|item| &item.node))
            .chain(draft.chapters.values().map(|item| &item.node))
            .chain(draft.stories.values().map(|item| &item.node))
            .chain(draft.dashboards.values().map(|item| &item.node))
            .chain(draft.glossary.values().map(|item| &item.node));
        for node in nodes {
            self.text_locales(node, &locales);
        }
    }

    /// Reports languages that the app does not have, wherever a text is a map.
    fn text_locales(&mut self, node: &Node, locales: &[String]) {
        for entry in node.entries() {
            if is_plain_key(&entry.key) {
                self.plain_text(&entry.node);
            }
            if matches!(entry.key.as_str(), "steps" | "where" | "having") {
                continue;
            }
            if is_text_key(&entry.key) && matches!(entry.node.value, NodeValue::Map(_)) {
                for version in entry.node.entries().iter().filter(|version| !locales.contains(&version.key)) {
                    let message = format!("`{}` is not among the app's `locales`", version.key);
                    let hint = did_you_mean(&version.key, locales.iter().map(String::as_str));
                    self.report.warning("unknown_locale", version.key_span, message, hint);
                }
            } else {
                self.text_locales(&entry.node, locales);
            }
        }
        for item in node.items() {
            self.text_locales(item, locales);
        }
    }

    /// Only some texts are templates: in the others a placeholder would be shown as it is written.
    fn plain_text(&mut self, node: &Node) {
        let versions = node.entries().iter().map(|version| &version.node).chain(std::iter::once(node));
        for version in versions.filter(|version| version.text().is_some_and(|text| text.contains("{{"))) {
            let hint = Some("values can stand in `narrative`, `tip`, `intro` and `text`".to_owned());
            let message = "this text is shown as it is written: `{{ … }}` is not filled in";
            self.report.error("template_not_allowed", version.span, message, hint);
        }
    }

    /// Checks that the variables of a template exist.
    pub(super) fn known_variables(&mut self, template: &Template, node: &Node) -> bool {
        let draft = self.draft;
        let before = self.report.error_count();
        self.variables_are_values(node, false);
        for path in template.variables() {
            let span = place::of_text(&path.to_string(), node);
            match path {
                VariablePath::Filter { id, part } => {
                    self.used.variables.insert(id.clone());
                    self.used.filters.insert(id.clone());
                    if !self.known("filter", "unknown_filter", id, span, draft.filters.keys().map(String::as_str)) {
                        continue;
                    }
                    let kind =
                        draft.filters.get(id).and_then(|item| item.settings.as_ref()).map(|settings| settings.kind);
                    let is_period = kind.is_none_or(|kind| kind == FilterType::DateRange);
                    if part.is_some() && !is_period {
                        let message = format!("only a `date-range` has a start and an end, and `{id}` is none");
                        self.report.error("bad_variable", span, message, None);
                    }
                    if part.is_none() && kind == Some(FilterType::DateRange) {
                        let message = format!("`{path}` is a whole period, from a first day to a last, and no value");
                        let hint = format!(
                            "compare `from` with `{{{{ {path}.start }}}}` and `until` with `{{{{ {path}.end }}}}`"
                        );
                        self.report.error("bad_variable", span, message, Some(hint));
                    }
                }
                VariablePath::View(id) => {
                    self.known("view", "unknown_view", id, span, draft.views.keys().map(String::as_str));
                }
                VariablePath::Attribute(_) => {}
            }
        }
        self.report.error_count() == before
    }

    /// Says of each variable that cannot be read where it stands; `error` is what reading all of them found first.
    pub(super) fn unreadable_variables(&mut self, node: &Node, error: &TemplateError) {
        let before = self.report.error_count();
        place::visit_bound(node, &mut |text| {
            if let Err(error) = Template::<VariablePath>::parse(&text.to_json()) {
                self.report.error("bad_variable", text.span, error.to_string(), None);
            }
        });
        if self.report.error_count() == before {
            self.report.error("bad_variable", node.span, error.to_string(), None);
        }
    }

    /// A variable stands for a value: never for a formula, a column, an operator or a pipeline, which a reader would
    /// choose with it.
    fn variables_are_values(&mut self, node: &Node, is_value: bool) {
        match &node.value {
            NodeValue::Text(text) if !is_value && text.contains("{{") => {
                let hint = Some("variables stand for values, as in `value`, `text`, `limit` or `toReplace`".to_owned());
                self.report.error("variable_not_allowed", node.span, "no variable can stand here", hint);
            }
            NodeValue::List(items) => items.iter().for_each(|item| self.variables_are_values(item, is_value)),
            NodeValue::Map(_) if place::is_never_bound(node) => {}
            NodeValue::Map(entries) => {
                for entry in entries.iter().filter(|entry| !place::is_note(&entry.key)) {
                    let is_value = holds_value(&entry.key) || (is_value && is_part_of_value(&entry.key));
                    self.variables_are_values(&entry.node, is_value);
                }
            }
            _ => {}
        }
    }

    /// The steps of a template with values of some type in it, and a check that All can stand there too.
    pub(super) fn sample(&mut self, template: &Template, node: &Node) -> Option<Vec<Step>> {
        let bind = |sample| self.with_sample(sample, template, |variables| template.bind_steps(variables));
        let texts = bind(Sample::default());
        let is_integer = texts.is_err();
        let bound = texts.or_else(|error| bind(Sample { is_integer, ..Sample::default() }).map_err(|_| error));
        let all = |path| Sample { is_integer, all: Some(path) };
        if bound.is_ok()
            && let Some(path) = template.variables().into_iter().find(|path| bind(all(path)).is_err())
        {
            let place = place::of_text(&path.to_string(), node);
            let message =
                format!("`{{{{ {path} }}}}` can be All, and All can stand in the `value` of a condition only");
            let hint = "a reader can always choose All: put the variable into a condition, or use `user.attributes.…`";
            self.report.error("bad_variable", place, message, Some(hint.to_owned()));
            return None;
        }
        match bound {
            Ok(steps) => Some(steps),
            Err(TemplateError::BadStep { index, reason }) => {
                let span = place::of_step(node.node_at(&[&index.to_string()]));
                self.report.error("bad_step", span, format!("this step cannot be read: {reason}"), None);
                None
            }
            Err(error) => {
                self.report.error("bad_variable", place::of_text("{{", node), error.to_string(), None);
                None
            }
        }
    }

    /// Checks a templated condition with values in it.
    pub(super) fn sample_condition(&mut self, template: &Template, node: &Node, schema: &TableSchema) -> bool {
        match self.with_sample(Sample::default(), template, |variables| template.bind_condition(variables)) {
            Ok(condition) => condition.is_none_or(|condition| self.comparisons(&condition, node, schema)),
            Err(error) => {
                self.report.error("bad_condition", node.span, format!("this is no condition: {error}"), None);
                false
            }
        }
    }

    fn with_sample<T>(&self, sample: Sample<'_>, template: &Template, bind: impl FnOnce(&Variables<'_>) -> T) -> T {
        let kind =
            |id: &str| self.draft.filters.get(id).and_then(|item| item.settings.as_ref()).map(|settings| settings.kind);
        let filters = |id: &str, part: Option<&str>| {
            let value = sample.value(&VariablePath::Filter { id: id.to_owned(), part: part.map(str::to_owned) });
            Some(match kind(id) {
                _ if value.is_all() => value,
                Some(FilterType::DateRange) => Value::Date(Value::parse_date("2013-01-01").unwrap_or_default()),
                Some(FilterType::MultiSelect) => Value::List(vec![value]),
                _ => value,
            })
        };
        let views = |id: &str| Some(sample.value(&VariablePath::View(id.to_owned())));
        let mut reader = Reader::default();
        for path in template.variables() {
            if let VariablePath::Attribute(name) = path {
                reader.attributes.insert(name.clone(), sample.value(path));
            }
        }
        bind(&Variables { filters: &filters, views: &views, reader: &reader })
    }
}

/// The parameters of steps that hold values, as opposed to columns, formulas, patterns of dates and the like.
fn holds_value(key: &str) -> bool {
    matches!(
        key,
        "value"
            | "text"
            | "limit"
            | "toReplace"
            | "to_replace"
            | "oldStr"
            | "old_str"
            | "newStr"
            | "new_str"
            | "start"
            | "end"
            | "separator"
            | "delimiter"
            | "startIndex"
            | "start_index"
            | "endIndex"
            | "end_index"
            | "movingWindow"
            | "moving_window"
            | "totalRowsLabel"
            | "total_rows_label"
            | "tolerance"
    )
}

/// The parts of a date that is relative to another.
fn is_part_of_value(key: &str) -> bool {
    matches!(key, "date" | "quantity")
}

/// The keys whose value is a text for readers.
fn is_text_key(key: &str) -> bool {
    matches!(
        key,
        "title"
            | "subtitle"
            | "label"
            | "description"
            | "narrative"
            | "second_title"
            | "tip"
            | "intro"
            | "definition"
            | "term"
            | "all_label"
            | "compare_label"
            | "alt"
            | "unit"
    )
}

/// The keys whose text is shown as it is written.
fn is_plain_key(key: &str) -> bool {
    is_text_key(key) && !matches!(key, "narrative" | "tip" | "intro" | "definition")
}

fn is_locale(locale: &str) -> bool {
    let mut parts = locale.split('-');
    let language = parts.next().unwrap_or_default();
    let language_fits = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    language_fits
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
