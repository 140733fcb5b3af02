//! Metrics: aggregates of columns, and formulas over other metrics.

use indexmap::IndexMap;

use super::Compiler;
use crate::config::{self, Aggregate};
use crate::dataset::{Dataset, Metric};
use crate::formula::Formula;
use crate::infer::made_numbers;
use crate::load::{did_you_mean, is_id};
use crate::schema::{ColumnType, TableSchema};
use crate::yaml::Node;

impl Compiler<'_> {
    pub(super) fn metrics(
        &mut self,
        dataset: &str,
        settings: &config::Dataset,
        node: &Node,
        schema: &TableSchema,
    ) -> IndexMap<String, Metric> {
        let mut compiled = IndexMap::new();
        for entry in node.get("metrics").into_iter().flat_map(Node::entries) {
            let Some(metric) = settings.metrics.get(&entry.key) else { continue };
            let before = self.report.error_count();
            if !is_id(&entry.key) {
                let hint = Some("small letters, digits, `-` and `_`".to_owned());
                self.report.error(
                    "bad_value",
                    entry.key_span,
                    format!("`{}` cannot be the id of a metric", entry.key),
                    hint,
                );
            }
            match (metric.aggregate, &metric.formula) {
                (Some(aggregate), None) => {
                    self.aggregate(aggregate, metric.column.as_deref(), &entry.node, schema, dataset);
                }
                (None, Some(formula)) => {
                    self.formula(&entry.key, formula, entry.node.node_at(&["formula"]), settings);
                    for key in ["column", "where"] {
                        if let Some(extra) = entry.node.entry(key) {
                            let message = format!("`{key}` belongs to an aggregate; this metric is a formula");
                            self.report.error("conflicting_keys", extra.key_span, message, None);
                        }
                    }
                }
                _ => {
                    let message = format!("the metric `{}` needs either `aggregate` or `formula`", entry.key);
                    self.report.error("conflicting_keys", entry.key_span, message, None);
                }
            }
            let of = format!("the dataset `{dataset}`");
            let condition = metric
                .condition
                .as_ref()
                .and_then(|json| self.fixed_condition(json, entry.node.node_at(&["where"]), schema, &of));
            compiled.insert(entry.key.clone(), Metric { settings: metric.clone(), condition });
            if self.report.error_count() > before {
                self.broken_metrics.insert((dataset.to_owned(), entry.key.clone()));
            }
        }
        self.formula_cycles(dataset, settings, node);
        compiled
    }

    /// True when the metric, or one that its formula needs, has mistakes: what is made of it has no more of its own.
    pub(super) fn is_broken(&self, metric: &str, dataset: &Dataset) -> bool {
        self.broken_metrics.iter().any(|(at, broken)| {
            let needs = || reaches(metric, broken, &|id| dataset.metrics.get(id)?.settings.formula.as_ref(), 0);
            at == &dataset.id && (broken == metric || needs())
        })
    }

    /// Checks the column that an aggregate reads.
    pub(super) fn aggregate(
        &mut self,
        aggregate: Aggregate,
        column: Option<&str>,
        node: &Node,
        schema: &TableSchema,
        dataset: &str,
    ) {
        let Some(name) = column else {
            if aggregate != Aggregate::Count {
                self.report.error(
                    "missing_key",
                    node.span,
                    "the key `column` is missing: only `count` does without",
                    None,
                );
            }
            return;
        };
        let span = node.span_at(&["column"]);
        if !self.column_at(schema, name, &format!("the dataset `{dataset}`"), span) {
            return;
        }
        let kind = schema.columns.get(name).copied().unwrap_or(ColumnType::Unknown);
        let needs_number = matches!(aggregate, Aggregate::Avg | Aggregate::Sum);
        if needs_number && matches!(kind, ColumnType::Text | ColumnType::Date | ColumnType::Geometry) {
            let word = if kind == ColumnType::Text { "text" } else { "no number" };
            let message = format!("the column `{name}` holds {word}: it has no sum and no average");
            self.report.error("wrong_column_type", span, message, made_numbers(name, kind));
        }
    }

    fn formula(&mut self, id: &str, text: &str, node: &Node, settings: &config::Dataset) {
        let parsed = match Formula::parse(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                let message = format!("this is no formula: {} (at its character {})", error.message, error.position);
                return self.report.error("bad_formula", node.at_character(error.position), message, None);
            }
        };
        let mut named: Vec<String> = Vec::new();
        parsed.visit_columns(&mut |name| named.push(name.to_owned()));
        for name in named {
            if !settings.metrics.contains_key(&name) {
                let known = settings.metrics.keys().map(String::as_str).filter(|known| *known != id);
                let hint =
                    did_you_mean(&name, known).or_else(|| Some("a formula is written over other metrics".to_owned()));
                let span = Formula::place_of(&name, text).map_or(node.span, |position| node.at_character(position));
                self.report.error("unknown_metric", span, format!("the dataset has no metric `{name}`"), hint);
            }
        }
    }

    fn formula_cycles(&mut self, dataset: &str, settings: &config::Dataset, node: &Node) {
        let formula = |id: &str| settings.metrics.get(id)?.formula.as_ref();
        for (id, metric) in &settings.metrics {
            if metric.formula.is_some() && reaches(id, id, &formula, 0) {
                self.broken_metrics.insert((dataset.to_owned(), id.clone()));
                let span = node.span_at(&["metrics", id, "formula"]);
                self.report.error("metric_cycle", span, format!("the metric `{id}` is computed from itself"), None);
            }
        }
    }
}

/// True when the formula of `from` needs `wanted`, directly or through others.
fn reaches<'a>(from: &str, wanted: &str, formula: &impl Fn(&str) -> Option<&'a String>, depth: usize) -> bool {
    let Some(text) = formula(from) else { return false };
    let Ok(parsed) = Formula::parse(text) else { return false };
    let mut named: Vec<String> = Vec::new();
    parsed.visit_columns(&mut |name| named.push(name.to_owned()));
    named.iter().any(|name| name == wanted || (depth < 16 && reaches(name, wanted, formula, depth + 1)))
}
