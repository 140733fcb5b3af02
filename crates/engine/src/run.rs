//! Runs secured queries: from the cache, with others who ask the same, or now, within limits.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::Semaphore;

use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::compile::{Tables, compile};
use crate::error::EngineError;
use crate::execute::Executor;
use crate::flight::Flights;
use crate::policy::SecuredQuery;
use crate::prepared::{Prepared, PreparedDatasets};

/// Plans nest as deeply as formulas and pipelines do; optimising them recurses.
const STACK_BYTES: usize = 8 << 20;

/// How many queries may wait for each one that runs.
const WAITING_A_PERMIT: usize = 128;

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
            concurrency: std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2),
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
    flights: Flights<Arc<Answer>>,
    permits: Semaphore,
    waiting: AtomicUsize,
    executions: AtomicU64,
}

/// The versions of the tables of a query, as one key and the newest of their times.
struct Versions {
    digest: Sha256,
    newest: Option<DateTime<Utc>>,
}

impl Engine {
    pub fn new(catalog: Arc<dyn Catalog>, settings: EngineSettings) -> Result<Self, EngineError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(settings.concurrency.clamp(1, 64))
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
            flights: Flights::new(),
            permits: Semaphore::new(settings.concurrency.max(1)),
            waiting: AtomicUsize::new(0),
            executions: AtomicU64::new(0),
            settings,
        };
        Ok(Self { inner: Arc::new(inner), handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// The answer, and whether it came from the cache.
    ///
    /// Callers who ask the same at once share one execution; it stops when all of them have left.
    pub async fn run(&self, query: SecuredQuery) -> Result<(Arc<Answer>, bool), EngineError> {
        let versions = self.inner.versions(&query)?;
        let mut digest = versions.digest;
        digest.update(query.fingerprint()?);
        let key: [u8; 32] = digest.finalize().into();
        if let Some(known) = self.inner.answers.get(&key) {
            return Ok((known, true));
        }
        let (inner, handle, data_time) = (Arc::clone(&self.inner), self.handle.clone(), versions.newest);
        let flight = self.inner.flights.join(key, &self.handle, move || async move {
            let answer = Arc::new(inner.answer(&query, data_time, &handle).await?);
            inner.answers.insert(key, Arc::clone(&answer));
            Ok(answer)
        });
        Ok((flight.await?, false))
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
        for (source, table) in query.tables() {
            let version = self.catalog.version(source, table)?;
            versions.digest.update(version.id.as_bytes());
            versions.digest.update([0]);
            versions.newest = versions.newest.max(Some(version.modified));
        }
        Ok(versions)
    }

    async fn answer(
        &self,
        query: &SecuredQuery,
        data_time: Option<DateTime<Utc>>,
        handle: &Handle,
    ) -> Result<Answer, EngineError> {
        let started = Instant::now();
        let limited =
            tokio::time::timeout(self.settings.time_limit, self.answer_in_turn(query, data_time, handle, started));
        let limit_ms = u64::try_from(self.settings.time_limit.as_millis()).unwrap_or(u64::MAX);
        limited.await.unwrap_or(Err(EngineError::Timeout { limit_ms }))
    }

    async fn answer_in_turn(
        &self,
        query: &SecuredQuery,
        data_time: Option<DateTime<Utc>>,
        handle: &Handle,
        started: Instant,
    ) -> Result<Answer, EngineError> {
        let waiting = Waiting::enter(&self.waiting, self.settings.concurrency.max(1) * WAITING_A_PERMIT)?;
        let _permit = self.permits.acquire().await.map_err(EngineError::internal)?;
        drop(waiting);
        self.executions.fetch_add(1, Ordering::Relaxed);

        let tables = self.tables(query, handle).await?;
        let rows_wanted = query.limit().min(self.settings.max_rows);
        let one_more = usize::try_from(rows_wanted.saturating_add(1)).unwrap_or(usize::MAX);
        let plan = compile(query, &tables, Some(one_more))?;
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
    async fn tables(&self, query: &SecuredQuery, handle: &Handle) -> Result<Tables, EngineError> {
        let mut tables = Tables::default();
        for id in query.direct_datasets() {
            let whole = query.whole_dataset(id);
            match self.prepared_dataset(&whole, handle).await? {
                Prepared::Rows(rows) => tables.add_prepared(id, rows),
                Prepared::TooLarge => self.open(&whole, &mut tables).await?,
            }
        }
        Ok(tables)
    }

    /// All rows of a dataset, from memory or prepared now; a dataset made of another begins with the other's.
    fn prepared_dataset<'a>(
        &'a self,
        whole: &'a SecuredQuery,
        handle: &'a Handle,
    ) -> BoxFuture<'a, Result<Prepared, EngineError>> {
        Box::pin(async move {
            let mut digest = self.versions(whole)?.digest;
            digest.update(whole.fingerprint()?);
            let key = digest.finalize().into();
            if let Some(known) = self.prepared.known(&key) {
                return Ok(known);
            }
            let mut tables = Tables::default();
            if let Some(parent) = whole.parent()
                && let Prepared::Rows(rows) = self.prepared_dataset(&whole.whole_dataset(parent), handle).await?
            {
                tables.add_prepared(parent, rows);
            }
            self.open(whole, &mut tables).await?;
            self.prepared.prepare_once(key, whole.clone(), Arc::new(tables), &self.executor, handle).await
        })
    }

    async fn open(&self, query: &SecuredQuery, tables: &mut Tables) -> Result<(), EngineError> {
        for (source, table) in query.tables() {
            tables.add_source(source, table, self.catalog.table(source, table).await?);
        }
        Ok(())
    }
}

/// A place in the queue, given back when dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(waiting: &'a AtomicUsize, most: usize) -> Result<Self, EngineError> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= most {
            return Err(EngineError::Busy);
        }
        Ok(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
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
