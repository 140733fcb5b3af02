//! Answers as bytes: lines of JSON, Arrow streams, CSV, choices.

use std::fmt::Write;

use aracari_app::VALUES_LIMIT;
use aracari_engine::{Answer, encode};
use bytes::{Bytes, BytesMut};
use http::HeaderValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answered;
use crate::error::{Code, Problem, ProblemResponse};
use crate::routes::filter_values::{ChoiceResponse, ValuesResponse};

/// The wire form of a block's answer, for the interface's description; [`answer_line`] writes it without copying cells.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerLine {
    block: String,
    /// By name: `main`, and what the chart compares it with. Absent when there is an error.
    frames: Option<std::collections::BTreeMap<String, Frame>>,
    /// True when nothing had to be computed.
    cached: Option<bool>,
    /// How old the oldest data in the answer is, RFC 3339.
    data_time: Option<String>,
    duration_ms: Option<u64>,
    error: Option<ProblemResponse>,
}

/// A table by columns.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Frame {
    columns: Vec<Column>,
    rows: u64,
    /// True when there are more rows than were sent.
    truncated: bool,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Column {
    name: String,
    /// `text`, `number`, `boolean`, `date` or `geometry`.
    r#type: String,
    /// Dates are milliseconds since 1970, UTC; shapes are GeoJSON.
    values: Vec<serde_json::Value>,
}

/// One frame in another format than JSON.
pub(crate) struct Part {
    pub block: String,
    pub frame: String,
    pub content: Bytes,
}

/// A block's answer as one line.
pub(crate) fn answer_line(block: &str, answered: &Answered) -> Bytes {
    // The engine keeps an answer's JSON with it: it is made once, however often the answer is sent.
    let frames: Vec<(&str, Bytes)> =
        answered.frames.iter().map(|(name, answer)| (name.as_str(), encode::json_columns(answer))).collect();
    let cells: usize = frames.iter().map(|(name, json)| json.len() + name.len() + 4).sum();
    let mut line = BytesMut::with_capacity(cells + block.len() + 160);
    line.extend_from_slice(b"{\"block\":");
    extend_json(&mut line, block);
    line.extend_from_slice(b",\"frames\":{");
    for (index, (name, json)) in frames.iter().enumerate() {
        if index > 0 {
            line.extend_from_slice(b",");
        }
        extend_json(&mut line, name);
        line.extend_from_slice(b":");
        line.extend_from_slice(json);
    }
    let data_time = answered.frames.iter().map(|(_, answer)| answer.data_time).min().unwrap_or_default();
    let duration_ms = answered.frames.iter().map(|(_, answer)| answer.duration_ms).max().unwrap_or_default();
    let time = data_time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    // Writing to a buffer in memory cannot fail.
    let _ =
        writeln!(line, "}},\"cached\":{},\"data_time\":\"{time}\",\"duration_ms\":{duration_ms}}}", answered.cached);
    line.freeze()
}

/// A block that failed as one line.
pub(crate) fn problem_line(block: &str, problem: &Problem, request_id: &str) -> Bytes {
    let body = problem.to_response_body(request_id);
    let mut line = serde_json::to_vec(&serde_json::json!({ "block": block, "error": body })).unwrap_or_default();
    line.push(b'\n');
    line.into()
}

fn extend_json(line: &mut BytesMut, text: &str) {
    let quoted = serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned());
    line.extend_from_slice(quoted.as_bytes());
}

/// Lines that are ready at the same moment, as one chunk.
pub(crate) fn join(mut lines: Vec<Bytes>) -> Bytes {
    if lines.len() == 1
        && let Some(line) = lines.pop()
    {
        return line;
    }
    lines.concat().into()
}

/// The main frame of a block as CSV.
pub(crate) fn csv(answered: &Answered) -> Result<Bytes, Problem> {
    let main = answered.frames.iter().find(|(name, _)| name == "main").or_else(|| answered.frames.first());
    let Some((_, answer)) = main else {
        return Err(Problem::new(Code::NotFound, "This block has no table."));
    };
    encode::csv(answer).map_err(|error| Problem::internal(&error))
}

/// Every frame of a block as an Arrow stream of its own.
pub(crate) fn arrow_parts(block: &str, answered: &Answered) -> Result<Vec<Part>, Problem> {
    answered
        .frames
        .iter()
        .map(|(frame, answer)| {
            let content = encode::arrow_ipc(answer).map_err(|error| Problem::internal(&error))?;
            Ok(Part { block: block.to_owned(), frame: frame.clone(), content })
        })
        .collect()
}

/// Several Arrow streams in one body; each part's `Content-Disposition` names its block and frame.
pub(crate) fn multipart(parts: &[Part]) -> Result<(HeaderValue, Bytes), Problem> {
    let boundary = format!("aracari-{:032x}", rand::random::<u128>());
    let mut body = BytesMut::with_capacity(parts.iter().map(|part| part.content.len() + 256).sum());
    for part in parts {
        let (block, frame) = (file_name(&part.block), file_name(&part.frame));
        let _ = write!(
            body,
            "--{boundary}\r\nContent-Type: application/vnd.apache.arrow.stream\r\n\
             Content-Disposition: attachment; name=\"{block}\"; frame=\"{frame}\"\r\nContent-Length: {}\r\n\r\n",
            part.content.len()
        );
        body.extend_from_slice(&part.content);
        body.extend_from_slice(b"\r\n");
    }
    let _ = write!(body, "--{boundary}--\r\n");
    let content_type = HeaderValue::from_str(&format!("multipart/mixed; boundary={boundary}"))
        .map_err(|error| Problem::internal(&error))?;
    Ok((content_type, body.freeze()))
}

/// A name that cannot break out of a quoted header parameter.
fn file_name(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect()
}

/// The choices of a filter: the rows of its query, beyond the limit only the word that there are more.
pub(crate) fn choices(answer: &Answer) -> Result<Vec<u8>, Problem> {
    let frame: Frame =
        serde_json::from_slice(&encode::json_columns(answer)).map_err(|error| Problem::internal(&error))?;
    let column = |wanted: &str| frame.columns.iter().find(|column| column.name == wanted);
    let (Some(values), Some(labels)) = (column("value"), column("label")) else {
        return Err(Problem::internal("a list of choices has no `value` and `label`"));
    };
    let most = usize::try_from(VALUES_LIMIT).unwrap_or(usize::MAX);
    let choices: Vec<ChoiceResponse> = values
        .values
        .iter()
        .zip(&labels.values)
        .take(most)
        .map(|(value, label)| ChoiceResponse { value: value.clone(), label: plain_text(label) })
        .collect();
    let truncated = frame.truncated || values.values.len() > most;
    serde_json::to_vec(&ValuesResponse { values: choices, truncated }).map_err(|error| Problem::internal(&error))
}

fn plain_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}
