//! The draft of an app: every item of its files with its place, checked for shape and nothing else.

use std::path::Path;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::examples::of_missing_blank;
use super::report::{Reporter, did_you_mean};
use super::validate::validate;
use crate::config;
use crate::json_schema::APP;
use crate::yaml::{self, Entry, Node, NodeValue, Span};

/// An item of a collection; without settings its shape is wrong, and that is reported already.
#[derive(Debug)]
pub(crate) struct Item<T> {
    pub(crate) node: Node,
    pub(crate) settings: Option<T>,
}

/// Everything that the files of an app say.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) id: Option<Item<String>>,
    pub(crate) title: Option<Item<config::Text>>,
    pub(crate) description: Option<Item<config::Text>>,
    pub(crate) locales: Option<Item<Vec<String>>>,
    pub(crate) theme: Option<Item<config::Theme>>,
    pub(crate) access: Option<Item<config::Access>>,
    pub(crate) home: Option<Item<config::Home>>,
    pub(crate) translations: IndexMap<String, IndexMap<String, String>>,
    pub(crate) sources: IndexMap<String, Item<config::Source>>,
    pub(crate) datasets: IndexMap<String, Item<config::Dataset>>,
    pub(crate) filters: IndexMap<String, Item<config::Filter>>,
    pub(crate) views: IndexMap<String, Item<config::View>>,
    pub(crate) chapters: IndexMap<String, Item<config::Chapter>>,
    pub(crate) stories: IndexMap<String, Item<config::Story>>,
    pub(crate) dashboards: IndexMap<String, Item<config::Dashboard>>,
    pub(crate) glossary: IndexMap<String, Item<config::GlossaryEntry>>,
    /// A file could not be read as YAML: what it would have defined is unknown.
    pub(crate) is_incomplete: bool,
}

/// Folders whose files are one item each.
const COLLECTIONS: [&str; 6] = ["datasets", "filters", "views", "chapters", "stories", "dashboards"];

impl Draft {
    /// Reads all files that the reporter holds.
    pub(super) fn read(report: &mut Reporter) -> Self {
        let mut draft = Self::default();
        for index in 0..report.files().len() {
            let Some(file) = report.files().get(index) else { continue };
            let (tree, problems) = yaml::parse(&file.text, index);
            let (collection, stem) = place(&file.path);
            for problem in problems {
                report.problem(problem);
            }
            match (tree, collection) {
                (None, _) => draft.is_incomplete = true,
                (Some(node), Some(collection)) => draft.take(&collection, &node, Some(&stem), report),
                (Some(node), None) => draft.app_file(&node, report),
            }
        }
        draft
    }

    fn app_file(&mut self, node: &Node, report: &mut Reporter) {
        match &node.value {
            NodeValue::Map(entries) => entries.iter().for_each(|entry| self.entry(entry, report)),
            NodeValue::Null => report.warning("empty_file", node.span, "this file is empty", None),
            _ => {
                let hint = node.text().and_then(of_missing_blank);
                report.error("wrong_type", node.span, "expected a map of the app's keys", hint);
            }
        }
    }

    fn entry(&mut self, entry: &Entry, report: &mut Reporter) {
        let key = entry.key.as_str();
        let Some(schema) = APP.get("properties").and_then(|properties| properties.get(key)) else {
            let known =
                APP.get("properties").and_then(Json::as_object).into_iter().flatten().map(|(name, _)| name.as_str());
            let hint = did_you_mean(key, known).or_else(|| Some("see `aracari schema app`".to_owned()));
            return report.error("unknown_key", entry.key_span, format!("the key `{key}` is unknown here"), hint);
        };
        match key {
            "id" => single(&mut self.id, entry, schema, report),
            "title" => single(&mut self.title, entry, schema, report),
            "description" => single(&mut self.description, entry, schema, report),
            "locales" => single(&mut self.locales, entry, schema, report),
            "theme" => single(&mut self.theme, entry, schema, report),
            "access" => single(&mut self.access, entry, schema, report),
            "home" => single(&mut self.home, entry, schema, report),
            "translations" => self.translate(&entry.node, schema, report),
            collection => match &entry.node.value {
                NodeValue::List(items) => items.iter().for_each(|item| self.take(collection, item, None, report)),
                NodeValue::Null => {}
                _ => {
                    validate(&entry.node, schema, &APP, report);
                }
            },
        }
    }

    fn translate(&mut self, node: &Node, schema: &Json, report: &mut Reporter) {
        if !validate(node, schema, &APP, report) {
            return;
        }
        for locale in node.entries() {
            let table = self.translations.entry(locale.key.clone()).or_default();
            for text in locale.node.entries() {
                if let Some(translated) = text.node.text() {
                    table.insert(text.key.clone(), translated.to_owned());
                }
            }
        }
    }

    fn take(&mut self, collection: &str, node: &Node, stem: Option<&str>, report: &mut Reporter) {
        let schema =
            APP.get("properties").and_then(|properties| properties.get(collection)).and_then(|list| list.get("items"));
        let Some(schema) = schema else { return };
        match collection {
            "sources" => item(&mut self.sources, node, stem, schema, report),
            "datasets" => item(&mut self.datasets, node, stem, schema, report),
            "filters" => item(&mut self.filters, node, stem, schema, report),
            "views" => item(&mut self.views, node, stem, schema, report),
            "chapters" => item(&mut self.chapters, node, stem, schema, report),
            "stories" => item(&mut self.stories, node, stem, schema, report),
            "dashboards" => item(&mut self.dashboards, node, stem, schema, report),
            "glossary" => item(&mut self.glossary, node, stem, schema, report),
            _ => {}
        }
    }
}

/// The collection that a file is an item of, and the file's stem.
fn place(path: &Path) -> (Option<String>, String) {
    let folders = path.parent().into_iter().flat_map(Path::components);
    let mut names = folders.filter_map(|component| component.as_os_str().to_str());
    let collection = names.rfind(|name| COLLECTIONS.contains(name)).map(str::to_owned);
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
    (collection, stem)
}

fn single<T: DeserializeOwned>(slot: &mut Option<Item<T>>, entry: &Entry, schema: &Json, report: &mut Reporter) {
    if let Some(first) = slot {
        let message = format!("the key `{}` stands in two places of the app", entry.key);
        let hint = format!("the first is {}", where_is(first.node.span, report));
        return report.error("duplicate_key", entry.key_span, message, Some(hint));
    }
    let settings = read(&entry.node, schema, report);
    *slot = Some(Item { node: entry.node.clone(), settings });
}

fn item<T: DeserializeOwned>(
    collection: &mut IndexMap<String, Item<T>>,
    node: &Node,
    stem: Option<&str>,
    schema: &Json,
    report: &mut Reporter,
) {
    let settings = read(node, schema, report);
    let written = node.get("id").and_then(Node::text);
    let Some(id) = written.or(stem) else {
        if settings.is_some() {
            report.error("missing_key", node.span, "the key `id` is missing", None);
        }
        return;
    };
    if written.is_none() && !super::is_id(id) {
        let hint = Some("rename the file, or give it the key `id`".to_owned());
        report.error("bad_value", node.span, format!("the file's name `{id}` cannot be an id"), hint);
    }
    if let Some(first) = collection.get(id) {
        let hint = format!("the first is {}", where_is(first.node.span_at(&["id"]), report));
        return report.error("duplicate_id", node.span_at(&["id"]), format!("the id `{id}` is used twice"), Some(hint));
    }
    collection.insert(id.to_owned(), Item { node: node.clone(), settings });
}

fn read<T: DeserializeOwned>(node: &Node, schema: &Json, report: &mut Reporter) -> Option<T> {
    if !validate(node, schema, &APP, report) {
        return None;
    }
    match serde_json::from_value(node.to_json()) {
        Ok(settings) => Some(settings),
        Err(error) => {
            report.error("bad_value", node.span, format!("this cannot be read: {error}"), None);
            None
        }
    }
}

/// A place as people write it: `file:line:column`.
pub(crate) fn where_is(span: Span, report: &Reporter) -> String {
    let file = report.files().get(span.file).map(|file| file.path.display().to_string()).unwrap_or_default();
    format!("{file}:{}:{}", span.line, span.column)
}
