//! Pipelines over tables that the caller holds: for the command line and for tests. Nothing is added for a reader here, so
//! the server has no use for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aracari_app::Step;
use aracari_app::schema::TableSchema;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};

use crate::column_type::column_type;
use crate::error::EngineError;
use crate::execute::Executor;
use crate::explain::{Explanation, explain};
use crate::failing::InQuestion;
use crate::look::{Looks, Seen, looking};
use crate::memory::Room;
use crate::steps::{self, Datasets};
use crate::stop::within;
use crate::table::{Names, Table};

/// Tables by name, and what runs pipelines over them.
pub struct Standalone {
    executor: Executor,
    tables: HashMap<String, Arc<dyn TableProvider>>,
    /// What the tables take.
    rooms: Vec<Room>,
}

/// The rows that a pipeline makes.
#[derive(Debug, Clone)]
pub struct Rows {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
}

impl Rows {
    #[must_use]
    pub fn count(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// What one step did on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepProfile {
    pub rows: usize,
    pub columns: usize,
    pub duration: Duration,
}

impl Standalone {
    pub fn new(memory_bytes: usize) -> Result<Self, EngineError> {
        Ok(Self { executor: Executor::new(memory_bytes)?, tables: HashMap::new(), rooms: Vec::new() })
    }

    /// Memory for a table that is held while pipelines run over it.
    pub fn room(&self) -> Room {
        self.executor.room()
    }

    /// Makes a table known under a name.
    pub fn add_table(&mut self, name: impl Into<String>, table: Arc<dyn TableProvider>) {
        self.tables.insert(name.into(), table);
    }

    /// The same of a table that takes memory.
    pub fn add_held_table(&mut self, name: impl Into<String>, table: Arc<dyn TableProvider>, room: Room) {
        self.add_table(name, table);
        self.rooms.push(room);
    }

    /// The columns of a table.
    pub fn columns(&self, name: &str) -> Option<TableSchema> {
        let schema = self.tables.get(name)?.schema();
        let known =
            schema.fields().iter().filter_map(|field| Some((field.name().clone(), column_type(field.data_type())?)));
        Some(TableSchema::new(known))
    }

    /// The names of the tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// The rows after all steps; the first one is `domain`. What fails is told with its step.
    pub async fn run(&self, steps: &[Step]) -> Result<Rows, EngineError> {
        match self.rows(steps).await {
            Err(error @ EngineError::Failed { .. }) => {
                let number = self.failing_step(steps, &error).await;
                Err(error.failed_at(number, &steps[number - 1]))
            }
            other => other,
        }
    }

    /// The same; which step fails is left to [`Standalone::failing_step`].
    pub async fn rows(&self, steps: &[Step]) -> Result<Rows, EngineError> {
        let plan = self.plan(steps).await?;
        let schema = Arc::new(plan.schema().as_arrow().clone());
        Ok(Rows { schema, batches: self.executor.collect(&plan).await? })
    }

    /// The most bytes that pipelines ever used at once.
    pub fn memory_peak(&self) -> usize {
        self.executor.memory_peak()
    }

    /// The number of the first step with which a pipeline begins to fail as it did. Rows are made and let go, so that
    /// running the steps before takes no more memory than they need.
    pub async fn failing_step(&self, steps: &[Step], error: &EngineError) -> usize {
        let mut positions = InQuestion::among(steps.len());
        while let Some(position) = positions.next() {
            let running = async { self.executor.run_through(&self.plan(&steps[..=position]).await?).await };
            let fails = running.await.is_err_and(|other| other.is_like(error));
            positions.tried(position, fails);
        }
        positions.first() + 1
    }

    /// What of the pipeline the sources of its tables compute, and what is computed here.
    pub async fn explain(&self, steps: &[Step]) -> Result<Explanation, EngineError> {
        explain(&self.executor, &self.plan(steps).await?).await
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

    /// What every step does on its own: each runs over the rows of the one before, which are held in memory. All steps
    /// together take less, because they run as one plan.
    pub async fn profile(&self, steps: &[Step]) -> Result<Vec<StepProfile>, EngineError> {
        let mut profiles = Vec::with_capacity(steps.len());
        self.one_by_one(steps, |profile| profiles.push(profile)).await?;
        Ok(profiles)
    }

    /// The number of the step that is under way when the time is up, where each runs over the rows of the one before;
    /// none where all of them end in time. `done` counts those that have ended, for whoever does not wait for that.
    pub async fn slow_step(&self, steps: &[Step], limit: Duration, done: &AtomicUsize) -> Option<usize> {
        let count = |_| {
            done.fetch_add(1, Ordering::Relaxed);
        };
        within(limit, self.one_by_one(steps, count)).await.err()?;
        Some(done.load(Ordering::Relaxed) + 1)
    }

    async fn one_by_one(&self, steps: &[Step], mut done: impl FnMut(StepProfile)) -> Result<(), EngineError> {
        let mut before: Option<Arc<dyn TableProvider>> = None;
        for (index, step) in steps.iter().enumerate() {
            let started = Instant::now();
            let rows = self.after(before, step, index + 1).await.map_err(|error| error.failed_at(index + 1, step))?;
            done(StepProfile { rows: rows.count(), columns: rows.schema.fields().len(), duration: started.elapsed() });
            before = Some(Arc::new(MemTable::try_new(rows.schema, vec![rows.batches])?));
        }
        Ok(())
    }

    /// The rows that a step makes of those before it.
    async fn after(
        &self,
        before: Option<Arc<dyn TableProvider>>,
        step: &Step,
        number: usize,
    ) -> Result<Rows, EngineError> {
        let plan = match &before {
            None => self.plan(std::slice::from_ref(step)).await?,
            Some(table) => self.plan_over(table, step, number).await?,
        };
        let schema = Arc::new(plan.schema().as_arrow().clone());
        Ok(Rows { schema, batches: self.executor.collect(&plan).await? })
    }

    pub(crate) async fn plan(&self, steps: &[Step]) -> Result<LogicalPlan, EngineError> {
        let Some((Step::Domain(first), rest)) = steps.split_first() else {
            return Err(EngineError::invalid("a pipeline starts with a `domain` step"));
        };
        looking(&self.executor, |looks| {
            let compiler = self.compiler(looks);
            steps::compile_from(2, rest, compiler.dataset(&first.domain)?, &compiler)?.finish(None)
        })
        .await
    }

    async fn plan_over(
        &self,
        table: &Arc<dyn TableProvider>,
        step: &Step,
        number: usize,
    ) -> Result<LogicalPlan, EngineError> {
        looking(&self.executor, |looks| {
            let compiler = self.compiler(looks);
            let start = compiler.scan("rows", table)?;
            steps::compile_from(number, std::slice::from_ref(step), start, &compiler)?.finish(None)
        })
        .await
    }

    fn compiler<'a>(&'a self, looks: &'a Looks) -> Compiler<'a> {
        Compiler { tables: &self.tables, names: Names::default(), looks }
    }
}

struct Compiler<'a> {
    tables: &'a HashMap<String, Arc<dyn TableProvider>>,
    names: Names,
    looks: &'a Looks,
}

impl Compiler<'_> {
    /// The rows of a table, which an explanation calls by its name; a number tells apart where it is read twice.
    fn scan(&self, name: &str, provider: &Arc<dyn TableProvider>) -> Result<Table, EngineError> {
        let number = self.names.next();
        let alias = TableReference::bare(format!("{name}#{}", number.trim_start_matches('\u{1}')));
        let plan = LogicalPlanBuilder::scan(alias, provider_as_source(Arc::clone(provider)), None)?.build()?;
        Table::scan(plan, self.names.clone())
    }
}

impl Datasets for Compiler<'_> {
    fn dataset(&self, name: &str) -> Result<Table, EngineError> {
        let provider = self.tables.get(name).ok_or_else(|| EngineError::UnknownDataset { dataset: name.to_owned() })?;
        self.scan(name, provider)
    }

    fn look(&self, plan: LogicalPlan) -> Result<Arc<Seen>, EngineError> {
        self.looks.next(plan)
    }
}
