//! `rollup`: aggregates along a hierarchy of columns, each level as rows of its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aggregate::Aggregation;
use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, shape, unite};
use crate::schema::{ColumnType, TableSchema};

/// Aggregates along a hierarchy of columns, each level as rows of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rollup {
    /// The columns of the levels, the widest first.
    pub hierarchy: Vec<String>,
    /// What is computed on every level.
    pub aggregations: Vec<Aggregation>,
    /// Further columns that every level is grouped by.
    #[serde(default)]
    pub groupby: Option<Vec<String>>,
    /// What the column of labels is called; `label` by default.
    #[serde(default, alias = "label_col")]
    pub label_col: Option<String>,
    /// What the column of levels is called; `level` by default.
    #[serde(default, alias = "level_col")]
    pub level_col: Option<String>,
    /// What the column of the next level is called; `child_level` by default.
    #[serde(default, alias = "child_level_col")]
    pub child_level_col: Option<String>,
    /// What the column of the parents' labels is called; `parent` by default.
    #[serde(default, alias = "parent_label_col")]
    pub parent_label_col: Option<String>,
}

/// More levels than these are a mistake: every row is counted in each of them.
pub const MAX_LEVELS: usize = 20;

impl Rollup {
    /// What the step cannot do, whatever comes in.
    pub fn mistake(&self) -> Option<String> {
        let levels = self.hierarchy.len();
        (levels > MAX_LEVELS).then(|| format!("`rollup` works with at most {MAX_LEVELS} levels, and here are {levels}"))
    }

    /// The columns to group by that are not levels.
    pub fn groups(&self) -> impl Iterator<Item = &String> {
        self.groupby.iter().flatten().filter(|name| !self.hierarchy.contains(name))
    }

    /// The column with the name of a row in its level.
    #[must_use]
    pub fn label_name(&self) -> &str {
        self.label_col.as_deref().unwrap_or("label")
    }

    /// The column with the level of a row.
    #[must_use]
    pub fn level_name(&self) -> &str {
        self.level_col.as_deref().unwrap_or("level")
    }

    /// The column with the level below.
    #[must_use]
    pub fn child_level_name(&self) -> &str {
        self.child_level_col.as_deref().unwrap_or("child_level")
    }

    /// The column with the name of the row above; there is none where there is but one level.
    #[must_use]
    pub fn parent_label_name(&self) -> Option<&str> {
        (self.hierarchy.len() > 1).then(|| self.parent_label_col.as_deref().unwrap_or("parent"))
    }
}

impl Columns for Rollup {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        if self.hierarchy.is_empty() {
            let hint = "name the columns from the widest level to the finest";
            return Err(Problem::new("there is no column in `hierarchy`").hint(hint));
        }
        if let Some(mistake) = self.mistake() {
            return Err(Problem::new(mistake).hint("name only the columns that are shown as levels"));
        }
        let kinds = self.hierarchy.iter().map(|name| column(&input, name)).collect::<Inferred<Vec<_>>>()?;
        let united = |kinds: &[ColumnType]| kinds.iter().copied().reduce(unite).unwrap_or(ColumnType::Unknown);
        let mut columns: Vec<(String, ColumnType)> =
            self.hierarchy.iter().cloned().zip(kinds.iter().copied()).rev().collect();
        for name in self.groups() {
            columns.push((name.clone(), column(&input, name)?));
        }
        columns.push((self.label_name().to_owned(), united(&kinds)));
        columns.push((self.level_name().to_owned(), ColumnType::Text));
        columns.push((self.child_level_name().to_owned(), ColumnType::Text));
        if let Some(parent) = self.parent_label_name() {
            columns.push((parent.to_owned(), united(&kinds[..kinds.len() - 1])));
        }
        columns.extend(shape::summaries(&self.aggregations, &input, context));
        shape::distinct(columns)
    }

    fn flow(&self) -> Flow<'_> {
        let sources = self.aggregations.iter().flat_map(|aggregation| &aggregation.columns);
        let keys = || self.hierarchy.iter().chain(self.groupby.iter().flatten());
        Flow::default().read_all(keys()).read_all(sources).keep_only(keys())
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake};
    use serde_json::json;

    #[test]
    fn levels_groups_labels_and_summaries_come_out() {
        let sums = json!([{"aggfunction": "sum", "columns": ["integer"], "newcolumns": ["sum"]}]);
        let step = json!({"name": "rollup", "hierarchy": ["text", "date"], "groupby": ["flag"], "aggregations": sums});
        let expected =
            "date date, text text, flag boolean, label text, level text, child_level text, parent text, sum integer";
        assert_eq!(columns(step), expected);
        let single = json!({"name": "rollup", "hierarchy": ["date"], "aggregations": [], "label_col": "l", "parent_label_col": "p"});
        assert_eq!(columns(single), "date date, l date, level text, child_level text");
        assert!(mistake(json!({"name": "rollup", "hierarchy": [], "aggregations": []})).contains("widest"));
        let deep = json!({"name": "rollup", "hierarchy": vec!["text"; 21], "aggregations": []});
        assert!(mistake(deep).contains("at most 20 levels"));
        let clash = json!({"name": "rollup", "hierarchy": ["text"], "aggregations": [], "labelCol": "text"});
        assert!(mistake(clash).contains("two columns would be called `text`"));
    }
}
