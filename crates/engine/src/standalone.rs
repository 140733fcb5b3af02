//! Pipelines over tables that the caller holds: for the command line and for tests. Nothing is added for a reader here, so
//! the server has no use for it.

use std::collections::HashMap;
use std::sync::Arc;

use aracari_app::Step;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};

use crate::error::EngineError;
use crate::execute::Executor;
use crate::explain::{Explanation, explain};
use crate::look::{Looks, looking};
use crate::steps::{self, Datasets};
use crate::table::{Names, Table};

/// Tables by name, and what runs pipelines over them.
pub struct Standalone {
    executor: Executor,
    tables: HashMap<String, Arc<dyn TableProvider>>,
}

/// The rows that a pipeline makes.
#[derive(Debug, Clone)]
pub struct Rows {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
}

impl Standalone {
    pub fn new(memory_bytes: usize) -> Result<Self, EngineError> {
        Ok(Self { executor: Executor::new(memory_bytes)?, tables: HashMap::new() })
    }

    /// Makes a table known under a name.
    pub fn add_table(&mut self, name: impl Into<String>, table: Arc<dyn TableProvider>) {
        self.tables.insert(name.into(), table);
    }

    /// The rows after all steps; the first one is `domain`.
    pub async fn run(&self, steps: &[Step]) -> Result<Rows, EngineError> {
        let plan = self.plan(steps).await?;
        let schema = Arc::new(plan.schema().as_arrow().clone());
        Ok(Rows { schema, batches: self.executor.collect(&plan).await? })
    }

    /// What of the pipeline the sources of its tables compute, and what is computed here.
    pub async fn explain(&self, steps: &[Step]) -> Result<Explanation, EngineError> {
        explain(&self.executor, &self.plan(steps).await?)
    }

    /// The same, leaving to databases nothing but the reading of their tables.
    #[must_use]
    pub fn without_pushdown(self) -> Self {
        Self { executor: self.executor.without_pushdown(), ..self }
    }

    #[cfg(test)]
    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    pub(crate) async fn plan(&self, steps: &[Step]) -> Result<LogicalPlan, EngineError> {
        let Some((Step::Domain(first), rest)) = steps.split_first() else {
            return Err(EngineError::invalid("a pipeline starts with a `domain` step"));
        };
        looking(&self.executor, |looks| {
            let compiler = Compiler { tables: &self.tables, names: Names::default(), looks };
            steps::compile(rest, compiler.dataset(&first.domain)?, &compiler)?.finish(None)
        })
        .await
    }
}

struct Compiler<'a> {
    tables: &'a HashMap<String, Arc<dyn TableProvider>>,
    names: Names,
    looks: &'a Looks,
}

impl Datasets for Compiler<'_> {
    fn dataset(&self, name: &str) -> Result<Table, EngineError> {
        let provider = self.tables.get(name).ok_or_else(|| EngineError::UnknownDataset { dataset: name.to_owned() })?;
        let alias = format!("t{}", self.names.next().trim_start_matches('\u{1}'));
        let plan = LogicalPlanBuilder::scan(alias, provider_as_source(Arc::clone(provider)), None)?.build()?;
        Table::scan(plan, self.names.clone())
    }

    fn look(&self, plan: LogicalPlan) -> Result<RecordBatch, EngineError> {
        self.looks.next(plan)
    }
}
