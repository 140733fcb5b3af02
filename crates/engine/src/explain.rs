//! What of a query a database computes, and what is computed here.

use datafusion::logical_expr::LogicalPlan;

use crate::error::EngineError;
use crate::execute::Executor;
use crate::pushdown;
use crate::sql::Statement;

/// How a query runs; for authors and operators, never for readers.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub statements: Vec<Sent>,
    /// What the engine does with the rows, one operation a line, the last one first.
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
    let prepared = executor.prepare(plan)?;
    let statements = pushdown::statements(&prepared)?;
    let sent = statements.into_iter().map(|(source_id, statement)| Sent { source_id, statement });
    // Hidden columns begin with a control character.
    let shown = |plan: String| plan.replace('\u{1}', "#");
    Ok(Explanation {
        statements: sent.collect(),
        plan: shown(prepared.display_indent().to_string()),
        operators: shown(executor.operators(&prepared).await?),
    })
}
