//! The app model: configuration files to a typed, validated, immutable app.

mod app;
mod choices;
mod compile;
pub mod condition;
pub mod config;
mod dataset;
mod diagnostic;
pub mod formula;
pub mod infer;
mod json_schema;
mod load;
mod parts;
mod permissions;
mod pipeline;
mod place;
pub mod presentation;
mod privilege;
pub mod query;
mod relative_date;
mod resolve;
pub mod schema;
pub mod search_pattern;
mod source;
mod spelling;
pub mod steps;
pub mod template;
pub mod value;
pub mod written;
mod yaml;

pub use app::App;
pub use choices::{Choice, CompiledFilter, CompiledView};
pub use condition::Condition;
pub use dataset::{Dataset, DatasetInput, Metric};
pub use diagnostic::{Diagnostic, Severity, shortened};
pub use json_schema::{SCHEMA_KINDS, schema_json};
pub use load::{Loaded, PipelineFinding, PipelinePlaces, check_pipeline, check_variables, read_yaml};
pub use permissions::{BoundRule, ColumnRule, Operand, Permissions, RowPermissions, RowRule, UnboundCondition};
pub use pipeline::Pipeline;
pub use presentation::Presentation;
pub use privilege::Privilege;
pub use query::{Query, Reader};
pub use resolve::{PageRef, QueryRequest, ResolveError, ResolvedBlock, VALUES_LIMIT};
pub use source::{
    CsvOptions, EnvironmentSecret, FileSecret, Postgresql, Relation, SecretReference, Source, SourceKind,
    SourceSchemas, Tls,
};
pub use steps::Step;
pub use value::Value;
