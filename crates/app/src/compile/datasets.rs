//! Datasets: input, pipeline, the columns that come out, and the order in which they depend on each other.

use std::path::{Component, Path};

use super::{Compiler, references};
use crate::config;
use crate::dataset::{Dataset, DatasetInput};
use crate::infer::{Findings, Mistake, infer_with};
use crate::permissions::Permissions;
use crate::pipeline::Pipeline;
use crate::place;
use crate::schema::TableSchema;
use crate::source::Relation;
use crate::steps::Step;
use crate::steps::customsql::{Customsql, unbound};
use crate::template::{Template, TemplateError, has_variables, parse_steps};
use crate::written::{Referred, settle};
use crate::yaml::{Node, Span};

/// What has to be compiled before a dataset, with the places where it says so.
struct Dependencies {
    id: String,
    needs: Vec<(String, Span)>,
}

impl Compiler<'_> {
    pub(super) fn datasets(&mut self) {
        for id in self.dataset_order() {
            let draft = self.draft;
            let Some(item) = draft.datasets.get(&id) else { continue };
            let Some(settings) = &item.settings else {
                self.source_of_broken(&item.node);
                continue;
            };
            let compiled = self.dataset(&id, settings, &item.node);
            // A dataset that only shows something wrongly still tells its columns to others.
            if let Some(dataset) = compiled {
                self.datasets.insert(id, dataset);
            } else if self.report.error_count() == 0 {
                self.report.error(
                    "bad_dataset",
                    item.node.span,
                    format!("the dataset `{id}` cannot be compiled"),
                    None,
                );
            }
        }
        let order = &self.draft.datasets;
        self.datasets.sort_by_cached_key(|id, _| order.get_index_of(id));
    }

    /// The shape is wrong; the source that it names can be looked at all the same.
    fn source_of_broken(&mut self, node: &Node) {
        if let Some(source) = node.get("source")
            && let Some(name) = source.text()
        {
            let draft = self.draft;
            self.known("source", "unknown_source", name, source.span, draft.sources.keys().map(String::as_str));
        }
    }

    /// Ids in an order in which every dataset follows what it needs; cycles are reported and left out.
    fn dataset_order(&mut self) -> Vec<String> {
        let draft = self.draft;
        let mut open: Vec<Dependencies> = Vec::new();
        for (id, item) in &draft.datasets {
            let mut needs = item.node.get("steps").map(|steps| references::written(steps, draft)).unwrap_or_default();
            if let Some(parent) = item.node.get("dataset")
                && let Some(name) = parent.text()
            {
                needs.push((name.to_owned(), parent.span));
            }
            for (name, span) in &needs {
                self.dataset_at(name, *span);
            }
            needs.retain(|(name, _)| draft.datasets.contains_key(name));
            open.push(Dependencies { id: id.clone(), needs });
        }
        let mut ordered: Vec<String> = Vec::new();
        loop {
            let (ready, waiting): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|one| one.needs.iter().all(|(name, _)| ordered.contains(name)));
            open = waiting;
            if ready.is_empty() {
                break;
            }
            ordered.extend(ready.into_iter().map(|one| one.id));
        }
        let stuck: Vec<String> = open.iter().map(|one| one.id.clone()).collect();
        for one in &open {
            if let Some((_, span)) = one.needs.iter().find(|(name, _)| stuck.contains(name)) {
                let cycle = cycle_through(&one.id, &open);
                if cycle.first() == cycle.last() && cycle.len() > 1 {
                    let message = format!("datasets need each other in a circle: {}", cycle.join(" → "));
                    self.report.error("dataset_cycle", *span, message, None);
                }
            }
        }
        ordered
    }

    fn dataset(&mut self, id: &str, settings: &config::Dataset, node: &Node) -> Option<Dataset> {
        let input = self.input(settings, node);
        let (input, input_schema) = match input {
            Some(input) => {
                let schema = self.input_schema(&input, node);
                (input, schema)
            }
            None => return self.only_metrics(settings, node),
        };
        let permissions = self.permissions(settings, node, input_schema.as_ref());
        let input_schema = input_schema?;
        let steps = self.pipeline(&settings.steps, node.node_at(&["steps"]))?;
        let schema = match &steps {
            Pipeline::Fixed(fixed) => self.infer(fixed, input_schema.clone(), node.node_at(&["steps"])),
            Pipeline::Templated(template) => {
                let sample = self.sample(template, node.node_at(&["steps"]))?;
                self.infer(&sample, input_schema.clone(), node.node_at(&["steps"]))
            }
        }?;
        let of = format!("the dataset `{id}`");
        for column in node.get("columns").into_iter().flat_map(Node::entries) {
            self.column_at(&schema, &column.key, &of, column.key_span);
        }
        let metrics = self.metrics(id, settings, node, &schema);
        let permissions = permissions.unwrap_or_else(Permissions::nobody);
        let columns = settings.columns.clone();
        self.check_column_rules(&permissions, node, &input_schema, &schema);
        Some(Dataset { id: id.to_owned(), input, steps, permissions, input_schema, schema, columns, metrics })
    }

    /// Without an input nothing else can be known; the permissions are still looked at.
    fn only_metrics(&mut self, settings: &config::Dataset, node: &Node) -> Option<Dataset> {
        self.permissions(settings, node, None);
        None
    }

    fn input(&mut self, settings: &config::Dataset, node: &Node) -> Option<DatasetInput> {
        let relation = match (&settings.table, &settings.query) {
            (Some(_), Some(_)) => {
                let message = "`query` stands instead of `table`: keep one of them";
                self.report.error("conflicting_keys", node.key_span("query"), message, None);
                return None;
            }
            (Some(table), None) => Some(Relation::Table(table.clone())),
            (None, Some(query)) => Some(Relation::Query(query.clone())),
            (None, None) => None,
        };
        match (&settings.source, relation, &settings.dataset) {
            (Some(source), Some(relation), None) => {
                self.used.sources.insert(source.clone());
                let draft = self.draft;
                let names = draft.sources.keys().map(String::as_str);
                if !self.known("source", "unknown_source", source, node.span_at(&["source"]), names) {
                    return None;
                }
                let found = self.sources.get(source).cloned()?;
                match &relation {
                    Relation::Table(table) if !found.kind.is_database() && !is_relative(table) => {
                        let message = format!("`{table}` is not a path inside the app's folder");
                        let hint = Some("write it relative to the app's folder, with `/` and without `..`".to_owned());
                        self.report.error("bad_path", node.span_at(&["table"]), message, hint);
                        None
                    }
                    Relation::Query(_) if !found.kind.is_database() => {
                        let message = format!("the source `{source}` holds files, which know no queries");
                        let hint = Some("name a file with `table`".to_owned());
                        self.report.error("bad_query", node.key_span("query"), message, hint);
                        None
                    }
                    _ => {
                        if let Some(doubt) = settings.query.as_deref().and_then(unbound) {
                            self.report.warning("doubtful_query", node.span_at(&["query"]), doubt.message, doubt.hint);
                        }
                        Some(DatasetInput::Table { source: found, relation })
                    }
                }
            }
            (None, None, Some(parent)) => Some(DatasetInput::Dataset(parent.clone())),
            (None, None, None) => {
                let hint = Some("write `source` and `table`, or `dataset`".to_owned());
                self.report.error("missing_key", node.span, "the dataset does not say where its rows come from", hint);
                None
            }
            (_, _, Some(_)) => {
                let message = "`dataset` stands instead of `source` and `table`: keep one of them";
                self.report.error("conflicting_keys", node.key_span("dataset"), message, None);
                None
            }
            (source, _, None) => {
                let missing = if source.is_some() { "table" } else { "source" };
                self.report.error("missing_key", node.span, format!("the key `{missing}` is missing"), None);
                None
            }
        }
    }

    fn input_schema(&mut self, input: &DatasetInput, node: &Node) -> Option<TableSchema> {
        match input {
            DatasetInput::Dataset(parent) => self.datasets.get(parent).map(|parent| parent.schema.clone()),
            DatasetInput::Table { source, relation } => match self.schemas.columns(source, relation) {
                Ok(schema) => {
                    if self.schemas.is_untyped(source, relation) {
                        let message = format!("{relation} holds no rows: its columns are taken for texts");
                        let hint =
                            "put rows into it, or say the types: { name: convert, columns: […], dataType: float }";
                        self.report.warning("untyped_table", node.span_at(&["table"]), message, Some(hint.to_owned()));
                    }
                    Some(schema)
                }
                Err(reason) => {
                    let key = if matches!(relation, Relation::Query(_)) { "query" } else { "table" };
                    let message = format!("{relation} cannot be read: {reason}");
                    self.report.error("unreadable_table", node.span_at(&[key]), message, None);
                    None
                }
            },
        }
    }

    /// Parses steps, or keeps them as a tree where variables stand in them.
    pub(super) fn pipeline(&mut self, steps: &[serde_json::Value], node: &Node) -> Option<Pipeline> {
        for (index, step) in steps.iter().enumerate() {
            if step.get("name").and_then(serde_json::Value::as_str) == Some("domain") {
                let span = place::of_step(node.node_at(&[&index.to_string()]));
                let hint = "the rows come from the dataset's `source` and `table`, or from its `dataset`, or are those of \
                            the chart's `dataset`: leave the step out";
                let message = "the step `domain` cannot stand here: it begins a pipeline that is written inside a step";
                self.report.error("misplaced_step", span, message, Some(hint.to_owned()));
                return None;
            }
        }
        let draft = self.draft;
        let references = |uid: &str| draft.datasets.contains_key(uid).then(|| Referred::Dataset(uid.to_owned()));
        let steps = match settle(steps.to_vec(), &references) {
            Ok(settled) => settled,
            Err(error) => return self.bad_step(error, node),
        };
        let json = serde_json::Value::Array(steps);
        if has_variables(&json) {
            return match Template::parse(&json) {
                Ok(template) => self.known_variables(&template, node).then(|| Pipeline::Templated(Box::new(template))),
                Err(error) => {
                    self.unreadable_variables(node, &error);
                    None
                }
            };
        }
        let serde_json::Value::Array(steps) = json else { return None };
        match parse_steps(steps) {
            Ok(parsed) => Some(Pipeline::Fixed(parsed)),
            Err(error) => self.bad_step(error, node),
        }
    }

    fn bad_step<T>(&mut self, error: TemplateError, node: &Node) -> Option<T> {
        let hint = error.hint().map(str::to_owned);
        let of_step = |index: usize| place::of_step(node.node_at(&[&index.to_string()]));
        let (span, message) = match error {
            TemplateError::BadStep { index, reason } => (of_step(index), format!("this step cannot be read: {reason}")),
            TemplateError::InStep { index, error } => (of_step(index), error.to_string()),
            other => (node.span, other.to_string()),
        };
        self.report.error("bad_step", span, message, hint);
        None
    }

    /// The columns that come out of steps; mistakes are reported at their steps, and what is doubtful too.
    pub(super) fn infer(&mut self, steps: &[Step], input: TableSchema, node: &Node) -> Option<TableSchema> {
        let findings = self.inferred(steps, input)?;
        for doubt in findings.doubts {
            let place = place::of_mistake(&doubt, node);
            self.report.warning("doubtful_step", place, doubt.message, doubt.hint);
        }
        for mistake in findings.mistakes {
            let place = place::of_mistake(&mistake, node);
            self.report.error("bad_step", place, mistake.message, mistake.hint);
        }
        findings.schema
    }

    /// The columns that come out of steps that were looked at before, in parts: those of a chart, and what shows them.
    pub(super) fn infer_again(&mut self, steps: &[Step], input: TableSchema, place: Span) -> Option<TableSchema> {
        let findings = self.inferred(steps, input)?;
        for Mistake { message, hint, .. } in findings.mistakes {
            let message = format!("what comes out of the chart's steps cannot be shown: {message}");
            self.report.error("bad_step", place, message, hint);
        }
        findings.schema
    }

    fn inferred(&self, steps: &[Step], input: TableSchema) -> Option<Findings> {
        let mut needed = Vec::new();
        references::typed(steps, &mut needed);
        // A dataset with mistakes of its own says nothing about this one.
        if needed.iter().any(|name| !self.datasets.contains_key(name)) {
            return None;
        }
        let datasets = |name: &str| self.datasets.get(name).map(|dataset| dataset.schema.clone());
        let sql = |step: &Customsql, input: &TableSchema| self.schemas.columns_of_sql(step, input);
        Some(infer_with(steps, input, &datasets, Some(&sql)))
    }
}

pub(super) fn is_relative(table: &str) -> bool {
    let path = Path::new(table);
    let plain = path.components().all(|component| matches!(component, Component::Normal(_) | Component::CurDir));
    !table.is_empty() && plain && !table.contains('\\') && !table.contains('\0')
}

/// The way from a dataset back to itself, or to a dataset in a circle.
fn cycle_through(start: &str, open: &[Dependencies]) -> Vec<String> {
    let mut way = vec![start.to_owned()];
    let mut current = start;
    while way.len() <= open.len() + 1 {
        let next = open
            .iter()
            .find(|one| one.id == current)
            .and_then(|one| one.needs.iter().find(|(name, _)| open.iter().any(|other| other.id == *name)));
        let Some((name, _)) = next else { break };
        way.push(name.clone());
        if name == start {
            break;
        }
        current = name;
    }
    way
}
