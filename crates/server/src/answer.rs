//! From the name of a block to its answer: resolve, secure, run.

use std::sync::Arc;

use aracari_app::{PageRef, Privilege, Query, QueryRequest, Reader, ResolveError};
use aracari_engine::{Answer, EngineError, FailingStep, SecuredQuery, Share, policy};
use futures::future::try_join_all;
use serde_json::{Map, Value};

use crate::error::{Code, Problem};
use crate::extract::{Origin, VisibleApp};
use crate::state::Server;

/// A block whose queries are bound and carry the reader's permissions, or the reason why it has none.
pub(crate) struct Question {
    pub block: String,
    share: Share,
    asked: Asked,
    frames: Result<Vec<(String, SecuredQuery)>, Problem>,
}

/// What a failure is told with: where it happened, and whether to somebody who can mend it.
struct Asked {
    app: String,
    part: String,
    by_editor: bool,
    request_id: Arc<str>,
}

impl Asked {
    fn of(visible: &VisibleApp, part: &str) -> Self {
        let by_editor = matches!(visible.privilege, Privilege::Contributor | Privilege::Admin);
        Self { app: visible.app.id.clone(), part: part.to_owned(), by_editor, request_id: visible.request_id.clone() }
    }
}

/// The answer to a block: its frames, and where they come from.
pub(crate) struct Answered {
    pub frames: Vec<(String, Arc<Answer>)>,
    pub cached: bool,
}

/// Which kind of choices are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choices {
    Filter,
    View,
}

/// Binds the blocks of a page. A mistake in the request fails it as a whole; a block that cannot be answered fails alone.
pub(crate) fn prepare(
    visible: &VisibleApp,
    page: &PageRef,
    blocks: &[String],
    filters: &Map<String, Value>,
    view: &Map<String, Value>,
) -> Result<Vec<Question>, Problem> {
    let reader: &Reader = &visible.principal.reader;
    let mut questions = Vec::with_capacity(blocks.len());
    for block in blocks {
        let request = QueryRequest { page, block, filters, view, reader };
        let frames = match visible.app.resolve(&request) {
            Ok(resolved) => secure_all(visible, resolved.frames, reader),
            Err(error @ ResolveError::UnknownBlock { .. }) => Err(resolve_problem(&error)),
            Err(error) => return Err(resolve_problem(&error)),
        };
        questions.push(Question {
            block: block.clone(),
            share: share_of(visible),
            asked: Asked::of(visible, block),
            frames,
        });
    }
    Ok(questions)
}

/// Each person has one share of the engine.
fn share_of(visible: &VisibleApp) -> Share {
    Share::new(visible.principal.user_id.as_str())
}

fn secure_all(
    visible: &VisibleApp,
    frames: impl IntoIterator<Item = (String, Query)>,
    reader: &Reader,
) -> Result<Vec<(String, SecuredQuery)>, Problem> {
    frames
        .into_iter()
        .map(|(name, query)| {
            let secured = policy::secure(&visible.app, query, reader).map_err(|error| Problem::internal(&error))?;
            Ok((name, secured))
        })
        .collect()
}

/// Runs every frame of a block; the first failure is the block's.
pub(crate) async fn run(server: &Server, question: Question) -> Result<Answered, Problem> {
    let outcome = run_frames(server, question).await;
    server.metrics.record_answer(match &outcome {
        Ok(answered) if answered.cached => "cached",
        Ok(_) => "computed",
        Err(_) => "failed",
    });
    outcome
}

async fn run_frames(server: &Server, question: Question) -> Result<Answered, Problem> {
    let (share, asked) = (&question.share, &question.asked);
    let runs = question.frames?.into_iter().map(async |(name, query)| {
        let (answer, from_cache) = run_query(server, share, query, asked).await?;
        Ok::<_, Problem>((name, answer, from_cache))
    });
    let mut cached = true;
    let mut frames = Vec::new();
    for (name, answer, from_cache) in try_join_all(runs).await? {
        cached &= from_cache;
        frames.push((name, answer));
    }
    Ok(Answered { frames, cached })
}

/// Runs one query; those who can mend it are told the step over which it fails.
async fn run_query(
    server: &Server,
    share: &Share,
    query: SecuredQuery,
    asked: &Asked,
) -> Result<(Arc<Answer>, bool), Problem> {
    let again = asked.by_editor.then(|| query.clone());
    match server.engine.run_for(share, query).await {
        Ok(answered) => Ok(answered),
        Err(error) => {
            let step = match again {
                Some(query) => server.engine.failing_step(query, &error).await,
                None => None,
            };
            Err(engine_problem(&error, step.as_ref(), asked))
        }
    }
}

/// Writes a refused column to the audit log.
pub(crate) fn note_refusal<T>(server: &Server, visible: &VisibleApp, origin: &Origin, outcome: &Result<T, Problem>) {
    if outcome.as_ref().is_err_and(|problem| problem.code == Code::Forbidden) {
        server.decisions.deny(&visible.principal, origin, "app.column", &visible.app.id);
    }
}

/// Lists the choices of a filter or a view under the reader's permissions.
pub(crate) async fn choices(
    server: &Server,
    visible: &VisibleApp,
    kind: Choices,
    id: &str,
    search: Option<&str>,
    filters: &Map<String, Value>,
    view: &Map<String, Value>,
) -> Result<Arc<Answer>, Problem> {
    let known = match kind {
        Choices::Filter => visible.app.filters.contains_key(id),
        Choices::View => visible.app.views.contains_key(id),
    };
    if !known {
        return Err(Problem::not_found());
    }
    let reader: &Reader = &visible.principal.reader;
    let query = visible
        .app
        .resolve_filter_values(id, search, filters, view, reader)
        .map_err(|error| resolve_problem(&error))?;
    let secured = policy::secure(&visible.app, query, reader).map_err(|error| Problem::internal(&error))?;
    let (answer, _) = run_query(server, &share_of(visible), secured, &Asked::of(visible, id)).await?;
    Ok(answer)
}

fn resolve_problem(error: &ResolveError) -> Problem {
    let code = if error.is_not_found() { Code::NotFound } else { Code::InvalidRequest };
    Problem::new(code, sentence(&error.to_string()))
}

/// An error's words as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    format!("{}{}.", first.into_iter().flatten().collect::<String>(), characters.as_str())
}

/// What is told of a failed query; the log has the rest. A mistake of the author's is told to those who can mend it.
fn engine_problem(error: &EngineError, step: Option<&FailingStep>, asked: &Asked) -> Problem {
    let Asked { app, part, by_editor, request_id } = asked;
    let at = step.map(ToString::to_string);
    let code = match error {
        EngineError::Timeout { .. } => Code::Timeout,
        EngineError::MemoryLimit { .. } | EngineError::TooManyRows { .. } => Code::LimitExceeded,
        EngineError::Busy => Code::Unavailable,
        EngineError::NotPermittedColumn { .. } => Code::Forbidden,
        EngineError::Source { .. } | EngineError::NotAtSource { .. } => {
            tracing::error!(request.id = %request_id, %app, %part, %error, "a source failed");
            return Problem::new(Code::SourceFailed, "The source of this chart could not be read. Try again later.");
        }
        EngineError::Invalid { .. }
        | EngineError::Failed { .. }
        | EngineError::UnknownColumn { .. }
        | EngineError::UnknownDataset { .. } => {
            tracing::error!(request.id = %request_id, %app, %part, %error, step = at, "a pipeline failed");
            let problem = Problem::new(Code::PipelineFailed, "The steps behind this chart do not work.");
            let told = at.map_or_else(|| error.to_string(), |at| format!("{at}: {error}"));
            return if *by_editor { problem.with_hint(sentence(&told)) } else { problem };
        }
        _ => {
            tracing::error!(request.id = %request_id, %app, %part, "a query failed");
            return Problem::internal(error);
        }
    };
    let problem = Problem::new(code, error.reader_message());
    let problem = match at {
        Some(at) => {
            tracing::warn!(request.id = %request_id, %app, %part, %error, step = at, "a query passed a limit");
            problem.with_hint(format!("It begins with {at}."))
        }
        None => problem,
    };
    if code == Code::Unavailable { problem.with_retry_after(1) } else { problem }
}
