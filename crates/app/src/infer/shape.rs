//! Tables with a column more, with some columns only, or with computed ones.

use indexmap::IndexMap;

use super::{ColumnType, Inferred, Problem, TableSchema, column};
use crate::steps::aggregate::Aggregation;

pub(crate) fn with(mut schema: TableSchema, name: &str, kind: ColumnType) -> TableSchema {
    schema.columns.insert(name.to_owned(), kind);
    schema
}

pub(crate) fn select(names: &[String], schema: &TableSchema) -> Inferred {
    let mut columns = IndexMap::new();
    for name in names {
        columns.insert(name.clone(), column(schema, name)?);
    }
    Ok(TableSchema::new(columns))
}

/// The columns that aggregations compute.
pub(crate) fn summaries(aggregations: &[Aggregation], schema: &TableSchema) -> Inferred<IndexMap<String, ColumnType>> {
    let mut columns = IndexMap::new();
    for aggregation in aggregations {
        for (source, new) in aggregation.columns.iter().zip(&aggregation.newcolumns) {
            columns.insert(new.clone(), aggregation.aggfunction.result(source, schema)?);
        }
    }
    Ok(columns)
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
