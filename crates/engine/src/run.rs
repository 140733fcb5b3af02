//! Runs secured queries: from the cache, with others who ask the same, or now, within limits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::Semaphore;

use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::compile::{Tables, compile};
use crate::error::EngineError;
use crate::execute::{Executor, cores};
use crate::explain::{Explanation, explain};
use crate::failing::{FailingStep, failing_step};
use crate::flight::{Flight, Flights};
use crate::policy::SecuredQuery;
use crate::prepared::{Prepared, PreparedDatasets};
use crate::queue::{Queue, Share};
use crate::stop::within;

/// The stack of a thread that makes or runs plans: they nest as deeply as formulas and pipelines do, and optimising them
/// recurses. Only what is needed of it is ever taken.
pub const STACK_BYTES: usize = 64 << 20;

/// What queries may use.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Memory of all running queries together.
    pub memory_bytes: usize,
    /// Memory of prepared datasets; 0 switches them off.
    pub prepared_bytes: usize,
    /// Memory of cached answers.
    pub cache_bytes: usize,
    pub time_limit: Duration,
    /// No answer has more rows, whatever its query asks for.
    pub max_rows: u64,
    /// Queries that run at once.
    pub concurrency: usize,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            memory_bytes: 256 << 20,
            prepared_bytes: 128 << 20,
            cache_bytes: 32 << 20,
            time_limit: Duration::from_secs(30),
            max_rows: 100_000,
            // One share may take half of the turns: half of twice the cores keeps every core busy for a lone reader.
            concurrency: 2 * cores(),
        }
    }
}

/// What the engine holds and has done, for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineStatistics {
    /// Queries that ran, cached answers left out.
    pub executions: u64,
    pub running_memory_bytes: usize,
    pub prepared_memory_bytes: usize,
    pub cached_answers: u64,
}

/// The query engine. It runs queries on threads of its own, so that a heavy page never delays a cached answer.
pub struct Engine {
    inner: Arc<Inner>,
    runtime: Option<Runtime>,
    handle: Handle,
}

struct Inner {
    catalog: Arc<dyn Catalog>,
    settings: EngineSettings,
    executor: Executor,
    prepared: Arc<PreparedDatasets>,
    answers: Cache<[u8; 32], Arc<Answer>>,
    /// Those of one share who ask the same, waiting or running.
    asked: Flights<Arc<Answer>>,
    /// What runs, whoever asked for it.
    running: Flights<Arc<Answer>>,
    /// Searches for failing steps.
    searches: Flights<Option<FailingStep>>,
    searching: Semaphore,
    queue: Arc<Queue>,
    executions: AtomicU64,
    /// Held while preparations are looked for and begun.
    beginning: Mutex<()>,
}

/// Before a query runs.
enum Wait {
    /// Somebody else prepares rows that it reads.
    For(Flight<Prepared>),
    None(Vec<Flight<Prepared>>),
}

/// The versions of the tables of a query, as one key and the newest of their times.
struct Versions {
    digest: Sha256,
    newest: Option<DateTime<Utc>>,
}

impl Engine {
    pub fn new(catalog: Arc<dyn Catalog>, settings: EngineSettings) -> Result<Self, EngineError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            // As many as may run at once: who plans keeps a thread, and one share has no more than half of the places.
            .worker_threads(settings.concurrency.clamp(2, 64))
            .thread_name("aracari-engine")
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()
            .map_err(EngineError::internal)?;
        let answers = Cache::builder()
            .max_capacity(settings.cache_bytes as u64)
            .weigher(|_, answer: &Arc<Answer>| answer.weight())
            .build();
        let inner = Inner {
            catalog,
            executor: Executor::new(settings.memory_bytes)?,
            prepared: Arc::new(PreparedDatasets::new(settings.prepared_bytes)),
            answers,
            asked: Flights::new(),
            running: Flights::new(),
            searches: Flights::new(),
            searching: Semaphore::new(1),
            queue: Arc::new(Queue::new(settings.concurrency)),
            executions: AtomicU64::new(0),
            beginning: Mutex::default(),
            settings,
        };
        Ok(Self { inner: Arc::new(inner), handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// The answer, for those who have no share of their own; see [`Engine::run_for`].
    pub async fn run(&self, query: SecuredQuery) -> Result<(Arc<Answer>, bool), EngineError> {
        self.run_for(&Share::default(), query).await
    }

    /// The answer, and whether it came from the cache.
    ///
    /// Callers who ask the same at once share one execution; it stops when all of them have left. What is cached or
    /// runs already is there for everybody; anything else waits for the turn of its share.
    pub async fn run_for(&self, share: &Share, query: SecuredQuery) -> Result<(Arc<Answer>, bool), EngineError> {
        let versions = self.inner.versions(&query)?;
        let mut digest = versions.digest;
        digest.update(query.fingerprint()?);
        let asked = digest.clone().chain_update(share.name()).finalize().into();
        let key: [u8; 32] = digest.finalize().into();
        if let Some(known) = self.inner.answers.get(&key) {
            return Ok((known, true));
        }
        let limit = self.inner.settings.time_limit;
        if let Some(flight) = self.inner.running.under_way(&key) {
            return Ok((within(limit, flight).await?, false));
        }
        let (inner, handle, share) = (Arc::clone(&self.inner), self.handle.clone(), share.clone());
        let flight = self.inner.asked.join(asked, &self.handle, move || async move {
            within(limit, inner.answer_in_turn(key, &share, query, versions.newest, &handle)).await
        });
        // Here is another clock than on the engine's threads, which may all be busy.
        Ok((within(limit, flight).await?, false))
    }

    /// How a query runs, without running it: what its sources are asked and what is done here.
    pub async fn explain(&self, query: &SecuredQuery) -> Result<Explanation, EngineError> {
        let mut tables = Tables::default();
        self.inner.open(query, &mut tables).await?;
        let rows = usize::try_from(query.limit().min(self.inner.settings.max_rows)).unwrap_or(usize::MAX);
        let plan = compile(query, &tables, Some(rows.saturating_add(1)), &self.inner.executor).await?;
        explain(&self.inner.executor, &plan).await
    }

    /// The step over which a query fails, where its error names none; for those who can mend it, because it runs again.
    ///
    /// One search runs at a time, at most as long as a query may; whoever waits longer goes without.
    pub async fn failing_step(&self, query: SecuredQuery, error: &EngineError) -> Option<FailingStep> {
        if !error.names_no_step() {
            return None;
        }
        let (inner, error, limit) = (Arc::clone(&self.inner), error.clone(), self.inner.settings.time_limit);
        let key = query.fingerprint().ok()?;
        let search = move || async move {
            let _one_at_a_time = inner.searching.acquire().await.map_err(EngineError::internal)?;
            let mut tables = Tables::default();
            inner.open(&query, &mut tables).await?;
            within(limit, failing_step(&query, &error, &tables, &inner.executor, limit)).await
        };
        let flight = self.inner.searches.join(key, &self.handle, search);
        within(limit, flight).await.ok().flatten()
    }

    /// What the engine holds and has done.
    pub fn statistics(&self) -> EngineStatistics {
        EngineStatistics {
            executions: self.inner.executions.load(Ordering::Relaxed),
            running_memory_bytes: self.inner.executor.memory_used(),
            prepared_memory_bytes: self.inner.prepared.memory_used(),
            cached_answers: self.inner.answers.entry_count(),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Inner {
    fn versions(&self, query: &SecuredQuery) -> Result<Versions, EngineError> {
        let mut versions = Versions { digest: Sha256::new(), newest: None };
        for (source, relation) in query.tables() {
            let version = self.catalog.version(source, relation)?;
            versions.digest.update(version.id.as_bytes());
            versions.digest.update([0]);
            versions.newest = versions.newest.max(Some(version.modified));
        }
        Ok(versions)
    }

    /// Waits for a place and runs the query there, unless somebody else has meanwhile.
    async fn answer_in_turn(
        self: &Arc<Self>,
        key: [u8; 32],
        share: &Share,
        query: SecuredQuery,
        data_time: Option<DateTime<Utc>>,
        handle: &Handle,
    ) -> Result<Arc<Answer>, EngineError> {
        let started = Instant::now();
        let mut place = self.queue.place(share).await?;
        if let Some(known) = self.answers.get(&key) {
            return Ok(known);
        }
        let begun = match self.prepare_or_wait(&query, handle)? {
            Wait::None(begun) => begun,
            // Whoever waits for rows that somebody else prepares needs no place: the next one may prepare others meanwhile.
            Wait::For(preparing) => {
                drop(place);
                // Where it fails, the attempt below says why.
                preparing.await.ok();
                place = self.queue.place(share).await?;
                if let Some(known) = self.answers.get(&key) {
                    return Ok(known);
                }
                Vec::new()
            }
        };
        let (inner, own_handle, limit) = (Arc::clone(self), handle.clone(), self.settings.time_limit);
        let flight = self.running.join(key, handle, move || async move {
            let (_place, _begun) = (place, begun);
            let answer = Arc::new(within(limit, inner.answer(&query, data_time, &own_handle, started)).await?);
            inner.answers.insert(key, Arc::clone(&answer));
            Ok(answer)
        });
        flight.await
    }

    async fn answer(
        self: &Arc<Self>,
        query: &SecuredQuery,
        data_time: Option<DateTime<Utc>>,
        handle: &Handle,
        started: Instant,
    ) -> Result<Answer, EngineError> {
        self.executions.fetch_add(1, Ordering::Relaxed);

        let tables = self.tables(query, handle).await?;
        let rows_wanted = query.limit().min(self.settings.max_rows);
        let one_more = usize::try_from(rows_wanted.saturating_add(1)).unwrap_or(usize::MAX);
        let plan = compile(query, &tables, Some(one_more), &self.executor).await?;
        let schema = Arc::new(plan.schema().as_arrow().clone());
        let found = self.executor.collect(&plan).await?;

        let mut rows = found.iter().map(arrow::array::RecordBatch::num_rows).sum();
        let limit = one_more - 1;
        let truncated = rows > limit;
        if truncated && query.limit() > self.settings.max_rows {
            return Err(EngineError::TooManyRows { limit: self.settings.max_rows });
        }
        let mut batches = found;
        if truncated {
            batches = first_rows(batches, limit);
            rows = limit;
        }
        let computed_at = Utc::now();
        Ok(Answer {
            schema,
            batches,
            rows,
            truncated,
            data_time: data_time.unwrap_or(computed_at),
            computed_at,
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            json: OnceLock::new(),
        })
    }

    /// Opens what the query reads: prepared rows where there are, tables of sources otherwise.
    async fn tables(self: &Arc<Self>, query: &SecuredQuery, handle: &Handle) -> Result<Tables, EngineError> {
        let mut tables = Tables::default();
        for id in query.direct_datasets() {
            let whole = query.whole_dataset(id);
            match self.prepared_dataset(whole.clone(), handle)?.await {
                Ok(Prepared::Rows(rows)) => tables.add_prepared(id, rows),
                // What cannot be computed of all rows may be of those that are asked for.
                Ok(Prepared::TooLarge | Prepared::NoRoom | Prepared::AtSource)
                | Err(EngineError::Invalid { .. } | EngineError::Failed { .. }) => {
                    self.open(&whole, &mut tables).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(tables)
    }

    /// All rows of a dataset, from memory or prepared from now on, together with whoever else wants them; a dataset made of
    /// another begins with the other's.
    fn prepared_dataset(
        self: &Arc<Self>,
        whole: SecuredQuery,
        handle: &Handle,
    ) -> Result<Flight<Prepared>, EngineError> {
        let key = self.prepared_key(&whole)?;
        if let Some(known) = self.prepared.known(&key) {
            return Ok(async { Ok(known) }.boxed().shared());
        }
        let (inner, own_handle) = (Arc::clone(self), handle.clone());
        let prepare = move || async move {
            let mut tables = Tables::default();
            if let Some(parent) = whole.parent() {
                match inner.prepared_dataset(whole.whole_dataset(parent), &own_handle)?.await {
                    Ok(Prepared::Rows(rows)) => tables.add_prepared(parent, rows),
                    Ok(_) | Err(EngineError::Invalid { .. } | EngineError::Failed { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            inner.open(&whole, &mut tables).await?;
            inner.prepared.prepare(key, &whole, &tables, &inner.executor).await
        };
        Ok(self.prepared.flights().join(key, handle, prepare))
    }

    fn prepared_key(&self, whole: &SecuredQuery) -> Result<[u8; 32], EngineError> {
        let mut digest = self.versions(whole)?.digest;
        digest.update(whole.fingerprint()?);
        Ok(digest.finalize().into())
    }

    /// What to wait for before the query runs, or the preparations that begin with it. Nothing begins between the look and
    /// the beginning, so that two never hold places for one preparation.
    fn prepare_or_wait(self: &Arc<Self>, query: &SecuredQuery, handle: &Handle) -> Result<Wait, EngineError> {
        let _one_at_a_time = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(preparing) = self.preparing(query)? {
            return Ok(Wait::For(preparing));
        }
        let begin = |id| self.prepared_dataset(query.whole_dataset(id), handle);
        Ok(Wait::None(query.direct_datasets().into_iter().map(begin).collect::<Result<_, _>>()?))
    }

    /// The first of a query's datasets that is being prepared, or a dataset that it is made of.
    fn preparing(&self, query: &SecuredQuery) -> Result<Option<Flight<Prepared>>, EngineError> {
        for id in query.direct_datasets() {
            let mut whole = query.whole_dataset(id);
            loop {
                let key = self.prepared_key(&whole)?;
                if self.prepared.known(&key).is_some() {
                    break;
                }
                if let Some(flight) = self.prepared.flights().under_way(&key) {
                    return Ok(Some(flight));
                }
                let Some(parent) = whole.parent() else { break };
                whole = whole.whole_dataset(parent);
            }
        }
        Ok(None)
    }

    async fn open(&self, query: &SecuredQuery, tables: &mut Tables) -> Result<(), EngineError> {
        for (source, relation) in query.tables() {
            tables.add_source(source, relation, self.catalog.table(source, relation).await?);
        }
        Ok(())
    }
}

fn first_rows(batches: Vec<arrow::array::RecordBatch>, limit: usize) -> Vec<arrow::array::RecordBatch> {
    let mut left = limit;
    let mut kept = Vec::new();
    for batch in batches {
        if left == 0 {
            break;
        }
        let rows = batch.num_rows().min(left);
        kept.push(batch.slice(0, rows));
        left -= rows;
    }
    kept
}
