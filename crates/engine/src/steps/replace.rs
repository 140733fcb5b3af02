//! `replace`: replaces values of a column by others, all at once.

use aracari_app::Value;
use aracari_app::steps::replace::Replace;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::{Case, Expr};

use crate::column_type::{literal, unite};
use crate::condition::{as_listed, fitted};
use crate::error::EngineError;
use crate::expression::as_type;
use crate::table::Table;

pub(super) fn compile(step: &Replace, table: Table) -> Result<Table, EngineError> {
    let (source, kind) = table.typed(&step.search_column)?;
    let mut common = kind;
    let mut pairs = Vec::with_capacity(step.to_replace.len());
    for (old, new) in &step.to_replace {
        let new = literal(&new.fitted(kind)).ok_or_else(|| EngineError::invalid("a list cannot replace a value"))?;
        let own = table.type_of(&new)?;
        common = unite(common, own);
        pairs.push((old, new, own));
    }
    let mut kept = as_type(source.clone(), kind, common);
    let mut replaced = Vec::new();
    for (old, new, own) in pairs {
        let new = as_type(new, own, common);
        if *old == Value::Null {
            kept = coalesce(vec![kept, new]);
        } else if let Some(old) = fitted(old, kind) {
            replaced.extend(as_listed(old).into_iter().map(|old| (Box::new(old), Box::new(new.clone()))));
        }
    }
    let value = if replaced.is_empty() {
        kept
    } else {
        Expr::Case(Case::new(Some(Box::new(source)), replaced, Some(Box::new(kept))))
    };
    table.with_columns(vec![(step.search_column.clone(), value)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn values_are_replaced_all_at_once() {
        for (column, pairs, expected) in [
            (json!(["a", "b", "c", null]), json!([["a", "b"], ["b", "a"]]), json!(["b", "a", "c", null])),
            (json!(["a", null]), json!([[null, "none"], ["a", null]]), json!([null, "none"])),
            (json!([1, 2, null]), json!([[1, 10], ["2", 20], ["x", 30]]), json!([10, 20, null])),
            (json!([1, 2, null]), json!([[1, 0.5]]), json!([0.5, 2.0, null])),
            (json!([1, 2, null]), json!([[1, "one"]]), json!(["one", "2", null])),
            (json!([1.5, 2.0]), json!([[2, 3]]), json!([1.5, 3.0])),
            (json!([true, false]), json!([[true, "yes"], [false, "no"]]), json!(["yes", "no"])),
            (
                json!(["2020-01-01T00:00:00Z", null]),
                json!([["2020-01-01", "2021-01-01"]]),
                json!(["2021-01-01T00:00:00Z", null]),
            ),
            (json!(["a"]), json!([]), json!(["a"])),
        ] {
            let steps = json!([{"name": "replace", "searchColumn": "c", "toReplace": pairs}]);
            assert_eq!(run(table(json!({"c": column})), steps), json!({"c": expected}), "{column} by {pairs}");
        }
    }

    #[test]
    fn a_list_is_no_value() {
        let steps = json!([{"name": "replace", "search_column": "c", "to_replace": [["a", ["b"]]]}]);
        assert!(failure(table(json!({"c": ["a"]})), steps).contains("list"));
    }
}
