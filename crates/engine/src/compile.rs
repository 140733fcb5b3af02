//! A secured query to one logical plan.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use aracari_app::{BoundRule, Relation, Source};
use datafusion::catalog::TableProvider;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, lit};

use crate::condition::{self, Purpose};
use crate::error::EngineError;
use crate::execute::Executor;
use crate::look::{Looks, Seen, looking};
use crate::policy::{SecuredInput, SecuredQuery};
use crate::prepared::Rows;
use crate::steps::{self, Datasets};
use crate::table::{Names, Table};

/// A dataset counts as often as it is named, those inside it as often as it.
const MAX_DATASETS: usize = 1_000;

/// The tables that a plan reads: of sources, and prepared rows of datasets in their place.
#[derive(Default)]
pub(crate) struct Tables {
    sources: HashMap<(String, Relation), Arc<dyn TableProvider>>,
    prepared: HashMap<String, (Arc<dyn TableProvider>, Arc<Rows>)>,
}

impl Tables {
    pub(crate) fn add_source(&mut self, source: &Source, relation: &Relation, provider: Arc<dyn TableProvider>) {
        self.sources.insert((source.id.clone(), relation.clone()), provider);
    }

    /// Reads these rows wherever the dataset is named; its rules and steps are in them already.
    pub(crate) fn add_prepared(&mut self, dataset: &str, rows: Arc<Rows>) {
        let provider = Arc::clone(&rows.table) as Arc<dyn TableProvider>;
        self.prepared.insert(dataset.to_owned(), (provider, rows));
    }
}

/// The plan of a query; at most `limit` rows come out.
pub(crate) async fn compile(
    query: &SecuredQuery,
    tables: &Tables,
    limit: Option<usize>,
    executor: &Executor,
) -> Result<LogicalPlan, EngineError> {
    looking(executor, |looks| {
        let compiler = Compiler { query, tables, names: Names::default(), looks, read: Cell::default() };
        let start = compiler.dataset(query.dataset_id())?;
        steps::compile(query.steps(), start, &compiler)?.finish(limit)
    })
    .await
}

/// The plan of all rows of a dataset, and the columns that are not in it because the reader may not see them.
pub(crate) async fn compile_whole(
    whole: &SecuredQuery,
    tables: &Tables,
    executor: &Executor,
) -> Result<(LogicalPlan, BTreeSet<String>), EngineError> {
    looking(executor, |looks| {
        let compiler = Compiler { query: whole, tables, names: Names::default(), looks, read: Cell::default() };
        let table = compiler.dataset(whole.dataset_id())?;
        let denied = table.denied().clone();
        Ok((table.finish(None)?, denied))
    })
    .await
}

struct Compiler<'a> {
    query: &'a SecuredQuery,
    tables: &'a Tables,
    names: Names,
    looks: &'a Looks,
    /// How often a dataset was written into the plan.
    read: Cell<usize>,
}

impl Compiler<'_> {
    fn scan(&self, provider: &Arc<dyn TableProvider>) -> Result<Table, EngineError> {
        let source = provider_as_source(Arc::clone(provider));
        let name = format!("t{}", self.names.next().trim_start_matches('\u{1}'));
        Table::scan(LogicalPlanBuilder::scan(name, source, None)?.build()?, self.names.clone())
    }
}

impl Datasets for Compiler<'_> {
    fn look(&self, plan: LogicalPlan) -> Result<Arc<Seen>, EngineError> {
        self.looks.next(plan)
    }

    fn dataset(&self, name: &str) -> Result<Table, EngineError> {
        let dataset =
            self.query.dataset(name).ok_or_else(|| EngineError::UnknownDataset { dataset: name.to_owned() })?;
        self.read.set(self.read.get() + 1);
        if self.read.get() > MAX_DATASETS {
            let message = format!("datasets that are made of others name more than {MAX_DATASETS} in all");
            return Err(EngineError::invalid(message));
        }
        if let Some((prepared, rows)) = self.tables.prepared.get(name) {
            return Ok(self.scan(prepared)?.with_denied(&rows.denied));
        }
        let input = match &dataset.input {
            SecuredInput::Dataset(parent) => self.dataset(parent)?,
            SecuredInput::Table { source, relation } => {
                let key = (source.id.clone(), relation.clone());
                let provider =
                    self.tables.sources.get(&key).ok_or_else(|| EngineError::internal("a table is missing"))?;
                self.scan(provider)?
            }
        };
        let permitted = match &dataset.rows {
            BoundRule::AllRows => input,
            BoundRule::NoRows => input.filter(lit(false))?,
            BoundRule::Where(rule) => {
                let predicate = condition::compile(rule, &input, Purpose::Permission)?;
                input.filter(predicate)?
            }
        };
        let restricted = permitted.restrict(dataset.hidden.clone()).chosen_by_reader(dataset.chosen);
        steps::compile(&dataset.steps, restricted, self)?.without_restricted()
    }
}
