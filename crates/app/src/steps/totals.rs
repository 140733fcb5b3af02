//! `totals`: adds rows with the totals of chosen dimensions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aggregate::Aggregation;
use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, shape, unite};
use crate::schema::{ColumnType, TableSchema};

/// Adds rows with the totals of chosen dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Totals {
    /// The columns to total over.
    #[serde(alias = "total_dimensions")]
    pub total_dimensions: Vec<TotalDimension>,
    /// What is totalled.
    pub aggregations: Vec<Aggregation>,
    /// Columns that are always grouped by.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// A dimension to total over, and what its total rows are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TotalDimension {
    /// The column to total over.
    #[serde(alias = "total_column")]
    pub total_column: String,
    /// What stands in that column in total rows.
    #[serde(alias = "total_rows_label")]
    pub total_rows_label: String,
}

/// More dimensions than these are a mistake: every combination of them has rows of its own.
pub const MAX_DIMENSIONS: usize = 8;

impl Totals {
    /// The keys of the rows that are totalled: groups, then dimensions.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for key in self.groups.iter().chain(self.total_dimensions.iter().map(|dimension| &dimension.total_column)) {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        keys
    }

    /// The column that a new column shows in rows that are no totals.
    fn source(&self, name: &str) -> Option<&String> {
        let mut pairs = self.aggregations.iter().flat_map(|each| each.newcolumns.iter().zip(&each.columns));
        pairs.rfind(|(new, _)| *new == name).map(|(_, source)| source)
    }

    /// The columns that come out and, where they are other columns of what comes in, of which: those that are only
    /// summarised under another name go, new ones come.
    #[must_use]
    pub fn shown<'a>(&'a self, input: impl Iterator<Item = &'a String>) -> Vec<(&'a String, &'a String)> {
        let keys = self.keys();
        let summarised = |name: &String| self.aggregations.iter().any(|aggregation| aggregation.columns.contains(name));
        let mut shown: Vec<(&String, &String)> = input
            .filter_map(|name| match self.source(name) {
                Some(source) => Some((name, source)),
                None => (keys.contains(name) || !summarised(name)).then_some((name, name)),
            })
            .collect();
        for aggregation in &self.aggregations {
            for (new, source) in aggregation.newcolumns.iter().zip(&aggregation.columns) {
                if !shown.iter().any(|(known, _)| *known == new) {
                    shown.push((new, source));
                }
            }
        }
        shown
    }

    /// What the step cannot do, whatever comes in.
    pub fn mistake(&self) -> Option<String> {
        let dimensions = &self.total_dimensions;
        let twice = |(position, dimension): (usize, &TotalDimension)| {
            dimensions[..position].iter().any(|other| other.total_column == dimension.total_column)
        };
        if dimensions.len() > MAX_DIMENSIONS {
            return Some(format!(
                "`totals` works with at most {MAX_DIMENSIONS} dimensions, and here are {}",
                dimensions.len()
            ));
        }
        if let Some((_, dimension)) = dimensions.iter().enumerate().find(|each| twice(*each)) {
            return Some(format!("`totals` has the dimension `{}` twice", dimension.total_column));
        }
        let mut new = self.aggregations.iter().flat_map(|aggregation| &aggregation.newcolumns);
        if let Some(name) = new.find(|name| self.keys().contains(name)) {
            return Some(format!(
                "`totals` would put a total into `{name}`, which it totals by; give it another name in `newcolumns`"
            ));
        }
        let grouped = dimensions.iter().find(|dimension| self.groups.contains(&dimension.total_column))?;
        let name = &grouped.total_column;
        Some(format!("`totals` has `{name}` as a dimension and as a group; leave it out of one of them"))
    }
}

impl Columns for Totals {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        if let Some(mistake) = self.mistake() {
            return Err(Problem::new(mistake));
        }
        for key in self.keys() {
            column(&input, &key)?;
        }
        let summaries = shape::summaries(&self.aggregations, &input, context);
        let mut columns = Vec::new();
        for (name, source) in self.shown(input.columns.keys()) {
            let mut kind = column(&input, source)?;
            if self.total_dimensions.iter().any(|dimension| dimension.total_column == *name) {
                kind = unite(kind, ColumnType::Text);
            }
            columns.push((name.clone(), summaries.get(name).map_or(kind, |summary| unite(kind, *summary))));
        }
        Ok(TableSchema { open: input.open, ..shape::distinct(columns)? })
    }

    fn flow(&self) -> Flow<'_> {
        let keys = self.groups.iter().chain(self.total_dimensions.iter().map(|dimension| &dimension.total_column));
        let flow = Flow::default().read_all(keys);
        self.aggregations.iter().fold(flow, |flow, aggregation| {
            let flow = flow.read_all(&aggregation.columns);
            aggregation.newcolumns.iter().fold(flow, Flow::write)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake};
    use serde_json::json;

    #[test]
    fn dimensions_become_texts_and_summarised_columns_get_their_new_name() {
        let sums = json!([{"aggfunction": "avg", "columns": ["integer", "float"], "newcolumns": ["mean", "float"]}]);
        let dimensions = json!([{"totalColumn": "flag", "totalRowsLabel": "all"}]);
        let step = json!({"name": "totals", "totalDimensions": dimensions, "aggregations": sums, "groups": ["text"]});
        let expected = "text text, other text, float float, flag text, date date, geometry geometry, mean float";
        assert_eq!(columns(step), expected);
        let taken = json!([{"aggfunction": "sum", "columns": ["integer"], "newcolumns": ["flag"]}]);
        let step = json!({"name": "totals", "totalDimensions": dimensions, "aggregations": taken});
        assert!(mistake(step).contains("another name"));
    }
}
