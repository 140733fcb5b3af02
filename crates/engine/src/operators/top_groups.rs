//! The first rows of each group, in one pass over rows in any order: each group keeps as many as it may have.

mod execution;
mod kept;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field};
use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{
    Expr, ExprFunctionExt, Extension, LogicalPlan, LogicalPlanBuilder, UserDefinedLogicalNodeCore, lit,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;

use crate::table::column;
use execution::{Stage, TopGroupsExec};

/// At most `limit` rows of each group, the first by `rank`, nulls last; equal ones by where they stream.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct TopGroups {
    pub(crate) input: LogicalPlan,
    groups: Vec<Expr>,
    rank: Expr,
    ascending: bool,
    limit: usize,
    position: String,
    schema: DFSchemaRef,
}

impl TopGroups {
    /// The plan of a top; `position` is the name of a new column that tells where a row streamed.
    pub(crate) fn over(
        input: LogicalPlan,
        groups: Vec<Expr>,
        (rank, ascending): (Expr, bool),
        limit: usize,
        position: String,
    ) -> Result<LogicalPlan> {
        let node = Self::new(input, groups, (rank, ascending), limit, position)?;
        Ok(LogicalPlan::Extension(Extension { node: Arc::new(node) }))
    }

    fn new(
        input: LogicalPlan,
        groups: Vec<Expr>,
        (rank, ascending): (Expr, bool),
        limit: usize,
        position: String,
    ) -> Result<Self> {
        let known = input.schema();
        let mut fields: Vec<_> = known.iter().map(|(table, field)| (table.cloned(), Arc::clone(field))).collect();
        fields.push((None, Arc::new(Field::new(&position, DataType::Int64, false))));
        let schema = Arc::new(DFSchema::new_with_metadata(fields, known.metadata().clone())?);
        Ok(Self { input, groups, rank, ascending, limit, position, schema })
    }

    /// True where ranks of this type can be compared here.
    pub(crate) fn ranks(data_type: &DataType) -> bool {
        matches!(data_type, DataType::Int64 | DataType::Float64 | DataType::Timestamp(..) | DataType::Boolean)
    }

    /// The same in the library's own nodes, from the first that is done to the last, for a database to do.
    pub(crate) fn spelled_out(&self) -> Result<[LogicalPlan; 4]> {
        let place = format!("{}.place", self.position);
        let by = vec![self.rank.clone().sort(self.ascending, false), column(&self.position).sort(true, false)];
        let among = row_number().partition_by(self.groups.clone()).order_by(by).build()?.alias(&place);
        let limit = u64::try_from(self.limit).unwrap_or(u64::MAX);
        let shown = self.schema.fields().iter().map(|field| column(field.name()));

        let numbered = LogicalPlanBuilder::from(self.input.clone()).window([row_number().alias(&self.position)])?;
        let numbered = numbered.build()?;
        let ranked = LogicalPlanBuilder::from(numbered.clone()).window([among])?.build()?;
        let first = LogicalPlanBuilder::from(ranked.clone()).filter(column(&place).lt_eq(lit(limit)))?.build()?;
        let only = LogicalPlanBuilder::from(first.clone()).project(shown)?.build()?;
        Ok([numbered, ranked, first, only])
    }

    /// The column that tells all rows apart.
    pub(crate) fn position(&self) -> &str {
        &self.position
    }

    pub(super) fn input_schema(&self) -> &DFSchema {
        self.input.schema()
    }

    /// Every partition finds its own first rows, then one takes the first of those.
    pub(super) fn plan(
        &self,
        input: Arc<dyn ExecutionPlan>,
        physical: impl Fn(&Expr) -> Result<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let groups = self.groups.iter().map(&physical).collect::<Result<Vec<_>>>()?;
        let rank = physical(&self.rank)?;
        let by = execution::By { groups, rank, ascending: self.ascending, limit: self.limit };
        let own = TopGroupsExec::new(input, by.clone(), Stage::Own { position: self.position.clone() });
        Ok(Arc::new(TopGroupsExec::new(Arc::new(own), by, Stage::All)))
    }
}

impl PartialOrd for TopGroups {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}

impl UserDefinedLogicalNodeCore for TopGroups {
    fn name(&self) -> &'static str {
        "TopGroups"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        self.groups.iter().chain([&self.rank]).cloned().collect()
    }

    fn fmt_for_explain(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<String> = self.groups.iter().map(ToString::to_string).collect();
        let direction = if self.ascending { "ascending" } else { "descending" };
        write!(formatter, "TopGroups: {} of [{}] by {} {direction}", self.limit, groups.join(", "), self.rank)
    }

    fn with_exprs_and_inputs(&self, mut expressions: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        let (Some(rank), Some(input)) = (expressions.pop(), inputs.pop()) else {
            return datafusion::common::internal_err!("a top has a rank and an input");
        };
        Self::new(input, expressions, (rank, self.ascending), self.limit, self.position.clone())
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let known = self.input.schema();
        let mut needed: Vec<usize> =
            output_columns.iter().copied().filter(|index| *index < known.fields().len()).collect();
        for expression in self.expressions() {
            for column in expression.column_refs() {
                needed.push(known.index_of_column(column).ok()?);
            }
        }
        needed.sort_unstable();
        needed.dedup();
        Some(vec![needed])
    }
}
