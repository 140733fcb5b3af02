//! Filters and views: their columns, values and defaults.

use indexmap::IndexMap;

use super::Compiler;
use crate::choices::{Choice, CompiledFilter, CompiledView, parse_day};
use crate::config::{self, FilterType, ValueList};
use crate::load::did_you_mean;
use crate::schema::ColumnType;
use crate::yaml::Node;

/// `31/12/2024` as `2024-12-31`; of `1/2/2024` nobody can tell which is the month.
fn year_first(text: &str) -> Option<String> {
    let numbers: Vec<u32> = text.split(['/', '.', '-']).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let (year, month, day) = match *numbers.as_slice() {
        [day, month, year] if year >= 1000 && day > 12 => (year, month, day),
        [month, day, year] if year >= 1000 && (day > 12 || day == month) => (year, month, day),
        [year, month, day] if year >= 1000 => (year, month, day),
        [_, _, year] if year >= 1000 => return Some(format!("{year}-MM-DD")),
        _ => return None,
    };
    let written = format!("{year:04}-{month:02}-{day:02}");
    parse_day(&written).map(|_| written)
}

impl Compiler<'_> {
    pub(super) fn filters(&mut self) {
        let draft = self.draft;
        for (id, item) in &draft.filters {
            let Some(settings) = &item.settings else { continue };
            let node = &item.node;
            if draft.views.contains_key(id) {
                self.report.error(
                    "duplicate_id",
                    node.span_at(&["id"]),
                    format!("a filter and a view are both called `{id}`"),
                    None,
                );
            }
            let (targets, value_type) = self.targets(id, settings.column.as_deref(), settings.columns.as_ref(), node);
            let before = self.report.error_count();
            self.filter_type(settings, node, &targets, value_type);
            let presets_are_right = self.report.error_count() == before;
            self.value_list(settings.values.as_ref(), node);
            for (index, other) in settings.depends_on.iter().enumerate() {
                let span = node.span_at(&["depends_on", &index.to_string()]);
                self.known("filter", "unknown_filter", other, span, draft.filters.keys().map(String::as_str));
                if other == id {
                    self.report.error("filter_cycle", span, "a filter cannot depend on itself", None);
                }
            }
            let mut compiled = CompiledFilter {
                id: id.clone(),
                settings: settings.clone(),
                default: Choice::All,
                value_type,
                targets,
            };
            match compiled.parse_default() {
                Ok(default) => compiled.default = default,
                // A preset that is wrong itself is no default either.
                Err(_) if !presets_are_right => {}
                Err(expected) => {
                    self.report.error(
                        "bad_default",
                        node.span_at(&["default"]),
                        format!("the default is not {expected}"),
                        None,
                    );
                }
            }
            self.filters.insert(id.clone(), compiled);
        }
    }

    pub(super) fn views(&mut self) {
        let draft = self.draft;
        for (id, item) in &draft.views {
            let Some(settings) = &item.settings else { continue };
            let (targets, value_type) =
                self.targets(id, settings.column.as_deref(), settings.columns.as_ref(), &item.node);
            self.value_list(Some(&settings.values), &item.node);
            let compiled = CompiledView { id: id.clone(), settings: settings.clone(), value_type, targets };
            self.views.insert(id.clone(), compiled);
        }
    }

    /// The column that a filter or view limits in each dataset, and the type of its values.
    fn targets(
        &mut self,
        id: &str,
        column: Option<&str>,
        columns: Option<&IndexMap<String, String>>,
        node: &Node,
    ) -> (IndexMap<String, String>, ColumnType) {
        let mut targets = IndexMap::new();
        match (column, columns) {
            (Some(column), None) => {
                for (dataset, compiled) in &self.datasets {
                    if compiled.schema.columns.contains_key(column) {
                        targets.insert(dataset.clone(), column.to_owned());
                    }
                }
                // With a broken dataset it cannot be known who produces the column.
                if targets.is_empty() && self.datasets.len() == self.draft.datasets.len() {
                    let known =
                        self.datasets.values().flat_map(|dataset| dataset.schema.columns.keys()).map(String::as_str);
                    let hint = did_you_mean(column, known);
                    let message = format!("no dataset produces the column `{column}`");
                    self.report.error("unknown_column", node.span_at(&["column"]), message, hint);
                }
            }
            (None, Some(columns)) => {
                for (dataset, column) in columns {
                    let entry = node.get("columns").and_then(|map| map.entry(dataset));
                    let (key_span, span) =
                        entry.map_or((node.span, node.span), |entry| (entry.key_span, entry.node.span));
                    if let Some(schema) = self.dataset_at(dataset, key_span).map(|found| found.schema.clone())
                        && self.column_at(&schema, column, &format!("the dataset `{dataset}`"), span)
                    {
                        targets.insert(dataset.clone(), column.clone());
                    }
                }
            }
            (None, None) => {
                let message = format!("`{id}` does not say which column it limits");
                self.report.error(
                    "missing_key",
                    node.span,
                    message,
                    Some("write `column`, or `columns` by dataset".to_owned()),
                );
            }
            (Some(_), Some(_)) => {
                let message = "`columns` stands instead of `column`: keep one of them";
                self.report.error("conflicting_keys", node.key_span("columns"), message, None);
            }
        }
        let types = targets.iter().filter_map(|(dataset, column)| self.datasets.get(dataset)?.column_type(column));
        let value_type = types.into_iter().find(|kind| *kind != ColumnType::Unknown).unwrap_or(ColumnType::Unknown);
        (targets, value_type)
    }

    fn filter_type(
        &mut self,
        settings: &config::Filter,
        node: &Node,
        targets: &IndexMap<String, String>,
        value_type: ColumnType,
    ) {
        if settings.kind != FilterType::DateRange {
            if settings.values.is_none() {
                let hint = Some("write `values: {dataset: …, column: …}`".to_owned());
                self.report.error(
                    "missing_key",
                    node.span,
                    "the filter does not say where its choices come from",
                    hint,
                );
            }
            for key in ["presets", "min", "max"] {
                if let Some(entry) = node.entry(key) {
                    self.report.error(
                        "conflicting_keys",
                        entry.key_span,
                        format!("`{key}` belongs to a `date-range`"),
                        None,
                    );
                }
            }
            return;
        }
        if let Some(entry) = node.entry("values") {
            self.report.error("conflicting_keys", entry.key_span, "a `date-range` has no list of values", None);
        }
        if !targets.is_empty() && !matches!(value_type, ColumnType::Date | ColumnType::Unknown) {
            let place = if settings.column.is_some() { "column" } else { "columns" };
            let hint = Some("a step `todate` or `convert` makes dates of texts".to_owned());
            self.report.error(
                "wrong_column_type",
                node.span_at(&[place]),
                "a `date-range` needs a column of dates",
                hint,
            );
        }
        for key in ["min", "max"] {
            if let Some(written) = node.get(key) {
                self.day(written);
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        for (preset, preset_node) in settings.presets.iter().zip(node.node_at(&["presets"]).items()) {
            if seen.contains(&preset.id.as_str()) {
                let message = format!("the preset `{}` stands twice", preset.id);
                self.report.error("duplicate_id", preset_node.span_at(&["id"]), message, None);
            }
            seen.push(&preset.id);
            let start = self.day(preset_node.node_at(&["start"]));
            let end = self.day(preset_node.node_at(&["end"]));
            if start && end && parse_day(&preset.start) > parse_day(&preset.end) {
                self.report.error("bad_value", preset_node.span_at(&["end"]), "the period ends before it starts", None);
            }
        }
    }

    fn day(&mut self, node: &Node) -> bool {
        let fits = node.text().is_some_and(|text| parse_day(text).is_some());
        if !fits {
            let hint = node.text().and_then(year_first).map(|day| format!("the year stands first: `{day}`"));
            self.report.error("bad_value", node.span, "expected a day such as `2013-01-31`", hint);
        }
        fits
    }

    fn value_list(&mut self, list: Option<&ValueList>, node: &Node) {
        let Some(list) = list else { return };
        let place = node.node_at(&["values"]);
        let found = self.dataset_at(&list.dataset, place.span_at(&["dataset"])).map(|found| found.schema.clone());
        let Some(schema) = found else { return };
        let of = format!("the dataset `{}`", list.dataset);
        self.column_at(&schema, &list.column, &of, place.span_at(&["column"]));
        if let Some(label) = &list.label {
            self.column_at(&schema, label, &of, place.span_at(&["label"]));
        }
    }
}
