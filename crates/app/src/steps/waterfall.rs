//! `waterfall`: explains the way from one milestone to another by the changes of its parts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sort::Order;
use crate::condition::Operator;
use crate::infer::comparisons::compare;
use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, describe, shape};
use crate::schema::{ColumnType, TableSchema};
use crate::value::Value;

/// Explains the way from one milestone to another by the changes of its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Waterfall {
    /// The column of numbers.
    #[serde(alias = "value_column")]
    pub value_column: String,
    /// The column that tells start and end apart.
    #[serde(alias = "milestones_column")]
    pub milestones_column: String,
    /// The milestone to start from.
    pub start: Value,
    /// The milestone to end at.
    pub end: Value,
    /// The column of the parts whose changes explain the way.
    #[serde(alias = "labels_column")]
    pub labels_column: String,
    /// What the parts are sorted by.
    #[serde(alias = "sort_by")]
    pub sort_by: WaterfallSort,
    /// Which way they are sorted.
    pub order: Order,
    /// The column that groups the parts.
    #[serde(default, alias = "parents_column")]
    pub parents_column: Option<String>,
    /// The columns whose values each get a waterfall of their own.
    #[serde(default)]
    pub groupby: Vec<String>,
    /// Whether parts that one of the milestones lacks count as 0 there.
    #[serde(default = "default_backfill")]
    pub backfill: bool,
}

fn default_backfill() -> bool {
    true
}

/// What the rows between start and end are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaterfallSort {
    Value,
    Label,
}

/// The names of the columns that a waterfall adds.
pub const LABEL: &str = "LABEL_waterfall";
pub const GROUP: &str = "GROUP_waterfall";
pub const TYPE: &str = "TYPE_waterfall";

impl Waterfall {
    /// The columns of one part: its label, what it is grouped by, its parent.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.labels_column).chain(&self.groupby).chain(&self.parents_column)
    }
}

impl Columns for Waterfall {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let kind = column(&input, &self.value_column)?;
        if matches!(kind, ColumnType::Text | ColumnType::Date | ColumnType::Geometry) {
            let message = format!("a waterfall needs numbers, and `{}` holds {}", self.value_column, describe(kind));
            return Err(Problem::new(message));
        }
        let milestones = column(&input, &self.milestones_column)?;
        for (key, milestone) in [("start", &self.start), ("end", &self.end)] {
            // A milestone that no row can have gives an empty waterfall, and no mistake.
            let compared = compare(&self.milestones_column, milestones, Operator::Eq, milestone);
            if let Some(doubt) = compared.unwrap_or_else(Some) {
                context.doubt(doubt.moved(key));
            }
        }
        self.keys().try_for_each(|name| column(&input, name).map(drop))?;
        let mut columns = vec![(LABEL.to_owned(), ColumnType::Text)];
        if self.parents_column.is_some() {
            columns.push((GROUP.to_owned(), ColumnType::Text));
        }
        columns.push((TYPE.to_owned(), ColumnType::Text));
        for name in &self.groupby {
            columns.push((name.clone(), column(&input, name)?));
        }
        let value = if kind == ColumnType::Boolean { ColumnType::Integer } else { kind };
        columns.push((self.value_column.clone(), value));
        shape::distinct(columns)
    }

    fn flow(&self) -> Flow<'_> {
        let flow = Flow::default().read(&self.value_column).read(&self.milestones_column).read_all(self.keys());
        flow.keep_only(&self.groupby)
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake, told};
    use crate::schema::ColumnType;
    use serde_json::json;

    #[test]
    fn a_milestone_that_no_row_can_have_is_doubtful() {
        let columns = [("year", ColumnType::Integer), ("amount", ColumnType::Float), ("part", ColumnType::Text)];
        let step = |end: &str| {
            json!({"name": "waterfall", "valueColumn": "amount", "milestonesColumn": "year", "start": 2023,
            "end": end, "labelsColumn": "part", "sortBy": "value", "order": "asc"})
        };
        assert_eq!(told(step("2024"), columns), "");
        let expected = "doubt: `year` holds integers, and this is the text \"2024-01\"; write a number, without quotes";
        assert_eq!(told(step("2024-01"), columns), expected);
    }

    #[test]
    fn its_own_columns_the_groups_and_the_value_come_out() {
        let mut step = json!({"name": "waterfall", "valueColumn": "integer", "milestonesColumn": "date", "start": "2024-01-01",
            "end": "2024-02-01", "labelsColumn": "text", "groupby": ["flag"], "sortBy": "value", "order": "asc"});
        let expected = "label_waterfall text, type_waterfall text, flag boolean, integer integer";
        assert_eq!(columns(step.clone()), expected);
        step["parentsColumn"] = json!("other");
        assert!(columns(step.clone()).contains("group_waterfall text"));
        step["valueColumn"] = json!("date");
        assert!(mistake(step).contains("`date` holds dates"));
    }
}
