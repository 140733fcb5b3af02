//! Compiles a draft to an app: references, columns, permissions, queries, texts.

mod charts;
mod datasets;
mod filters;
mod frames;
mod metrics;
mod pages;
mod permissions;
mod references;
mod sources;
mod texts;
mod unused;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use crate::app::App;
use crate::choices::{CompiledFilter, CompiledView};
use crate::condition::{Comparison, Condition, Operator};
use crate::config;
use crate::dataset::Dataset;
use crate::infer::comparisons::compare;
use crate::infer::{Problem, known_names, suggest};
use crate::load::{Draft, Item, Reporter, did_you_mean};
use crate::schema::TableSchema;
use crate::source::{Source, SourceSchemas};
use crate::value::Value;
use crate::yaml::{Node, Span};

pub(crate) use references::templated_behind;

/// What is known while an app is compiled. An item with mistakes is known to the draft and absent here.
pub(crate) struct Compiler<'a> {
    draft: &'a Draft,
    schemas: &'a dyn SourceSchemas,
    report: &'a mut Reporter,
    folder: PathBuf,
    sources: IndexMap<String, Source>,
    datasets: IndexMap<String, Dataset>,
    filters: IndexMap<String, CompiledFilter>,
    views: IndexMap<String, CompiledView>,
    used: unused::Used,
    /// Metrics whose mistakes are reported: dataset and metric.
    broken_metrics: HashSet<(String, String)>,
    /// Some item has a wrong shape: what it would have used is unknown.
    has_broken_items: bool,
}

/// Compiles a draft; the app counts only when the reporter holds no error.
pub(crate) fn compile(
    draft: &Draft,
    folder: &Path,
    version: String,
    schemas: &dyn SourceSchemas,
    report: &mut Reporter,
) -> Option<App> {
    if draft.is_incomplete {
        return None;
    }
    let report_has_errors = report.error_count() > 0;
    let mut compiler = Compiler {
        draft,
        schemas,
        report,
        folder: folder.to_path_buf(),
        sources: IndexMap::new(),
        datasets: IndexMap::new(),
        filters: IndexMap::new(),
        views: IndexMap::new(),
        used: unused::Used::default(),
        broken_metrics: HashSet::new(),
        has_broken_items: report_has_errors,
    };
    let top = compiler.top();
    compiler.check_texts();
    compiler.sources();
    compiler.datasets();
    compiler.filters();
    compiler.views();
    let glossary = settings(&draft.glossary);
    let pages = compiler.pages(folder, &glossary);
    if !compiler.has_broken_items {
        compiler.unused();
    }
    let (id, title, home) = top?;
    let pages = pages?;
    Some(App {
        id,
        version,
        folder: folder.to_path_buf(),
        locales: locales(draft),
        sources: compiler.sources,
        datasets: compiler.datasets,
        filters: compiler.filters,
        views: compiler.views,
        title,
        description: draft.description.as_ref().and_then(|item| item.settings.clone()),
        theme: draft.theme.as_ref().and_then(|item| item.settings.clone()).unwrap_or_default(),
        access: draft.access.as_ref().and_then(|item| item.settings.clone()),
        home,
        chapters: settings(&draft.chapters),
        stories: settings(&draft.stories),
        dashboards: settings(&draft.dashboards),
        glossary,
        translations: draft.translations.clone(),
        home_page: pages.home,
        story_pages: pages.stories,
        dashboard_pages: pages.dashboards,
    })
}

/// The pages ready to answer questions.
struct Pages {
    home: crate::resolve::CompiledPage,
    stories: HashMap<String, crate::resolve::CompiledPage>,
    dashboards: HashMap<String, crate::resolve::CompiledPage>,
}

fn settings<T: Clone>(items: &IndexMap<String, Item<T>>) -> IndexMap<String, T> {
    items.iter().filter_map(|(id, item)| Some((id.clone(), item.settings.clone()?))).collect()
}

fn locales(draft: &Draft) -> Vec<String> {
    let written = draft.locales.as_ref().and_then(|item| item.settings.clone());
    written.filter(|locales| !locales.is_empty()).unwrap_or_else(|| vec!["en".to_owned()])
}

impl Compiler<'_> {
    /// The keys that every app needs.
    fn top(&mut self) -> Option<(String, config::Text, config::Home)> {
        let start = Span { file: 0, line: 1, column: 1, length: 1 };
        for (is_missing, key) in [
            (self.draft.id.is_none(), "id"),
            (self.draft.title.is_none(), "title"),
            (self.draft.home.is_none(), "home"),
        ] {
            if is_missing {
                self.report.error("missing_key", start, format!("no file of the app has the key `{key}`"), None);
            }
        }
        if self.draft.access.is_none() && self.draft.id.is_some() {
            let hint = Some("write `access: everyone`, or a list of groups with their privilege".to_owned());
            let span = self.draft.id.as_ref().map_or(start, |id| id.node.span);
            let message = "without `access` only the instance's administrators can open this app";
            self.report.warning("no_access", span, message, hint);
        }
        Some((
            self.draft.id.as_ref()?.settings.clone()?,
            self.draft.title.as_ref()?.settings.clone()?,
            self.draft.home.as_ref()?.settings.clone()?,
        ))
    }

    /// Reports a name that no item of a collection has; true when the name is known.
    fn known<'n>(
        &mut self,
        kind: &str,
        code: &'static str,
        name: &str,
        span: Span,
        names: impl Iterator<Item = &'n str>,
    ) -> bool {
        let all: Vec<&str> = names.collect();
        if all.contains(&name) {
            return true;
        }
        let hint = did_you_mean(name, all.iter().copied());
        self.report.error(code, span, format!("there is no {kind} `{name}`"), hint);
        false
    }

    /// The dataset of this name; `None` when it is unknown (reported now) or has mistakes (reported before).
    fn dataset_at(&mut self, name: &str, span: Span) -> Option<&Dataset> {
        let draft = self.draft;
        if !self.known("dataset", "unknown_dataset", name, span, draft.datasets.keys().map(String::as_str)) {
            return None;
        }
        self.used.datasets.insert(name.to_owned());
        self.datasets.get(name)
    }

    /// Reports a column that a table does not have.
    fn column_at(&mut self, schema: &TableSchema, column: &str, of: &str, span: Span) -> bool {
        if schema.columns.contains_key(column) {
            return true;
        }
        let known = || schema.columns.keys().map(String::as_str);
        if schema.open.is_none() {
            let hint = did_you_mean(column, known());
            self.report.error("unknown_column", span, format!("{of} has no column `{column}`"), hint);
            return false;
        }
        if schema.lost.iter().any(|lost| lost == column) {
            let message = format!("{of} has no column `{column}` any more after a step such as `pivot`");
            let hint = format!(
                "known are {}; those that the rows make are named in a step after it, such as `select`, before they are used",
                known_names(schema)
            );
            self.report.error("unknown_column", span, message, Some(hint));
            return false;
        }
        let selected: Vec<&str> = known().chain([column]).collect();
        let select = format!(
            "name the columns that are used in a step after it: {{ name: select, columns: [{}] }}",
            selected.join(", ")
        );
        let hint = match suggest(column, known()) {
            Some(similar) => format!("did you mean `{similar}`? Else {select}"),
            None => select,
        };
        let message = format!(
            "{of} has no column `{column}` that is known beforehand: a step such as `pivot` makes columns of what the rows hold"
        );
        self.report.error("unknown_column", span, message, Some(hint));
        false
    }

    /// Reads a condition that holds no variables and checks its columns.
    fn fixed_condition(
        &mut self,
        json: &serde_json::Value,
        node: &Node,
        schema: &TableSchema,
        of: &str,
    ) -> Option<Condition> {
        if crate::template::has_variables(json) {
            let hint = Some("variables can stand in `steps`, `where` of a chart and permissions".to_owned());
            self.report.error("variable_not_allowed", node.span, "no variable can stand here", hint);
            return None;
        }
        self.check_condition_columns(node, schema, of);
        match serde_json::from_value(json.clone()) {
            Ok(condition) => self.comparisons(&condition, node, schema).then_some(condition),
            Err(error) => {
                self.report.error("bad_condition", node.span, format!("this is no condition: {error}"), None);
                None
            }
        }
    }

    /// Checks what each comparison of a condition compares its column with, as far as it knows the column.
    fn comparisons(&mut self, condition: &Condition, node: &Node, schema: &TableSchema) -> bool {
        let (key, parts) = match condition {
            Condition::And(group) => ("and", &group.and),
            Condition::Or(group) => ("or", &group.or),
            Condition::Comparison(Comparison { column, operator, value }) => {
                return self.comparison(column, *operator, value, node, schema);
            }
        };
        let nodes = node.node_at(&[key]).items();
        parts.iter().zip(nodes).fold(true, |fine, (part, node)| self.comparisons(part, node, schema) && fine)
    }

    fn comparison(
        &mut self,
        column: &str,
        operator: Operator,
        value: &Value,
        node: &Node,
        schema: &TableSchema,
    ) -> bool {
        let Some(kind) = schema.get(column) else { return true };
        let place = |problem: &Problem| node.span_at(&problem.path().collect::<Vec<_>>());
        match compare(column, kind, operator, value) {
            Ok(doubt) => {
                if let Some(doubt) = doubt {
                    self.report.warning("doubtful_condition", place(&doubt), doubt.message, doubt.hint);
                }
                true
            }
            Err(problem) => {
                self.report.error("bad_condition", place(&problem), problem.message, problem.hint);
                false
            }
        }
    }

    /// Checks every `column` of a condition as it is written.
    fn check_condition_columns(&mut self, node: &Node, schema: &TableSchema, of: &str) {
        for key in ["and", "or"] {
            for item in node.get(key).into_iter().flat_map(Node::items) {
                self.check_condition_columns(item, schema, of);
            }
        }
        if let Some(column) = node.get("column")
            && let Some(name) = column.text()
            && !name.contains("{{")
        {
            self.column_at(schema, name, of, column.span);
        }
    }
}
