//! Filters and views: their columns, values and defaults.

use indexmap::IndexMap;

use super::Compiler;
use crate::choices::{Choice, CompiledFilter, CompiledView, parse_day};
use crate::config::{self, FilterType, ValueList};
use crate::infer::{describe, differ};
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
            self.value_list(settings.values.as_ref(), value_type, node);
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
            self.value_list(Some(&settings.values), value_type, &item.node);
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
        let value_type = self.value_type(&targets, node);
        (targets, value_type)
    }

    /// The type of the limited columns, which should be the same in every dataset.
    fn value_type(&mut self, targets: &IndexMap<String, String>, node: &Node) -> ColumnType {
        let known = |(dataset, column): (&'_ String, &String)| {
            let kind = self.datasets.get(dataset)?.column_type(column)?;
            (kind != ColumnType::Unknown).then(|| (dataset.clone(), column.clone(), kind))
        };
        let types: Vec<(String, String, ColumnType)> = targets.iter().filter_map(known).collect();
        let Some((first, _, value_type)) = types.first() else { return ColumnType::Unknown };
        if let Some((dataset, column, kind)) = types.iter().find(|(_, _, kind)| differ(*kind, *value_type)) {
            let written = node.get("columns").map_or(node.span_at(&["column"]), |columns| columns.span_at(&[dataset]));
            let message = format!(
                "`{column}` holds {} in `{dataset}`, and the column limited in `{first}` {}: a choice can be found in one of them only",
                describe(*kind),
                describe(*value_type)
            );
            let hint = "`convert` one of them in its dataset, or name with `columns` which are limited".to_owned();
            self.report.warning("doubtful_filter", written, message, Some(hint));
        }
        *value_type
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

    /// The choices have to be there, and to be values of the column that they limit.
    fn value_list(&mut self, list: Option<&ValueList>, value_type: ColumnType, node: &Node) {
        let Some(list) = list else { return };
        let place = node.node_at(&["values"]);
        let found = self.dataset_at(&list.dataset, place.span_at(&["dataset"])).map(|found| found.schema.clone());
        let Some(schema) = found else { return };
        let of = format!("the dataset `{}`", list.dataset);
        let span = place.span_at(&["column"]);
        let is_known = self.column_at(&schema, &list.column, &of, span);
        if let Some(kind) = schema.get(&list.column).filter(|kind| is_known && differ(*kind, value_type)) {
            let message = format!(
                "the choices are {}, and the column that they limit holds {}: no choice is among its values",
                describe(kind),
                describe(value_type)
            );
            let hint = "list the column that is limited, or `convert` one of them in its dataset".to_owned();
            self.report.error("wrong_column_type", span, message, Some(hint));
        }
        if let Some(label) = &list.label {
            self.column_at(&schema, label, &of, place.span_at(&["label"]));
        }
    }
}
