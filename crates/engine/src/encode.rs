//! Answers as bytes: JSON columns for the client, Arrow for programs, CSV for people.

mod csv;
mod json;

use arrow::ipc::writer::StreamWriter;
use bytes::Bytes;

use crate::answer::Answer;
use crate::error::EngineError;

pub use csv::csv;
pub use json::json_values;

/// `{"columns":[{"name","type","values"}],"rows","truncated"}`; dates are epoch milliseconds in UTC, what JSON has no
/// number for is null. Encoded once an answer.
pub fn json_columns(answer: &Answer) -> Bytes {
    answer.json.get_or_init(|| Bytes::from(json::encode(answer))).clone()
}

/// An Arrow IPC stream.
pub fn arrow_ipc(answer: &Answer) -> Result<Bytes, EngineError> {
    let mut writer = StreamWriter::try_new(Vec::new(), &answer.schema).map_err(EngineError::internal)?;
    for batch in &answer.batches {
        writer.write(batch).map_err(EngineError::internal)?;
    }
    writer.into_inner().map(Bytes::from).map_err(EngineError::internal)
}
