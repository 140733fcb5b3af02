//! Answers to the charts of a page: one request, each answer sent as soon as it is ready.

use std::sync::Arc;

use aracari_app::PageRef;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer::{self, Answered, Question};
use crate::encode;
use crate::error::{Problem, ProblemResponse};
use crate::extract::{JsonBody, Origin, VisibleApp};
use crate::state::Server;

const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
const ARROW_TYPE: &str = "application/vnd.apache.arrow.stream";
const ARROW: HeaderValue = HeaderValue::from_static(ARROW_TYPE);
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Most answers that are ready at the same moment go out together.
const TOGETHER: usize = 64;

/// The blocks of one page, with the values of its filters and views.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueriesRequest {
    page: PageRequest,
    /// Tiles of the home, `chart`, `second_chart` and `values` of a story, items of a dashboard.
    blocks: Vec<String>,
    /// By filter id: a value, a list, a period, or null for All. An absent filter has its default.
    #[serde(default)]
    #[schema(value_type = Object)]
    filters: Map<String, Value>,
    /// By view id: the choice, or null for all.
    #[serde(default)]
    #[schema(value_type = Object)]
    view: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PageKind {
    Home,
    Story,
    Dashboard,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageRequest {
    kind: PageKind,
    /// The story or dashboard; absent for the home.
    id: Option<String>,
}

/// Who asks, and from where.
struct Asker {
    server: Arc<Server>,
    visible: VisibleApp,
    origin: Origin,
}

impl Asker {
    /// Answers a question; a refusal leaves a trace.
    async fn run(&self, question: Question) -> Result<Answered, Problem> {
        let outcome = answer::run(&self.server, question).await;
        answer::note_refusal(&self.server, &self.visible, &self.origin, &outcome);
        outcome
    }

    /// The trace of an answer that leaves as a file.
    fn note_export(&self) {
        let app = &self.visible.app.id;
        self.server.decisions.hand_out(&self.visible.principal, &self.origin, "app.export", app);
    }
}

/// In which form answers are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Arrow,
    Csv,
}

impl PageRequest {
    fn to_page(&self) -> Result<PageRef, Problem> {
        match (self.kind, &self.id) {
            (PageKind::Home, None) => Ok(PageRef::Home {}),
            (PageKind::Story, Some(id)) => Ok(PageRef::Story { id: id.clone() }),
            (PageKind::Dashboard, Some(id)) => Ok(PageRef::Dashboard { id: id.clone() }),
            (PageKind::Home, Some(_)) => Err(Problem::invalid("The home page has no `id`.")),
            (PageKind::Story | PageKind::Dashboard, None) => Err(Problem::invalid("`page.id` is missing.")),
        }
    }
}

/// Answers the charts of a page. Answers come in any order; a block that fails has an `error` in place of its frames.
#[utoipa::path(post, path = "/apps/{app}/queries", tag = "data", params(("app" = String, Path, description = "The app's id")),
    request_body = QueriesRequest,
    responses(
        (status = 200, description = "One line of JSON for each block; or Arrow (several blocks as `multipart/mixed`) or CSV (one block) by `Accept`",
            content((encode::AnswerLine = "application/x-ndjson"), (Vec<u8> = "application/vnd.apache.arrow.stream"), (String = "text/csv"))),
        (status = 400, description = "An unknown filter, or a value that it cannot have", body = ProblemResponse),
        (status = 401, description = "Nobody is signed in", body = ProblemResponse),
        (status = 404, description = "No such app or page, or not for this person", body = ProblemResponse),
        (status = 413, description = "The body is too large", body = ProblemResponse),
        (status = 422, description = "Too many blocks", body = ProblemResponse),
        (status = 503, description = "Too many requests at once", body = ProblemResponse)))]
pub(crate) async fn run_queries(
    State(server): State<Arc<Server>>,
    visible: VisibleApp,
    origin: Origin,
    headers: HeaderMap,
    JsonBody(request): JsonBody<QueriesRequest>,
) -> Result<Response, Problem> {
    let form = accepted_form(&headers);
    check_blocks(&request.blocks, form, server.settings.limits.blocks)?;
    let page = request.page.to_page()?;
    let questions = answer::prepare(&visible, &page, &request.blocks, &request.filters, &request.view)?;
    server.decisions.allow(&visible.principal, &origin, "app.query", &visible.app.id);
    let asker = Asker { server, visible, origin };
    match form {
        Form::Json => Ok(json_response(asker, questions).await),
        Form::Csv => csv_response(&asker, questions).await,
        Form::Arrow => arrow_response(&asker, questions).await,
    }
}

fn check_blocks(blocks: &[String], form: Form, most: usize) -> Result<(), Problem> {
    use crate::error::Code;
    if blocks.is_empty() {
        return Err(Problem::invalid("`blocks` names no block."));
    }
    if blocks.len() > most {
        let detail = format!("{} blocks in one request; at most {most} are answered together.", blocks.len());
        return Err(Problem::new(Code::LimitExceeded, detail));
    }
    if let Some(twice) = blocks.iter().enumerate().find(|(index, block)| blocks[..*index].contains(block)) {
        return Err(Problem::invalid(format!("`blocks` names `{}` twice.", twice.1)));
    }
    if form == Form::Csv && blocks.len() > 1 {
        return Err(Problem::invalid("CSV holds the answer to exactly one block."));
    }
    Ok(())
}

fn accepted_form(headers: &HeaderMap) -> Form {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains(ARROW_TYPE) {
        Form::Arrow
    } else if accepted.contains("text/csv") {
        Form::Csv
    } else {
        Form::Json
    }
}

async fn json_response(asker: Asker, mut questions: Vec<Question>) -> Response {
    // One answer has a known length and needs no stream: the way that most requests take.
    if questions.len() == 1
        && let Some(question) = questions.pop()
    {
        let line = answer_line(&asker, question).await;
        return with_type(Body::from(line), NDJSON);
    }
    let asker = Arc::new(asker);
    let lines: FuturesUnordered<_> = questions
        .into_iter()
        .map(|question| {
            let asker = asker.clone();
            async move { answer_line(&asker, question).await }
        })
        .collect();
    let chunks = lines.ready_chunks(TOGETHER).map(|ready| Ok::<Bytes, std::convert::Infallible>(encode::join(ready)));
    with_type(Body::from_stream(chunks), NDJSON)
}

async fn answer_line(asker: &Asker, question: Question) -> Bytes {
    let block = question.block.clone();
    match asker.run(question).await {
        Ok(answered) => encode::answer_line(&block, &answered),
        Err(problem) => encode::problem_line(&block, &problem, &asker.origin.request_id),
    }
}

async fn csv_response(asker: &Asker, mut questions: Vec<Question>) -> Result<Response, Problem> {
    let Some(question) = questions.pop() else { return Err(Problem::not_found()) };
    let answered = asker.run(question).await?;
    let body = encode::csv(&answered)?;
    asker.note_export();
    Ok(with_type(Body::from(body), CSV))
}

async fn arrow_response(asker: &Asker, questions: Vec<Question>) -> Result<Response, Problem> {
    let single = questions.len() == 1;
    let mut parts = Vec::new();
    for question in questions {
        let block = question.block.clone();
        let answered = asker.run(question).await?;
        parts.extend(encode::arrow_parts(&block, &answered)?);
    }
    asker.note_export();
    if single
        && parts.len() == 1
        && let Some(part) = parts.pop()
    {
        return Ok(with_type(Body::from(part.content), ARROW));
    }
    let (content_type, body) = encode::multipart(&parts)?;
    Ok(with_type(Body::from(body), content_type))
}

fn with_type(body: Body, content_type: HeaderValue) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    response
}
