//! When work has to stop: its time is up, or nobody waits for it any more.
//!
//! A thread that plans or joins looks up from its work only where it is told to: between the rules of the optimizer, at each
//! batch that a join makes, where a join compares rows without making any, and between the rows that a function with OVER
//! looks at.

mod paced;
mod rules;
mod windows;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use datafusion::common::Result;
use datafusion::error::DataFusionError;

use crate::error::EngineError;

pub(crate) use rules::{logical, physical};
pub(crate) use windows::heeding;

tokio::task_local! {
    static CURRENT: Stop;
}

/// What stops the work of a task and of the plan that it runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    time: Option<Time>,
    left: Left,
}

#[derive(Debug, Clone, Copy)]
struct Time {
    limit: Duration,
    end: Instant,
}

/// Says that nobody waits any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Left(Arc<AtomicBool>);

impl Left {
    pub(crate) fn say(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Stop {
    /// What stops the task that runs now.
    fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    fn check(&self) -> Result<()> {
        match self.time {
            Some(time) if Instant::now() >= time.end => Err(DataFusionError::External(Box::new(time.up()))),
            _ if self.left.0.load(Ordering::Relaxed) => {
                Err(DataFusionError::External(Box::new(EngineError::internal("nobody waits for this any more"))))
            }
            _ => Ok(()),
        }
    }
}

impl Time {
    fn up(self) -> EngineError {
        EngineError::Timeout { limit_ms: u64::try_from(self.limit.as_millis()).unwrap_or(u64::MAX) }
    }
}

/// An error where the task that runs now has to stop.
pub(crate) fn check() -> Result<()> {
    Stop::current().check()
}

/// Work that stops when nobody waits for it.
pub(crate) fn when_left<T>(left: Left, work: impl Future<Output = T>) -> impl Future<Output = T> {
    CURRENT.scope(Stop { time: None, left }, work)
}

/// Work that may take so long; the error is [`EngineError::Timeout`] where it does not end in time.
pub async fn within<T>(
    limit: Duration,
    work: impl Future<Output = std::result::Result<T, EngineError>>,
) -> std::result::Result<T, EngineError> {
    let time = Instant::now().checked_add(limit).map(|end| Time { limit, end });
    let work = CURRENT.scope(Stop { time, ..Stop::current() }, work);
    match time {
        Some(time) => tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(time.up())),
        None => work.await,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::execute::Executor;
    use crate::standalone::Standalone;

    #[tokio::test]
    async fn planning_looks_up_between_two_steps_and_two_rules() {
        let steps = vec![json!({"name": "domain", "domain": "input"}), json!({"name": "uniquegroups", "on": ["v"]})];
        let steps = aracari_app::template::parse_steps(steps).unwrap();
        let mut tables = Standalone::new(1 << 20).unwrap();
        let rows = crate::steps::testing::table(json!({"v": [1, 2]}));
        let rows = datafusion::datasource::MemTable::try_new(rows.schema(), vec![vec![rows]]).unwrap();
        tables.add_table("input", Arc::new(rows));
        let executor: &Executor = tables.executor();
        let plan = tables.plan(&steps).await.unwrap();
        let prepared = executor.prepare(&plan).unwrap();
        let late = within(Duration::ZERO, async {
            let compiled = tables.plan(&steps).await.map(drop);
            let optimized = executor.prepare(&plan).map(drop);
            let planned = executor.operators(&prepared).await.map(drop);
            Ok([compiled, optimized, planned])
        });
        for outcome in late.await.unwrap() {
            assert!(matches!(outcome, Err(EngineError::Timeout { limit_ms: 0 })), "{outcome:?}");
        }
        let left = Left::default();
        left.say();
        assert!(when_left(left, async { executor.prepare(&plan) }).await.is_err(), "nobody waits");
        assert!(executor.prepare(&plan).is_ok(), "work without a limit goes on");
    }
}
