//! What of a query a database computes, and what is computed here.

use datafusion::logical_expr::LogicalPlan;

use crate::error::EngineError;
use crate::execute::Executor;
use crate::look;
use crate::pushdown;
use crate::sql::Statement;

/// How a query runs; for authors and operators, never for readers.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub statements: Vec<Sent>,
    /// What the engine does with the rows, one operation a line, the last one first. Where a step looks at rows before
    /// its columns are known, what computes these comes below.
    pub plan: String,
    /// The operators that do it.
    pub operators: String,
}

/// A statement that a source gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    pub source_id: String,
    pub statement: Statement,
}

pub(crate) async fn explain(executor: &Executor, plan: &LogicalPlan) -> Result<Explanation, EngineError> {
    let mut runs = vec![executor.prepare(plan)?];
    let mut next = 0;
    while let Some(run) = runs.get(next) {
        let seen = look::seen(run)?.iter().map(|seen| executor.prepare(seen.plan())).collect::<Result<Vec<_>, _>>()?;
        runs.extend(seen);
        next += 1;
    }
    let mut explanation = Explanation { statements: Vec::new(), plan: String::new(), operators: String::new() };
    for run in runs {
        let statements = pushdown::statements(&run)?.into_iter();
        explanation.statements.splice(0..0, statements.map(|(source_id, statement)| Sent { source_id, statement }));
        explanation.plan += &shown(&format!("{}\n", run.display_indent()));
        explanation.operators += &shown(&executor.operators(&run).await?);
    }
    Ok(explanation)
}

/// Hidden columns begin with a control character.
fn shown(plan: &str) -> String {
    plan.replace('\u{1}', "#")
}
