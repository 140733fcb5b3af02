//! The query behind a filter's list of choices, under the same permissions as every other query.

use serde_json::{Map, Value as Json};

use super::{ResolveError, all_of};
use crate::app::App;
use crate::condition::{Comparison, Condition, Operator};
use crate::config::ValueList;
use crate::query::{Query, Reader};
use crate::schema::ColumnType;
use crate::steps::{Step, aggregate, convert, filter, formula, rename, select, sort};
use crate::template::Variables;
use crate::value::Value;

/// The most choices that a list shows; the query asks for one more, so that a longer list is known as such.
pub const VALUES_LIMIT: u64 = 200;
const MAX_SEARCH: usize = 200;

impl App {
    /// The choices of a filter or a view: columns `value` and `label`, distinct, sorted by label.
    pub fn resolve_filter_values(
        &self,
        filter_or_view: &str,
        search: Option<&str>,
        filters: &Map<String, Json>,
        view: &Map<String, Json>,
        reader: &Reader,
    ) -> Result<Query, ResolveError> {
        let unknown = || ResolveError::UnknownFilter { filter: filter_or_view.to_owned() };
        let no_values = || ResolveError::NoValues { filter: filter_or_view.to_owned() };
        if let Some(unknown_filter) = filters.keys().find(|id| !self.filters.contains_key(*id)) {
            return Err(ResolveError::UnknownFilter { filter: unknown_filter.clone() });
        }
        let views = self.read_views(view)?;
        let mut conditions = Vec::new();
        let list = match (self.filters.get(filter_or_view), self.views.get(filter_or_view)) {
            (Some(compiled), _) => {
                let list = compiled.settings.values.as_ref().ok_or_else(no_values)?;
                for id in &compiled.settings.depends_on {
                    conditions.extend(self.dependency(id, &list.dataset, filters)?);
                }
                for (other, choice) in self.views.values().zip(&views) {
                    conditions.extend(other.targets.get(&list.dataset).and_then(|column| choice.condition(column)));
                }
                list
            }
            (None, Some(compiled)) => &compiled.settings.values,
            (None, None) => return Err(unknown()),
        };
        conditions.push(comparison(&list.column, Operator::Notnull, Value::Null));
        let mut steps = Vec::new();
        steps.extend(all_of(conditions).map(|condition| Step::Filter(filter::Filter { condition })));
        steps.extend(self.list_steps(list, search));
        let mut query = Query::new(list.dataset.clone(), steps, VALUES_LIMIT + 1);
        self.bind_defaults(&mut query, reader)?;
        Ok(query)
    }

    fn dependency(
        &self,
        id: &str,
        dataset: &str,
        filters: &Map<String, Json>,
    ) -> Result<Option<Condition>, ResolveError> {
        let Some(other) = self.filters.get(id) else { return Ok(None) };
        let Some(column) = other.targets.get(dataset) else { return Ok(None) };
        match filters.get(id) {
            None => Ok(other.default.condition(column)),
            Some(json) => {
                let bad = |expected| ResolveError::BadFilterValue { filter: id.to_owned(), expected };
                Ok(other.parse(json).map_err(bad)?.condition(column))
            }
        }
    }

    fn list_steps(&self, list: &ValueList, search: Option<&str>) -> Vec<Step> {
        let label = list.label.as_ref().filter(|label| **label != list.column);
        let on: Vec<String> = std::iter::once(&list.column).chain(label).cloned().collect();
        let mut steps = vec![
            Step::Aggregate(aggregate::Aggregate {
                on,
                aggregations: Vec::new(),
                keep_original_granularity: None,
                count_nulls: false,
            }),
            Step::Rename(rename::Rename {
                to_rename: std::iter::once((list.column.clone(), "value".to_owned()))
                    .chain(label.map(|label| (label.clone(), "label".to_owned())))
                    .collect(),
            }),
        ];
        if label.is_none() {
            steps.push(Step::Formula(formula::Formula {
                new_column: "label".to_owned(),
                formula: crate::steps::FormulaText::Text("[value]".to_owned()),
            }));
        }
        let label_column = label.unwrap_or(&list.column);
        let label_type = self.datasets.get(&list.dataset).and_then(|dataset| dataset.column_type(label_column));
        if let Some(wanted) = search.map(str::trim).filter(|wanted| !wanted.is_empty()) {
            if label_type != Some(ColumnType::Text) {
                let columns = vec!["label".to_owned()];
                steps.push(Step::Convert(convert::Convert { columns, data_type: convert::ConvertType::Text }));
            }
            let condition = comparison("label", Operator::Matches, Value::Text(containing(wanted)));
            steps.push(Step::Filter(filter::Filter { condition }));
        }
        steps.push(Step::Sort(sort::Sort {
            columns: ["label", "value"]
                .map(|column| sort::SortColumn { column: column.to_owned(), order: sort::Order::Asc })
                .into(),
        }));
        steps.push(Step::Select(select::Select { columns: vec!["value".to_owned(), "label".to_owned()] }));
        steps
    }

    /// Lists of choices see the defaults of filters in templated datasets.
    fn bind_defaults(&self, query: &mut Query, reader: &Reader) -> Result<(), ResolveError> {
        let filters = |id: &str, part: Option<&str>| self.filters.get(id)?.default.value(part);
        let views = |id: &str| self.views.contains_key(id).then_some(Value::All);
        let variables = Variables { filters: &filters, views: &views, reader };
        for id in crate::compile::templated_behind(&self.datasets, &query.dataset, &query.steps) {
            let Some(dataset) = self.datasets.get(&id) else { continue };
            let bad = |error: crate::template::TemplateError| ResolveError::BadVariable { reason: error.to_string() };
            query.bound.insert(id, dataset.steps.bind(&variables).map_err(bad)?);
        }
        Ok(())
    }
}

fn comparison(column: &str, operator: Operator, value: Value) -> Condition {
    Condition::Comparison(Comparison { column: column.to_owned(), operator, value })
}

/// A pattern that finds the text anywhere, whatever its case; every sign stands for itself.
fn containing(text: &str) -> String {
    let mut pattern = String::from("(?i)");
    for character in text.chars().take(MAX_SEARCH) {
        if character.is_control() {
            continue;
        }
        // Only these have a meaning in a pattern; a backslash before any other sign could get one.
        if "\\.+*?()|[]{}^$#&-~".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
