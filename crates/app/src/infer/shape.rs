//! Tables with a column more, with some columns only, or with computed ones.

use indexmap::IndexMap;

use super::{ColumnType, Context, Inferred, Problem, TableSchema, column};
use crate::steps::aggregate::Aggregation;

pub(crate) fn with(mut schema: TableSchema, name: &str, kind: ColumnType) -> TableSchema {
    schema.columns.insert(name.to_owned(), kind);
    schema
}

/// These columns of the table; of one that is not there, which is said, nothing is known.
pub(crate) fn select(names: &[String], schema: &TableSchema, context: &Context<'_>) -> TableSchema {
    let kind = |name| context.or(column(schema, name), ColumnType::Unknown);
    TableSchema::new(names.iter().map(|name| (name.clone(), kind(name))))
}

/// The columns that aggregations compute; of one that cannot be computed, which is said, nothing is known.
pub(crate) fn summaries(
    aggregations: &[Aggregation],
    schema: &TableSchema,
    context: &Context<'_>,
) -> IndexMap<String, ColumnType> {
    let mut columns = IndexMap::new();
    for aggregation in aggregations {
        for (source, new) in aggregation.columns.iter().zip(&aggregation.newcolumns) {
            let kind = aggregation.aggfunction.result(source, schema);
            columns.insert(new.clone(), context.or(kind, ColumnType::Unknown));
        }
    }
    columns
}

/// These columns, which have to have names of their own.
pub(crate) fn distinct(columns: impl IntoIterator<Item = (String, ColumnType)>) -> Inferred {
    let mut known = IndexMap::new();
    for (name, kind) in columns {
        if known.contains_key(&name) {
            return Err(Problem::new(format!("two columns would be called `{name}`"))
                .hint("give one of them another name, in this step or with a `rename` before it"));
        }
        known.insert(name, kind);
    }
    Ok(TableSchema::new(known))
}
