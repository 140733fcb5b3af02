//! Charts to steps: group, measure, keep, order. Done once, when an app is loaded.

use std::collections::{HashMap, HashSet};

use crate::condition::{Comparison, Condition, Operator};
use crate::config::{Aggregate, By, Dimension, HigherIs, Measure};
use crate::dataset::Dataset;
use crate::formula::Formula;
use crate::parts::Parts;
use crate::steps::aggregate::{AggregateFunction, Aggregation};
use crate::steps::dateextract::{DateInfo, Dateextract};
use crate::steps::dategranularity::{Dategranularity, Granularity};
use crate::steps::ifthenelse::{Ifthenelse, Otherwise};
use crate::steps::sort::{Order, Sort, SortColumn};
use crate::steps::{FormulaText, Step, aggregate, filter, formula, rename, select};
use crate::value::Value;

/// One aggregate of a grouping.
#[derive(Debug, Clone, PartialEq)]
struct Plain {
    id: String,
    aggregate: Aggregate,
    column: Option<String>,
    condition: Option<Condition>,
}

/// The measures of a grouping: aggregates first, then formulas over them.
#[derive(Debug, Default)]
struct Measures {
    plain: Vec<Plain>,
    formulas: Vec<(String, String)>,
}

/// The steps of a grouping, apart where the author's `having` stands between them.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    pub(super) before_having: Vec<Step>,
    pub(super) after_having: Vec<Step>,
}

/// Steps that group and measure. `extra` names metrics that only `having` and `sort` use.
pub(super) fn grouping(
    parts: &Parts<'_>,
    extra: &[&str],
    dataset: &Dataset,
    count_column: &str,
    sort: &[String],
) -> Grouping {
    let fields: Vec<String> = parts
        .dimensions
        .iter()
        .map(|(_, dimension)| dimension.id().to_owned())
        .chain(parts.measures.iter().map(|(_, measure)| measure.id().to_owned()))
        .collect();
    if parts.raw_rows.is_some() {
        let mut after_having = sort_step(sort);
        after_having.push(Step::Select(select::Select { columns: fields }));
        return Grouping { before_having: Vec::new(), after_having };
    }
    let mut measures = Measures::default();
    for (_, measure) in &parts.measures {
        measures.add(measure, dataset);
    }
    for id in extra {
        measures.add_metric(id, dataset, 0);
    }
    let mut steps = Vec::new();
    let dimensions: Vec<&Dimension> = parts.dimensions.iter().map(|(_, dimension)| dimension.as_ref()).collect();
    let keys = key_steps(&dimensions, &measures.columns(), &mut steps);
    let on: Vec<String> = keys.iter().map(|(key, _)| key.clone()).collect();
    let mut aggregations = measures.aggregations(on.first().map_or(count_column, String::as_str), &mut steps);
    let computed = measures.plain.len() + measures.formulas.len();
    let is_total = on.is_empty();
    if is_total {
        aggregations.push(rows_counted(count_column));
    }
    steps.push(Step::Aggregate(aggregate::Aggregate {
        on,
        aggregations,
        keep_original_granularity: None,
        count_nulls: false,
    }));
    if is_total {
        steps.push(over_some_rows());
    }
    for (id, text) in &measures.formulas {
        steps
            .push(Step::Formula(formula::Formula { new_column: id.clone(), formula: FormulaText::Text(text.clone()) }));
    }
    let renames: Vec<(String, String)> = keys.into_iter().filter(|(key, id)| key != id).collect();
    if !renames.is_empty() {
        steps.push(Step::Rename(rename::Rename { to_rename: renames }));
    }
    let mut after_having = sort_step(sort);
    if is_total || computed > parts.measures.len() || !measures.formulas.is_empty() {
        after_having.push(Step::Select(select::Select { columns: fields }));
    }
    Grouping { before_having: steps, after_having }
}

/// How many rows a total stands for.
const ROWS: &str = "__rows";

fn rows_counted(column: &str) -> Aggregation {
    Aggregation {
        newcolumns: vec![ROWS.to_owned()],
        aggfunction: AggregateFunction::CountDistinctIncludingEmpty,
        columns: vec![column.to_owned()],
    }
}

/// A total over no row would be 0 as if that had been measured: it is no row instead, like a group without rows.
fn over_some_rows() -> Step {
    let value = Value::Integer(0);
    let condition = Condition::Comparison(Comparison { column: ROWS.to_owned(), operator: Operator::Gt, value });
    Step::Filter(filter::Filter { condition })
}

/// The order that an author asked for, or the one that the kind of chart is read in.
pub(super) fn order(parts: &Parts<'_>, dataset: &Dataset) -> Vec<String> {
    if !parts.query.sort.is_empty() {
        return parts.query.sort.clone();
    }
    let Some((_, measure)) = parts.measures.first() else { return Vec::new() };
    match parts.kind {
        "leaderboard" if higher_is(measure, dataset) == Some(HigherIs::Worse) => vec![measure.id().to_owned()],
        "donut" | "leaderboard" => vec![format!("-{}", measure.id())],
        _ => Vec::new(),
    }
}

fn higher_is(measure: &Measure, dataset: &Dataset) -> Option<HigherIs> {
    match measure {
        Measure::Metric(id) => dataset.metrics.get(id)?.settings.higher_is,
        Measure::Details(details) => details.higher_is,
    }
}

fn sort_step(sort: &[String]) -> Vec<Step> {
    if sort.is_empty() {
        return Vec::new();
    }
    let column = |field: &String| match field.strip_prefix('-') {
        Some(name) => SortColumn { column: name.to_owned(), order: Order::Desc },
        None => SortColumn { column: field.clone(), order: Order::Asc },
    };
    vec![Step::Sort(Sort { columns: sort.iter().map(column).collect() })]
}

/// Prepares the columns to group by; returns each with the field's id.
fn key_steps(dimensions: &[&Dimension], measured: &HashSet<String>, steps: &mut Vec<Step>) -> Vec<(String, String)> {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for dimension in dimensions {
        *uses.entry(dimension.column()).or_default() += 1;
    }
    let mut keys = Vec::with_capacity(dimensions.len());
    for dimension in dimensions {
        let (column, id) = (dimension.column(), dimension.id());
        let Some(by) = dimension.by() else {
            keys.push((column.to_owned(), id.to_owned()));
            continue;
        };
        let others = uses.get(id).copied().unwrap_or_default() > usize::from(id == column);
        let in_place_is_safe = !measured.contains(id) && !others;
        let extracts = matches!(by, By::Hour | By::IsoDayOfWeek);
        let target = if in_place_is_safe && !(extracts && id == column) { id.to_owned() } else { format!("__{id}") };
        steps.push(calendar_step(column, by, &target));
        keys.push((target, id.to_owned()));
    }
    keys
}

fn calendar_step(column: &str, by: By, target: &str) -> Step {
    let granularity = match by {
        By::Day => Granularity::Day,
        By::IsoWeek => Granularity::IsoWeek,
        By::Month => Granularity::Month,
        By::Quarter => Granularity::Quarter,
        By::Year => Granularity::Year,
        By::Hour | By::IsoDayOfWeek => {
            let info = if by == By::Hour { DateInfo::Hour } else { DateInfo::IsoDayOfWeek };
            return Step::Dateextract(Dateextract {
                column: column.to_owned(),
                date_info: vec![info],
                new_columns: vec![target.to_owned()],
            });
        }
    };
    let new_column = (target != column).then(|| target.to_owned());
    Step::Dategranularity(Dategranularity { granularity, column: column.to_owned(), new_column })
}

impl Measures {
    fn add(&mut self, measure: &Measure, dataset: &Dataset) {
        match measure {
            Measure::Metric(id) => self.add_metric(id, dataset, 0),
            Measure::Details(details) => self.push(Plain {
                id: details.id.clone(),
                aggregate: details.aggregate,
                column: details.column.clone(),
                condition: None,
            }),
        }
    }

    fn add_metric(&mut self, id: &str, dataset: &Dataset, depth: usize) {
        let Some(metric) = dataset.metrics.get(id) else { return };
        if let Some(aggregate) = metric.settings.aggregate {
            return self.push(Plain {
                id: id.to_owned(),
                aggregate,
                column: metric.settings.column.clone(),
                condition: metric.condition.clone(),
            });
        }
        let Some(text) = &metric.settings.formula else { return };
        if depth > 16 || self.formulas.iter().any(|(known, _)| known == id) {
            return;
        }
        if let Ok(parsed) = Formula::parse(text) {
            parsed.visit_columns(&mut |other| self.add_metric(other, dataset, depth + 1));
        }
        self.formulas.push((id.to_owned(), text.clone()));
    }

    fn push(&mut self, plain: Plain) {
        if !self.plain.iter().any(|known| known.id == plain.id) {
            self.plain.push(plain);
        }
    }

    /// Every column that the measures read.
    fn columns(&self) -> HashSet<String> {
        let mut columns = HashSet::new();
        for plain in &self.plain {
            columns.extend(plain.column.clone());
            if let Some(condition) = &plain.condition {
                condition.visit_columns(&mut |column| {
                    columns.insert(column.to_owned());
                });
            }
        }
        columns
    }

    fn aggregations(&self, count_column: &str, steps: &mut Vec<Step>) -> Vec<Aggregation> {
        let mut aggregations = Vec::with_capacity(self.plain.len());
        for plain in &self.plain {
            let mut function = function_of(plain.aggregate);
            let column = match (&plain.column, &plain.condition) {
                (Some(column), None) => column.clone(),
                (None, None) => {
                    function = AggregateFunction::CountDistinctIncludingEmpty;
                    count_column.to_owned()
                }
                (column, Some(condition)) => {
                    let conditional = format!("__{}_where", plain.id);
                    let then = match column {
                        Some(column) => FormulaText::Text(format!("[{column}]")),
                        None => FormulaText::Value(Value::Integer(1)),
                    };
                    steps.push(Step::Ifthenelse(Ifthenelse {
                        new_column: conditional.clone(),
                        condition: condition.clone(),
                        then,
                        otherwise: Otherwise::Formula(FormulaText::Value(Value::Null)),
                    }));
                    conditional
                }
            };
            aggregations.push(Aggregation {
                newcolumns: vec![plain.id.clone()],
                aggfunction: function,
                columns: vec![column],
            });
        }
        aggregations
    }
}

fn function_of(aggregate: Aggregate) -> AggregateFunction {
    match aggregate {
        Aggregate::Avg => AggregateFunction::Avg,
        Aggregate::Sum => AggregateFunction::Sum,
        Aggregate::Min => AggregateFunction::Min,
        Aggregate::Max => AggregateFunction::Max,
        Aggregate::Count => AggregateFunction::Count,
        Aggregate::CountDistinct => AggregateFunction::CountDistinct,
        Aggregate::First => AggregateFunction::First,
        Aggregate::Last => AggregateFunction::Last,
    }
}
