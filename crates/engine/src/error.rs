//! What can go wrong with a query, and what of it a reader may be told.

use std::sync::Arc;

use aracari_app::Step;
use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;

use crate::words::ours;

/// A subquery of which no join can be made.
pub(crate) const TOO_CORRELATED: &str = "a subquery reads columns of the query around it in a way that cannot be computed here; \
    write it as a join with the rows that it reads";

/// Where a column is missing, before the step is known.
pub(crate) const STEP_INPUT: &str = "this step's input";

/// Why a query has no answer.
///
/// `Display` is for the log; readers get [`EngineError::reader_message`], which never shows a path, a plan or SQL.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    #[error("the query ran longer than {limit_ms} ms")]
    Timeout { limit_ms: u64 },
    #[error("the query needs more memory than it may use: {details}")]
    MemoryLimit { details: Arc<str> },
    #[error("the answer has more than {limit} rows")]
    TooManyRows { limit: u64 },
    #[error("too many queries are waiting")]
    Busy,
    #[error("there is no column `{column}` in {context}")]
    UnknownColumn { column: String, context: String, suggestion: Option<String> },
    #[error("the column `{column}` is not permitted to this reader")]
    NotPermittedColumn { column: String },
    #[error("there is no dataset `{dataset}`")]
    UnknownDataset { dataset: String },
    /// A step that cannot work: a type mismatch, a wrong pattern.
    #[error("{message}")]
    Invalid { message: String },
    /// Steps that can work and fail over what is in the rows, known only once they run; [`crate::failing`] finds which.
    #[error("{message}")]
    Failed { message: String },
    #[error("the source `{source_id}` failed: {details}")]
    Source { source_id: String, details: Arc<str> },
    /// A database failed over a value that the engine computes with; it can compute the whole query itself.
    #[error("the source `{source_id}` could not compute this: {details}")]
    NotAtSource { source_id: String, details: Arc<str> },
    /// Not an error of the query: the plan has to run before the query can be compiled.
    #[error("a look at the data is needed first")]
    Look(Box<LogicalPlan>),
    #[error("internal: {details}")]
    Internal { details: Arc<str> },
}

impl EngineError {
    pub fn source(source_id: impl Into<String>, details: impl std::fmt::Display) -> Self {
        Self::Source { source_id: source_id.into(), details: details.to_string().into() }
    }

    pub fn internal(details: impl std::fmt::Display) -> Self {
        Self::Internal { details: details.to_string().into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid { message: message.into() }
    }

    /// Says in which step of a pipeline, counted from 1, something cannot work.
    pub(crate) fn at_step(self, number: usize, step: &Step) -> Self {
        match self {
            Self::Invalid { message } => {
                Self::Invalid { message: format!("step {number} (`{}`): {message}", step.name()) }
            }
            Self::UnknownColumn { column, context, suggestion } => {
                let step = format!("step {number} (`{}`)", step.name());
                let context = match context.as_str() {
                    STEP_INPUT => format!("the input of {step}"),
                    inner => format!("{inner} inside {step}"),
                };
                Self::UnknownColumn { column, context, suggestion }
            }
            other => other,
        }
    }

    /// The same, known only once the steps ran.
    pub(crate) fn while_running(self) -> Self {
        match self {
            Self::Invalid { message } => Self::Failed { message },
            other => other,
        }
    }

    /// Says in which step something failed while it ran, where it did.
    pub(crate) fn failed_at(self, number: usize, step: &Step) -> Self {
        match self {
            Self::Failed { message } => Self::Invalid { message }.at_step(number, step),
            other => other,
        }
    }

    /// Whether it is the same failure, of the same value where it is one of a value.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Failed { message }, Self::Failed { message: other }) => message == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// Whether only running tells which step it is.
    pub(crate) fn names_no_step(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::MemoryLimit { .. } | Self::Timeout { .. })
    }

    /// One sentence for the person in front of the chart.
    pub fn reader_message(&self) -> String {
        match self {
            Self::Timeout { limit_ms } => {
                format!("This took longer than {} s and was stopped.", limit_ms.div_ceil(1000))
            }
            Self::MemoryLimit { .. } => "This needs more memory than one query may use.".into(),
            Self::TooManyRows { limit } => format!("This has more than {limit} rows; narrow it with a filter."),
            Self::Busy => "The server is answering many questions right now; try again in a moment.".into(),
            Self::UnknownColumn { column, suggestion: Some(similar), .. } => {
                format!("There is no column `{column}`; did you mean `{similar}`?")
            }
            Self::UnknownColumn { column, .. } => format!("There is no column `{column}`."),
            Self::NotPermittedColumn { .. } => "This shows a column that you may not see.".into(),
            Self::UnknownDataset { dataset } => format!("There is no dataset `{dataset}`."),
            Self::Invalid { message } | Self::Failed { message } => message.clone(),
            Self::Source { source_id, .. } | Self::NotAtSource { source_id, .. } => {
                format!("The source `{source_id}` could not be read.")
            }
            Self::Look(_) | Self::Internal { .. } => "Something went wrong here; the log has the details.".into(),
        }
    }
}

impl From<ArrowError> for EngineError {
    fn from(error: ArrowError) -> Self {
        DataFusionError::from(error).into()
    }
}

impl From<DataFusionError> for EngineError {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            // The library would rather have written to a disk.
            DataFusionError::ResourcesExhausted(details) if details.starts_with("Memory Exhausted") => {
                Self::MemoryLimit { details: "what it sorts or groups does not fit".into() }
            }
            DataFusionError::ResourcesExhausted(details) => Self::MemoryLimit { details: details.as_str().into() },
            DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) | DataFusionError::ParquetError(_) => {
                Self::Source { source_id: "files".into(), details: error.to_string().into() }
            }
            DataFusionError::ArrowError(reason, _) if is_of_a_file(reason) => {
                Self::Source { source_id: "files".into(), details: reason.to_string().into() }
            }
            DataFusionError::External(inner) => match inner.downcast_ref::<EngineError>() {
                Some(own) => own.clone(),
                None => Self::Internal { details: error.to_string().into() },
            },
            DataFusionError::Plan(reason)
            | DataFusionError::Execution(reason)
            | DataFusionError::NotImplemented(reason)
                if wants_literal(reason) =>
            {
                Self::invalid("an argument of a function is read from a column, and has to be written as a number")
            }
            DataFusionError::NotImplemented(reason) if reason.contains("OuterReferenceColumn") => {
                Self::invalid(TOO_CORRELATED)
            }
            DataFusionError::Plan(reason) if is_of_the_query(reason) => Self::invalid(ours(reason)),
            // What a function cannot compute of a value, and what the library has no way to run.
            DataFusionError::Execution(reason) => {
                Self::invalid(format!("a value cannot be computed: {}", ours(reason)))
            }
            DataFusionError::NotImplemented(reason) => {
                Self::invalid(format!("this cannot be computed here: {}", ours(reason)))
            }
            DataFusionError::ArrowError(reason, _) => match (of_a_value(reason), reason.as_ref()) {
                (Some(told), ArrowError::CastError(_)) => {
                    Self::invalid(format!("a value cannot be computed: {told}; `try_cast` gives null there instead"))
                }
                (Some(told), _) => Self::invalid(format!("a value cannot be computed: {told}")),
                (None, _) => Self::Internal { details: error.to_string().into() },
            },
            _ => Self::Internal { details: error.to_string().into() },
        }
    }
}

/// How the library says that it cannot read an argument from a column.
fn wants_literal(reason: &str) -> bool {
    ["must be a literal", "only support Literal types", "signed integer literal"]
        .iter()
        .any(|told| reason.contains(told))
}

/// Of what only `customsql` can ask, and the library refuses late.
fn is_of_the_query(reason: &str) -> bool {
    ["LIMIT must be", "OFFSET must be", "Invalid window frame", "Percentile value must be"]
        .iter()
        .any(|told| reason.starts_with(told))
}

fn is_of_a_file(error: &ArrowError) -> bool {
    matches!(error, ArrowError::ParquetError(_) | ArrowError::CsvError(_))
}

/// What cannot be computed of a value, without the names that the library gives its errors.
fn of_a_value(error: &ArrowError) -> Option<String> {
    let reason = match error {
        ArrowError::DivideByZero => return Some("it is divided by zero".to_owned()),
        ArrowError::InvalidArgumentError(reason) if reason.contains("non UTF-8") => {
            return Some("it holds bytes that are no text; `encode(…, 'hex')` writes them".to_owned());
        }
        ArrowError::ArithmeticOverflow(reason)
        | ArrowError::CastError(reason)
        | ArrowError::ComputeError(reason)
        | ArrowError::ParseError(reason) => reason,
        _ => return None,
    };
    Some(ours(reason))
}
