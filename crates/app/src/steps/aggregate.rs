//! `aggregate`: groups rows and summarises columns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::legacy::one_or_many;
use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, numbers, shape};
use crate::schema::{ColumnType, TableSchema};

/// Groups rows and summarises columns; the groups come out sorted by key, nulls last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Aggregate {
    /// The columns whose values form the groups; without any, all rows are one.
    #[serde(default)]
    pub on: Vec<String>,
    /// What is computed for each group; without any, the groups alone come out.
    pub aggregations: Vec<Aggregation>,
    /// Keeps every row and sets the group's results beside it.
    #[serde(default, alias = "keep_original_granularity")]
    pub keep_original_granularity: Option<bool>,
    /// Whether `count` and `count distinct` count nulls too.
    #[serde(default, alias = "count_nulls")]
    pub count_nulls: bool,
}

/// One function applied to one or several columns, each into a new column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WrittenAggregation")]
pub struct Aggregation {
    /// What the results are called, one name for each of `columns`.
    pub newcolumns: Vec<String>,
    /// How the values of a group become one.
    pub aggfunction: AggregateFunction,
    /// As many as `newcolumns`.
    pub columns: Vec<String>,
}

/// An aggregation as it may be written.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "Aggregation", deny_unknown_fields)]
struct WrittenAggregation {
    /// What the results are called, one name for each of `columns`.
    #[serde(alias = "newColumns", alias = "new_columns")]
    newcolumns: Option<Vec<String>>,
    /// The older spelling of `newcolumns`, for one.
    newcolumn: Option<String>,
    /// How the values of a group become one.
    #[serde(alias = "aggFunction", alias = "agg_function")]
    aggfunction: AggregateFunction,
    /// The columns that it is applied to.
    columns: Option<Vec<String>>,
    /// The older spelling of `columns`, for one.
    column: Option<String>,
}

impl TryFrom<WrittenAggregation> for Aggregation {
    type Error = String;

    fn try_from(written: WrittenAggregation) -> Result<Self, String> {
        let newcolumns = one_or_many(("newcolumns", written.newcolumns), ("newcolumn", written.newcolumn))?;
        let columns = one_or_many(("columns", written.columns), ("column", written.column))?;
        if columns.len() != newcolumns.len() {
            return Err("`columns` and `newcolumns` of an aggregation have the same length".into());
        }
        Ok(Self { newcolumns, aggfunction: written.aggfunction, columns })
    }
}

/// How the values of a group become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AggregateFunction {
    Avg,
    Sum,
    Min,
    Max,
    /// Values that are not null.
    Count,
    /// Different values that are not null.
    #[serde(rename = "count distinct")]
    CountDistinct,
    /// The number of rows of the group.
    #[serde(rename = "count distinct including empty")]
    CountDistinctIncludingEmpty,
    /// The first value that is not null.
    First,
    /// The last value that is not null.
    Last,
}

impl Columns for Aggregate {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        let keep = self.keep_original_granularity.unwrap_or(false);
        let mut columns = shape::select(&self.on, &input, context).columns;
        if keep {
            columns.clone_from(&input.columns);
        }
        let mut new = self.aggregations.iter().flat_map(|aggregation| &aggregation.newcolumns);
        if let Some(taken) = new.find(|name| self.on.contains(name)) {
            let message = format!("the new column `{taken}` has the name of a column that the rows are grouped by");
            return Err(Problem::new(message).hint("give it another name in `newcolumns`"));
        }
        columns.extend(shape::summaries(&self.aggregations, &input, context));
        if columns.is_empty() {
            return Err(Problem::new("an aggregation needs columns to group on, or something to compute"));
        }
        Ok(TableSchema { columns, open: input.open.filter(|_| keep), ..TableSchema::default() })
    }

    /// The engine follows restricted columns through each function itself.
    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}

impl AggregateFunction {
    /// The type of what the function makes of this column.
    pub(crate) fn result(self, name: &str, input: &TableSchema) -> Inferred<ColumnType> {
        match self {
            Self::Avg => numbers(input, name, "`avg`").map(|_| ColumnType::Float),
            Self::Sum => numbers(input, name, "`sum`"),
            Self::Min | Self::Max | Self::First | Self::Last => column(input, name),
            Self::Count | Self::CountDistinct | Self::CountDistinctIncludingEmpty => {
                column(input, name)?;
                Ok(ColumnType::Integer)
            }
        }
    }
}
