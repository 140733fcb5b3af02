//! `custom`: a native query of a MongoDB source, as it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem};
use crate::schema::TableSchema;

/// A native query of a MongoDB source, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Custom {
    /// The query, in the source's own language.
    pub query: String,
}

/// Why no source can run it.
pub const REFUSED: &str = "`custom` is a query in the language of MongoDB, and this source is none";

impl Columns for Custom {
    fn infer(&self, _input: TableSchema, _context: &Context<'_>) -> Inferred {
        Err(Problem::new(REFUSED).hint("use other steps in its place, such as `filter`, `aggregate` or `customsql`"))
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::mistake;
    use serde_json::json;

    #[test]
    fn it_is_refused_with_what_to_do() {
        assert!(mistake(json!({"name": "custom", "query": "[]"})).contains("`customsql`"));
    }
}
