//! Datasets once compiled: input, pipeline, permissions and the columns that come out.

use indexmap::IndexMap;

use crate::config;
use crate::permissions::Permissions;
use crate::pipeline::Pipeline;
use crate::query::Query;
use crate::schema::{ColumnType, TableSchema};
use crate::source::{Relation, Source};
use crate::steps::Step;

/// A named table of the app.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    pub id: String,
    pub input: DatasetInput,
    /// What prepares the rows. Of a question, read [`Dataset::steps_for`]: variables are bound there.
    pub steps: Pipeline,
    pub permissions: Permissions,
    /// The columns that go in: the source table's, or the parent dataset's output.
    pub input_schema: TableSchema,
    /// The columns that come out.
    pub schema: TableSchema,
    /// How output columns are shown.
    pub columns: IndexMap<String, config::Column>,
    /// The named calculations that charts refer to.
    pub metrics: IndexMap<String, Metric>,
}

/// Where a dataset's rows come from.
#[derive(Debug, Clone, PartialEq)]
pub enum DatasetInput {
    Table { source: Source, relation: Relation },
    Dataset(String),
}

/// A named calculation with its condition parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    pub settings: config::Metric,
    pub condition: Option<crate::Condition>,
}

impl Dataset {
    /// The dataset's own steps for this question, variables bound.
    pub fn steps_for<'a>(&'a self, query: &'a Query) -> &'a [Step] {
        match query.bound.get(&self.id) {
            Some(bound) => bound,
            None => self.steps.fixed().unwrap_or_default(),
        }
    }

    /// The type of an output column, if there is such a column.
    pub fn column_type(&self, column: &str) -> Option<ColumnType> {
        self.schema.columns.get(column).copied()
    }
}
