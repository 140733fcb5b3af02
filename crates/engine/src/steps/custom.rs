//! `custom`: a native query of a MongoDB source, as it stands.

use aracari_app::steps::custom::{Custom, REFUSED};

use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(_step: &Custom, _table: Table) -> Result<Table, EngineError> {
    Err(EngineError::invalid(format!("{REFUSED}; use other steps in its place")))
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, table};
    use serde_json::json;

    #[test]
    fn it_is_refused_and_says_why() {
        let message = failure(table(json!({"a": [1]})), json!([{"name": "custom", "query": "[{\"$match\": {}}]"}]));
        assert!(
            message.contains("`custom`") && message.contains("MongoDB") && message.contains("other steps"),
            "{message}"
        );
    }
}
