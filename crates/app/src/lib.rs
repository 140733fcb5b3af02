//! The app model: configuration files to a typed, validated, immutable app.

pub mod condition;
pub mod config;
mod dataset;
mod diagnostic;
pub mod formula;
pub mod infer;
mod permissions;
mod pipeline;
mod privilege;
pub mod query;
pub mod schema;
mod source;
pub mod steps;
pub mod template;
pub mod value;

pub use condition::Condition;
pub use dataset::{Dataset, DatasetInput, Metric};
pub use diagnostic::{Diagnostic, Severity};
pub use permissions::{BoundRule, ColumnRule, Operand, Permissions, RowPermissions, RowRule, UnboundCondition};
pub use pipeline::Pipeline;
pub use privilege::Privilege;
pub use query::{Query, Reader};
pub use source::{CsvOptions, Source, SourceKind, SourceSchemas};
pub use steps::Step;
pub use value::Value;
