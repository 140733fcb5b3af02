//! Charts and named values: every column, metric and field checked, then prepared as frames.

use crate::choices::CompiledFilter;
use crate::config::{self, By, Chart, Compare, Dimension, FilterType, Measure, ValueQuery};
use crate::dataset::Dataset;
use crate::infer::{describe, made_numbers};
use crate::parts::{self, Parts};
use crate::pipeline::Pipeline;
use crate::presentation::limit_of;
use crate::resolve::{CompiledFrame, Segment};
use crate::schema::{ColumnType, TableSchema};
use crate::steps::{Step, filter};
use crate::template::{Template, has_variables};
use crate::yaml::Node;

use super::{Compiler, frames, references};

/// Where a chart stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) node: &'a Node,
    /// The page's filters: their positions in the app.
    pub(super) filters: &'a [usize],
    pub(super) in_tile: bool,
}

impl Compiler<'_> {
    /// The frames of a chart; `None` when it has mistakes.
    pub(super) fn chart(&mut self, chart: &Chart, place: Place<'_>) -> Option<Vec<CompiledFrame>> {
        let parts = parts::of_chart(chart);
        self.chart_shape(chart, place.node);
        let mut main = self.frame(&parts, place, limit_of(chart, place.in_tile))?;
        "main".clone_into(&mut main.name);
        let mut frames = vec![main.clone()];
        if let Chart::Kpi(kpi) = chart {
            if kpi.compare == Some(Compare::PreviousPeriod) {
                frames.extend(self.previous(&main, place));
            }
            if let Some(trend) = &kpi.trend {
                frames.push(self.trend(kpi, trend, place)?);
            }
        }
        Some(frames)
    }

    /// The frame of a named value.
    pub(super) fn value_query(&mut self, name: &str, values: &ValueQuery, place: Place<'_>) -> Option<CompiledFrame> {
        let parts = parts::of_values(values);
        let mut frame = self.frame(&parts, place, values.query.limit.unwrap_or(1))?;
        name.clone_into(&mut frame.name);
        Some(frame)
    }

    fn chart_shape(&mut self, chart: &Chart, node: &Node) {
        if let Chart::Table(table) = chart {
            let grouped = !table.dimensions.is_empty() || !table.values.is_empty();
            if grouped == table.rows.is_some() {
                let message = "a table needs either `rows`, or `dimensions` and `values`";
                self.report.error("conflicting_keys", node.span, message, None);
            }
            if table.rows.is_some()
                && let Some(having) = node.entry("having")
            {
                self.report.error("conflicting_keys", having.key_span, "`having` needs groups: use `where`", None);
            }
        }
        if let Chart::Kpi(kpi) = chart
            && kpi.compare == Some(Compare::PreviousPoint)
            && kpi.trend.is_none()
        {
            let message = "`previous-point` compares the last two points of a trend, and there is no `trend`";
            self.report.error("missing_key", node.span_at(&["compare"]), message, None);
        }
    }

    fn previous(&mut self, main: &CompiledFrame, place: Place<'_>) -> Option<CompiledFrame> {
        let is_period = |position: &usize| {
            let app_position = place.filters.get(*position)?;
            let (_, filter): (_, &CompiledFilter) = self.filters.get_index(*app_position)?;
            (filter.settings.kind == FilterType::DateRange).then_some(*position)
        };
        // A filter with mistakes of its own may be the one.
        if self.filters.len() < self.draft.filters.len() {
            return None;
        }
        let Some(period) = main.filters.iter().find_map(|(position, _)| is_period(position)) else {
            let message = "`previous-period` needs a `date-range` among the page's filters that limits this dataset";
            self.report.error("missing_filter", place.node.span_at(&["compare"]), message, None);
            return None;
        };
        Some(CompiledFrame { name: "previous".to_owned(), previous: Some(period), ..main.clone() })
    }

    fn trend(&mut self, kpi: &config::Kpi, trend: &config::Trend, place: Place<'_>) -> Option<CompiledFrame> {
        if trend.date.by().is_none() {
            let span = place.node.span_at(&["trend", "date"]);
            let hint = Some("write `date: {column: …, by: month}`".to_owned());
            self.report.error("missing_key", span, "the date of a trend needs `by`", hint);
            return None;
        }
        let mut query = kpi.query.clone();
        query.sort.clear();
        let parts = Parts {
            kind: "trend",
            query: &query,
            dimensions: vec![(vec!["trend".to_owned(), "date".to_owned()], std::borrow::Cow::Borrowed(&trend.date))],
            measures: vec![(vec!["value".to_owned()], &kpi.value)],
            roles: Vec::new(),
            raw_rows: None,
        };
        let mut frame = self.frame(&parts, place, 10_000)?;
        "trend".clone_into(&mut frame.name);
        Some(frame)
    }

    fn frame(&mut self, parts: &Parts<'_>, place: Place<'_>, limit: u64) -> Option<CompiledFrame> {
        let query = parts.query;
        let node = place.node;
        let dataset = self.dataset_at(&query.dataset, node.span_at(&["dataset"]))?.clone();
        let before = self.report.error_count();
        let steps_node = node.node_at(&["steps"]);
        let own_steps = self.pipeline(&query.steps, steps_node)?;
        let sampled = match &own_steps {
            Pipeline::Fixed(steps) => steps.clone(),
            Pipeline::Templated(template) => self.sample(template, steps_node)?,
        };
        let schema = if sampled.is_empty() {
            dataset.schema.clone()
        } else {
            self.infer(&sampled, dataset.schema.clone(), steps_node)?
        };
        let read = dataset.schema.clone();
        let shaped = Dataset { schema, ..dataset };
        self.check_fields(parts, &shaped, node);
        let mut tail = TailBuilder::default();
        match own_steps {
            Pipeline::Fixed(steps) => tail.fixed(steps),
            Pipeline::Templated(template) => tail.segments.push(Segment::Steps(*template)),
        }
        if let Some(json) = &query.condition {
            let of = format!("the dataset `{}`", query.dataset);
            tail.segments.extend(self.condition(json, node.node_at(&["where"]), &shaped.schema, &of));
        }
        let sort = frames::order(parts, &shaped);
        let extra = self.extra_metrics(parts, &shaped, &sort, node);
        let measures = parts.measures.iter().map(|(_, measure)| measure.id()).chain(extra.iter().map(String::as_str));
        if measures.into_iter().any(|metric| self.is_broken(metric, &shaped)) {
            return None;
        }
        let count_column = self.count_column(&shaped);
        let extra_names: Vec<&str> = extra.iter().map(String::as_str).collect();
        let grouping = frames::grouping(parts, &extra_names, &shaped, &count_column, &sort);
        tail.fixed(grouping.before_having);
        if let Some(json) = &query.having {
            let fields = fields_schema(parts, &extra);
            tail.segments.extend(self.condition(json, node.node_at(&["having"]), &fields, "the chart"));
        }
        tail.fixed(grouping.after_having);
        if self.report.error_count() > before {
            return None;
        }
        let tail = tail.finish();
        self.check_result(&tail, &read, node);
        Some(CompiledFrame {
            name: String::new(),
            dataset: query.dataset.clone(),
            filters: self.limits(place.filters, &query.dataset),
            views: self.view_limits(&query.dataset),
            templated: references::templated_behind(&self.datasets, &query.dataset, &sampled),
            tail,
            limit,
            previous: None,
        })
    }

    fn check_fields(&mut self, parts: &Parts<'_>, dataset: &Dataset, node: &Node) {
        let of = format!("the dataset `{}`", dataset.id);
        let mut seen: Vec<&str> = Vec::new();
        for (path, dimension) in &parts.dimensions {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let place = node.node_at(&path);
            let span = if place.get("column").is_some() { place.span_at(&["column"]) } else { place.span };
            if self.column_at(&dataset.schema, dimension.column(), &of, span) {
                self.check_calendar(dimension, dataset, place);
            }
            if seen.contains(&dimension.id()) {
                let message = format!("the field `{}` stands twice", dimension.id());
                self.report.error("duplicate_field", span, message, Some("give one of them another `id`".to_owned()));
            }
            seen.push(dimension.id());
        }
        if parts.kind == "point-map" {
            self.check_coordinates(dataset, node);
        }
        for (path, measure) in &parts.measures {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let place = node.node_at(&path);
            match measure {
                Measure::Metric(id) => self.check_metric(id, dataset, place),
                Measure::Details(details) => {
                    self.aggregate(details.aggregate, details.column.as_deref(), place, &dataset.schema, &dataset.id);
                }
            }
            let is_key = parts.dimensions.iter().any(|(_, dimension)| dimension.column() == measure.id());
            if is_key || seen.contains(&measure.id()) {
                let message = format!("the field `{}` stands twice", measure.id());
                self.report.error("duplicate_field", place.span, message, None);
            }
            seen.push(measure.id());
        }
    }

    fn check_metric(&mut self, id: &str, dataset: &Dataset, place: &Node) {
        if dataset.metrics.contains_key(id) {
            return;
        }
        let known = dataset.metrics.keys().map(String::as_str);
        let hint = crate::load::did_you_mean(id, known);
        self.report.error(
            "unknown_metric",
            place.span,
            format!("the dataset `{}` has no metric `{id}`", dataset.id),
            hint,
        );
    }

    /// A point of a map stands where two numbers say.
    fn check_coordinates(&mut self, dataset: &Dataset, node: &Node) {
        for key in ["latitude", "longitude"] {
            let Some(name) = node.get(key).and_then(Node::text) else { continue };
            match dataset.column_type(name) {
                None | Some(ColumnType::Integer | ColumnType::Float | ColumnType::Unknown) => {}
                Some(kind) => {
                    let message =
                        format!("`{key}` needs numbers, degrees such as 45.76, and `{name}` holds {}", describe(kind));
                    self.report.error("wrong_column_type", node.span_at(&[key]), message, made_numbers(name, kind));
                }
            }
        }
    }

    fn check_calendar(&mut self, dimension: &Dimension, dataset: &Dataset, place: &Node) {
        let Some(by) = dimension.by() else { return };
        let kind = dataset.column_type(dimension.column()).unwrap_or(ColumnType::Unknown);
        if matches!(kind, ColumnType::Date | ColumnType::Unknown) {
            return;
        }
        let hint = (by == By::Hour).then(|| "a column of hours needs no `by`".to_owned());
        let message = format!("`by` needs dates, and the column `{}` holds none", dimension.column());
        self.report.error("wrong_column_type", place.span_at(&["by"]), message, hint);
    }

    /// A condition over what the steps before it produce.
    fn condition(&mut self, json: &serde_json::Value, node: &Node, schema: &TableSchema, of: &str) -> Option<Segment> {
        if !has_variables(json) {
            let condition = self.fixed_condition(json, node, schema, of)?;
            return Some(Segment::Fixed(vec![Step::Filter(filter::Filter { condition })]));
        }
        self.check_condition_columns(node, schema, of);
        match Template::parse(json) {
            Ok(template) => {
                self.known_variables(&template, node).then_some(())?;
                self.sample_condition(&template, node, schema).then_some(())?;
                Some(Segment::Where(template))
            }
            Err(error) => {
                self.unreadable_variables(node, &error);
                None
            }
        }
    }

    /// Metrics that only `having` and `sort` use, computed beside the chart's own and left out of the answer.
    fn extra_metrics(&mut self, parts: &Parts<'_>, dataset: &Dataset, sort: &[String], node: &Node) -> Vec<String> {
        let mut wanted: Vec<(String, crate::yaml::Span)> = Vec::new();
        if let Some(having) = node.get("having") {
            columns_of(having, &mut wanted);
        }
        for (index, field) in sort.iter().enumerate() {
            let span = node.span_at(&["sort", &index.to_string()]);
            wanted.push((field.strip_prefix('-').unwrap_or(field).to_owned(), span));
        }
        let own = |id: &str| {
            parts.dimensions.iter().any(|(_, dimension)| dimension.id() == id)
                || parts.measures.iter().any(|(_, measure)| measure.id() == id)
        };
        let mut extra: Vec<String> = Vec::new();
        for (id, span) in wanted {
            if own(&id) || extra.contains(&id) {
                continue;
            }
            let is_raw_column = parts.raw_rows.is_some() && dataset.schema.columns.contains_key(&id);
            if is_raw_column {
                continue;
            }
            if parts.raw_rows.is_none() && dataset.metrics.contains_key(&id) {
                extra.push(id);
                continue;
            }
            let dimensions = parts.dimensions.iter().map(|(_, dimension)| dimension.id());
            let measures = parts.measures.iter().map(|(_, measure)| measure.id());
            let known = dimensions.chain(measures).chain(dataset.metrics.keys().map(String::as_str));
            let hint = crate::load::did_you_mean(&id, known);
            self.report.error("unknown_field", span, format!("the chart has no field `{id}`"), hint);
        }
        extra
    }

    /// A column to count rows by that no rule hides from anybody.
    fn count_column(&self, dataset: &Dataset) -> String {
        let hidden = |column: &str| self.datasets.values().any(|known| known.permissions.restricts(column));
        let columns = || dataset.schema.columns.keys();
        columns().find(|column| !hidden(column)).or_else(|| columns().next()).cloned().unwrap_or_default()
    }

    /// Checks the whole of the steps once more, as the engine will see them.
    fn check_result(&mut self, tail: &[Segment], schema: &TableSchema, node: &Node) {
        let mut current = schema.clone();
        for segment in tail {
            let steps = match segment {
                Segment::Fixed(steps) => steps.clone(),
                Segment::Steps(template) => self.sample(template, node).unwrap_or_default(),
                Segment::Where(_) => continue,
            };
            let Some(next) = self.infer_again(&steps, current, node.key_span("steps")) else { return };
            current = next;
        }
    }

    fn limits(&self, page_filters: &[usize], dataset: &str) -> Vec<(usize, String)> {
        let target = |(position, app_position): (usize, &usize)| {
            let (_, filter) = self.filters.get_index(*app_position)?;
            Some((position, filter.targets.get(dataset)?.clone()))
        };
        page_filters.iter().enumerate().filter_map(target).collect()
    }

    fn view_limits(&self, dataset: &str) -> Vec<(usize, String)> {
        let targets = self.views.values().enumerate();
        targets.filter_map(|(position, view)| Some((position, view.targets.get(dataset)?.clone()))).collect()
    }
}

/// Joins neighbouring fixed steps.
#[derive(Default)]
struct TailBuilder {
    segments: Vec<Segment>,
}

impl TailBuilder {
    fn fixed(&mut self, steps: Vec<Step>) {
        if !steps.is_empty() {
            self.segments.push(Segment::Fixed(steps));
        }
    }

    fn finish(self) -> Vec<Segment> {
        let mut joined: Vec<Segment> = Vec::new();
        for segment in self.segments {
            match (joined.last_mut(), segment) {
                (Some(Segment::Fixed(before)), Segment::Fixed(more)) => before.extend(more),
                (_, segment) => joined.push(segment),
            }
        }
        joined
    }
}

fn columns_of(condition: &Node, found: &mut Vec<(String, crate::yaml::Span)>) {
    for key in ["and", "or"] {
        condition.get(key).into_iter().flat_map(Node::items).for_each(|item| columns_of(item, found));
    }
    if let Some(column) = condition.get("column")
        && let Some(name) = column.text()
    {
        found.push((name.to_owned(), column.span));
    }
}

fn fields_schema(parts: &Parts<'_>, extra: &[String]) -> TableSchema {
    let dimensions = parts.dimensions.iter().map(|(_, dimension)| dimension.id().to_owned());
    let measures = parts.measures.iter().map(|(_, measure)| measure.id().to_owned());
    let fields = dimensions.chain(measures).chain(extra.iter().cloned());
    TableSchema::new(fields.map(|field| (field, ColumnType::Unknown)))
}
