//! `rename`: gives columns other names, all at once, so that names can be swapped.

use aracari_app::steps::rename::Rename;

use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Rename, table: Table) -> Result<Table, EngineError> {
    for (old, _) in &step.to_rename {
        table.column(old)?;
    }
    let renamed = table.all().into_iter().map(|(name, expression)| {
        let new = step.to_rename.iter().find(|(old, _)| *old == name).map(|(_, new)| new.clone());
        (new.unwrap_or(name), expression)
    });
    let columns = renamed.collect();
    table.project(columns)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn names_can_be_swapped() {
        let input = table(json!({"a": [1], "b": [2]}));
        let steps = json!([{"name": "rename", "toRename": [["a", "b"], ["b", "a"]]}]);
        assert_eq!(run(input, steps), json!({"b": [1], "a": [2]}));
    }

    #[test]
    fn one_column_has_an_older_spelling() {
        let input = table(json!({"a": [1], "b": [2]}));
        assert_eq!(
            run(input, json!([{"name": "rename", "oldname": "a", "newname": "c"}])),
            json!({"c": [1], "b": [2]})
        );
    }

    #[test]
    fn two_columns_cannot_have_one_name() {
        let input = table(json!({"a": [1], "b": [2]}));
        assert!(failure(input, json!([{"name": "rename", "toRename": [["a", "b"]]}])).contains("two columns"));
    }
}
