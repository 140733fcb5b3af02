//! The query engine: steps to one plan, permissions, cache, limits.

pub mod answer;
pub mod catalog;
mod column_type;
mod compile;
mod condition;
mod counted;
pub mod encode;
pub mod error;
mod execute;
mod explain;
mod expression;
mod flight;
mod functions;
pub mod geometry;
mod look;
mod memory;
mod operators;
mod parallel;
pub mod policy;
mod prepared;
mod pushdown;
mod queue;
mod run;
pub mod sql;
pub mod standalone;
mod steps;
mod table;

pub use answer::Answer;
pub use catalog::{Catalog, TableVersion};
pub use column_type::{canonical_type, column_type, field_type};
pub use counted::Counted;
pub use error::EngineError;
pub use explain::{Explanation, Sent};
pub use policy::{PolicyError, SecuredQuery, secure};
pub use queue::Share;
pub use run::{Engine, EngineSettings, EngineStatistics};
