//! The app model: configuration files to a typed, validated, immutable app.

pub mod condition;
pub mod query;
pub mod schema;
pub mod steps;
pub mod value;

pub use condition::Condition;
pub use query::{Query, Reader};
pub use steps::Step;
pub use value::Value;
