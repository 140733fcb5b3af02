//! Which step it is over which a query fails, where only running it tells: what a value, the memory or the time does not
//! allow. The steps are run again, up to one in the middle of those in question.

use std::fmt;
use std::time::Duration;

use crate::compile::{Tables, compile};
use crate::error::EngineError;
use crate::execute::Executor;
use crate::policy::{SecuredQuery, Stage};
use crate::stop::within;

/// Runs that find one step among as many as a query can have.
const RUNS: u32 = 16;

/// The step at which a query begins to fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingStep {
    stage: Stage,
}

impl fmt::Display for FailingStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.stage {
            Stage::Read { dataset } => write!(f, "reading the table of the dataset `{dataset}`"),
            Stage::Dataset { dataset, number, step } => {
                write!(f, "step {number} (`{step}`) of the dataset `{dataset}`")
            }
            Stage::Own { step, of_name: None, .. } => write!(f, "`{step}` of the chart itself"),
            Stage::Own { step, of_name: Some(number), .. } => write!(f, "`{step}` {number} of the chart itself"),
        }
    }
}

/// The positions among which the first is that fails, where those before it work and the last one fails.
#[derive(Debug)]
pub(crate) struct InQuestion {
    first: usize,
    last: usize,
}

impl InQuestion {
    pub(crate) fn among(count: usize) -> Self {
        Self { first: 0, last: count.saturating_sub(1) }
    }

    /// What to try next; none where the first one is known.
    pub(crate) fn next(&self) -> Option<usize> {
        (self.first < self.last).then(|| self.first.midpoint(self.last))
    }

    pub(crate) fn tried(&mut self, position: usize, fails: bool) {
        if fails { self.last = position } else { self.first = position + 1 }
    }

    pub(crate) fn first(self) -> usize {
        self.first
    }
}

/// The step at which a query begins to fail as it did; the error is that of a search that did not get to its end.
///
/// A query that took too long may run for a part of the `limit` only, so that the search ends in time: then it is the step
/// with which the query begins to take longer than that.
pub(crate) async fn failing_step(
    query: &SecuredQuery,
    error: &EngineError,
    tables: &Tables,
    executor: &Executor,
    limit: Duration,
) -> Result<Option<FailingStep>, EngineError> {
    let is_slow = matches!(error, EngineError::Timeout { .. });
    let limit = if is_slow { limit / RUNS } else { limit };
    let mut search = Search { tables, executor, limit, error, is_exact: true };
    let mut stages = query.stages();
    if let Some(last) = stages.last() {
        let last = query.until(last);
        search.is_exact = search.fails(&last).await?;
        // It may be another row over which it fails now; or others took the memory or the time, and it would work now.
        let may_differ = matches!(error, EngineError::Failed { .. });
        let fails_still = search.is_exact || may_differ && search.fails(&last).await?;
        if !fails_still {
            return Ok(None);
        }
    }
    let mut positions = InQuestion::among(stages.len());
    while let Some(position) = positions.next() {
        positions.tried(position, search.fails(&query.until(&stages[position])).await?);
    }
    let first = positions.first();
    Ok((first < stages.len()).then(|| FailingStep { stage: stages.swap_remove(first) }))
}

/// Runs what is in question.
struct Search<'a> {
    tables: &'a Tables,
    executor: &'a Executor,
    /// How long each may run.
    limit: Duration,
    error: &'a EngineError,
    /// Only the same words tell of the same failure: what is never asked for may fail where a query ends before.
    is_exact: bool,
}

impl Search<'_> {
    async fn fails(&self, query: &SecuredQuery) -> Result<bool, EngineError> {
        let running = async {
            let plan = compile(query, self.tables, None, self.executor).await?;
            self.executor.run_through(&plan).await
        };
        match within(self.limit, running).await {
            Err(failure) if failure.is_like(self.error) => Ok(true),
            Err(EngineError::Failed { .. }) => Ok(!self.is_exact && matches!(self.error, EngineError::Failed { .. })),
            Err(late @ EngineError::Timeout { .. }) => Err(late),
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_fails_is_found_wherever_it_is() {
        for count in 1..40 {
            for first in 0..count {
                let (mut positions, mut tries) = (InQuestion::among(count), 0);
                while let Some(position) = positions.next() {
                    positions.tried(position, position >= first);
                    tries += 1;
                }
                assert_eq!(positions.first(), first, "of {count}");
                assert!(tries <= 6, "{tries} tries for {count}");
            }
        }
        assert_eq!(InQuestion::among(0).next(), None);
    }
}
