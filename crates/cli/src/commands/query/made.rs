//! What a query makes: its rows, or what is told of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aracari_engine::standalone::{Rows, Standalone, StepProfile};
use aracari_engine::{EngineError, Explanation, within};

use super::problem::Problem;
use super::program::Program;
use super::timed::{block_on, timed};
use super::{Arguments, tables};

#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    Rows,
    Explanation,
    Profile,
}

pub(super) enum Made {
    Rows(Rows),
    Explanation(Explanation),
    Profile {
        steps: Vec<StepProfile>,
        /// All of them as one plan.
        together: Duration,
    },
}

/// A pipeline that can run, and its tables.
pub(super) struct Query {
    pub(super) program: Program,
    tables: Standalone,
    limit: Duration,
}

impl Query {
    pub(super) fn open(arguments: &Arguments) -> Result<Arc<Self>, Problem> {
        let (tables, limit) = (tables(arguments)?, arguments.limit());
        let (file, variables, until) = (arguments.file.clone(), arguments.variables.clone(), arguments.until);
        let read = timed(limit, move || {
            let program = Program::read(&file, variables.as_deref(), until, &tables)?;
            Ok(Arc::new(Self { program, tables, limit }))
        })?;
        read.unwrap_or_else(|| {
            let message =
                format!("to check the steps of `{}` takes longer than {} s", arguments.file.display(), arguments.time);
            Err(Problem::new(message).hint("give more with `--time`; `--until N` leaves out what comes after a step"))
        })
    }

    /// What is wanted of the pipeline, or the step at which it fails.
    pub(super) fn made(self: &Arc<Self>, wanted: Wanted) -> Result<Made, Problem> {
        let limit = self.limit;
        let query = Arc::clone(self);
        let made = timed(limit, move || block_on(within(limit, query.make(wanted))))?.transpose()?;
        let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let failed = match made.unwrap_or(Err(EngineError::Timeout { limit_ms })) {
            Ok(made) => return Ok(made),
            Err(failed) => failed,
        };
        let step = match failed {
            EngineError::MemoryLimit { .. } | EngineError::Failed { .. } => self.failing(&failed)?,
            EngineError::Timeout { .. } => self.too_slow()?,
            _ => None,
        };
        Err(self.program.problem_of(failed, step))
    }

    async fn make(&self, wanted: Wanted) -> Result<Made, EngineError> {
        let steps = &self.program.steps;
        Ok(match wanted {
            Wanted::Rows => Made::Rows(self.tables.rows(steps).await?),
            Wanted::Explanation => Made::Explanation(self.tables.explain(steps).await?),
            Wanted::Profile => {
                let profiles = self.tables.profile(steps).await?;
                let started = Instant::now();
                self.tables.rows(steps).await?;
                Made::Profile { steps: profiles, together: started.elapsed() }
            }
        })
    }

    /// The step that fails over a value or needs too much memory, where it is found in time.
    fn failing(self: &Arc<Self>, failed: &EngineError) -> Result<Option<usize>, Problem> {
        let (query, limit, failed) = (Arc::clone(self), self.limit, failed.clone());
        let found = timed(limit, move || {
            let failing = async { Ok(query.tables.failing_step(&query.program.steps, &failed).await) };
            block_on(within(limit, failing))
        })?;
        Ok(found.transpose()?.and_then(Result::ok))
    }

    /// The step that takes too long, where one does on its own.
    fn too_slow(self: &Arc<Self>) -> Result<Option<usize>, Problem> {
        let (query, limit) = (Arc::clone(self), self.limit);
        let done = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&done);
        let found = timed(limit, move || block_on(query.tables.slow_step(&query.program.steps, limit, &counted)))?;
        Ok(found.transpose()?.unwrap_or_else(|| Some(done.load(Ordering::Relaxed) + 1)))
    }
}
