//! One step over a table of every type, for the tests of what steps tell of their columns.

use serde_json::{Value as Json, json};

use super::{Mistake, infer, infer_all};
use crate::schema::{ColumnType, TableSchema};
use crate::steps::Step;

fn after(step: Json) -> Result<TableSchema, Mistake> {
    let step: Step = serde_json::from_value(step).unwrap();
    let columns = [
        ("text", ColumnType::Text),
        ("other", ColumnType::Text),
        ("integer", ColumnType::Integer),
        ("float", ColumnType::Float),
        ("flag", ColumnType::Boolean),
        ("date", ColumnType::Date),
        ("geometry", ColumnType::Geometry),
    ];
    infer(&[step], TableSchema::new(columns.map(|(name, kind)| (name.to_owned(), kind))), &|_| None)
}

/// The columns after a step as `name type`, and `…` where others may come too.
pub(crate) fn columns(step: Json) -> String {
    let schema = after(step).unwrap();
    let known = schema.columns.iter().map(|(name, kind)| format!("{name} {kind:?}").to_lowercase());
    known.chain(schema.open.map(|kind| format!("… {kind:?}").to_lowercase())).collect::<Vec<_>>().join(", ")
}

/// What is wrong with a step, and the hint.
pub(crate) fn mistake(step: Json) -> String {
    let mistake = after(step).unwrap_err();
    format!("{}; {}", mistake.message, mistake.hint.unwrap_or_default())
}

/// What is said of a step over these columns: `error: …`, `doubt: …` or nothing.
pub(crate) fn told<const N: usize>(step: Json, columns: [(&str, ColumnType); N]) -> String {
    let step: Step = serde_json::from_value(step).unwrap();
    let schema = TableSchema::new(columns.map(|(name, kind)| (name.to_owned(), kind)));
    let found = infer_all(&[step], schema, &|_| None);
    let said = |word: &str, what: &Mistake| format!("{word}: {what}; {}", what.hint.clone().unwrap_or_default());
    match (found.mistakes.as_slice(), found.doubts.as_slice()) {
        ([], []) => String::new(),
        ([mistake], []) => said("error", mistake),
        ([], [doubt]) => said("doubt", doubt),
        (mistakes, doubts) => panic!("one thing at a time: {mistakes:?} {doubts:?}"),
    }
}

/// The columns after a pivot whose rows make columns of floats and a step that takes the rows of another table, which has
/// `region` as well, `since` and `n`.
pub(crate) fn with_another_after_a_pivot(step: Json) -> TableSchema {
    let schema = |columns: &[(&str, ColumnType)]| {
        TableSchema::new(columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)))
    };
    let other = schema(&[("region", ColumnType::Text), ("since", ColumnType::Date), ("n", ColumnType::Float)]);
    let input = schema(&[("region", ColumnType::Text), ("kind", ColumnType::Text), ("n", ColumnType::Integer)]);
    let pivot = json!({"name": "pivot", "index": ["region"], "columnToPivot": "kind", "valueColumn": "n", "aggFunction": "avg"});
    let steps: Vec<Step> = serde_json::from_value(json!([pivot, step])).unwrap();
    infer(&steps, input, &|_| Some(other.clone())).unwrap()
}
