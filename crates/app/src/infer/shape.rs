//! The columns after steps that add, remove, rename or group columns.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::{ColumnType, Inferred, Problem, TableSchema, column, date_column, describe, unite};
use crate::steps::aggregate::{Aggregate, AggregateFunction, Aggregation};
use crate::steps::convert::{Convert, ConvertType};
use crate::steps::dateextract::Dateextract;
use crate::steps::join::Join;
use crate::steps::percentage::Percentage;

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

/// Names that do not exist are no mistake: the column is gone either way.
pub(crate) fn delete(names: &[String], mut schema: TableSchema) -> Inferred {
    schema.columns.retain(|name, _| !names.contains(name));
    if schema.columns.is_empty() && !schema.open {
        return Err(Problem::new("this deletes every column"));
    }
    Ok(schema)
}

pub(crate) fn rename(pairs: &[(String, String)], schema: TableSchema) -> Inferred {
    for (old, _) in pairs {
        column(&schema, old)?;
    }
    let (mut columns, open) = (IndexMap::new(), schema.open);
    for (name, kind) in schema.columns {
        let new = pairs.iter().find(|(old, _)| *old == name).map_or(&name, |(_, new)| new);
        if columns.insert(new.clone(), kind).is_some() {
            return Err(Problem::new(format!("two columns would be called `{new}`")));
        }
    }
    Ok(TableSchema { columns, open })
}

pub(crate) fn aggregate(step: &Aggregate, schema: &TableSchema) -> Inferred {
    let keep = step.keep_original_granularity.unwrap_or(false);
    let mut columns = select(&step.on, schema)?.columns;
    if keep {
        columns.clone_from(&schema.columns);
    }
    columns.extend(summaries(&step.aggregations, schema)?);
    if columns.is_empty() {
        return Err(Problem::new("an aggregation needs columns to group on, or something to compute"));
    }
    Ok(TableSchema { columns, open: keep && schema.open })
}

/// The columns that aggregations compute.
pub(crate) fn summaries(aggregations: &[Aggregation], schema: &TableSchema) -> Inferred<IndexMap<String, ColumnType>> {
    let mut columns = IndexMap::new();
    for aggregation in aggregations {
        if aggregation.columns.len() != aggregation.newcolumns.len() {
            return Err(Problem::new("`columns` and `newcolumns` of an aggregation have the same length"));
        }
        for (source, new) in aggregation.columns.iter().zip(&aggregation.newcolumns) {
            let kind = column(schema, source)?;
            columns.insert(new.clone(), aggregated(aggregation.aggfunction, source, kind)?);
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

fn aggregated(function: AggregateFunction, name: &str, kind: ColumnType) -> Inferred<ColumnType> {
    let numbers = |label: &str| match kind {
        ColumnType::Text | ColumnType::Date | ColumnType::Geometry => {
            Err(Problem::new(format!("`{label}` needs numbers, and `{name}` holds {}", describe(kind))))
        }
        _ => Ok(()),
    };
    match function {
        AggregateFunction::Avg => numbers("avg").map(|()| ColumnType::Float),
        AggregateFunction::Sum => {
            numbers("sum")?;
            Ok(if kind == ColumnType::Boolean { ColumnType::Integer } else { kind })
        }
        AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::First | AggregateFunction::Last => {
            Ok(kind)
        }
        AggregateFunction::Count
        | AggregateFunction::CountDistinct
        | AggregateFunction::CountDistinctIncludingEmpty => Ok(ColumnType::Integer),
    }
}

/// The left columns, then the right ones that are not keys; a name that clashes takes `_JOIN`, then `_JOIN_1` and on.
pub(crate) fn join(step: &Join, schema: TableSchema, right: &TableSchema) -> Inferred {
    for (left_key, right_key) in &step.on {
        column(&schema, left_key)?;
        column(right, right_key)?;
    }
    if step.on.is_empty() {
        return Err(Problem::new("a join needs at least one pair of columns in `on`"));
    }
    let known: Vec<String> = schema.columns.keys().cloned().collect();
    let mut joined = schema;
    joined.open |= right.open;
    for (name, target) in step.added_columns(known.iter().map(String::as_str), right.columns.keys().map(String::as_str))
    {
        joined.columns.insert(target, right.columns.get(&name).copied().unwrap_or(ColumnType::Unknown));
    }
    Ok(joined)
}

impl Join {
    /// The right columns that the join adds, each with the name it gets.
    pub fn added_columns<'a>(
        &self,
        left: impl Iterator<Item = &'a str>,
        right: impl Iterator<Item = &'a str>,
    ) -> Vec<(String, String)> {
        let mut taken: HashSet<String> = left.map(str::to_owned).collect();
        let mut names = Vec::new();
        for name in right {
            if self.on.iter().any(|(left_key, right_key)| right_key == name && left_key == name) {
                continue;
            }
            let mut target = name.to_owned();
            let mut number = 0;
            while !taken.insert(target.clone()) {
                target = if number == 0 { format!("{name}_JOIN") } else { format!("{name}_JOIN_{number}") };
                number += 1;
            }
            names.push((name.to_owned(), target));
        }
        names
    }
}

pub(crate) fn append(schema: TableSchema, others: Vec<TableSchema>) -> TableSchema {
    let open = schema.open || others.iter().any(|other| other.open);
    let mut columns = schema.columns;
    for other in others {
        for (name, kind) in other.columns {
            let united = columns.get(&name).map_or(kind, |known| unite(*known, kind));
            columns.insert(name, united);
        }
    }
    TableSchema { columns, open }
}

pub(crate) fn dateextract(step: &Dateextract, schema: TableSchema) -> Inferred {
    date_column(&schema, &step.column)?;
    if step.new_columns.len() > step.date_info.len() {
        return Err(Problem::new("`newColumns` has more names than `dateInfo` has parts"));
    }
    Ok(step.names().into_iter().fold(schema, |schema, name| with(schema, &name, ColumnType::Integer)))
}

impl Dateextract {
    /// The name of each new column: the given one, else the column and the part.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let default = |index: usize| {
            let part = serde_json::to_value(self.date_info[index]).ok();
            format!("{}_{}", self.column, part.as_ref().and_then(|part| part.as_str()).unwrap_or_default())
        };
        (0..self.date_info.len())
            .map(|index| self.new_columns.get(index).cloned().unwrap_or_else(|| default(index)))
            .collect()
    }
}

pub(crate) fn convert(step: &Convert, schema: TableSchema) -> Inferred {
    let kind = match step.data_type {
        ConvertType::Integer => ColumnType::Integer,
        ConvertType::Float => ColumnType::Float,
        ConvertType::Text => ColumnType::Text,
        ConvertType::Date => ColumnType::Date,
        ConvertType::Boolean => ColumnType::Boolean,
    };
    step.columns.iter().try_fold(schema, |schema, name| {
        column(&schema, name)?;
        Ok(with(schema, name, kind))
    })
}

pub(crate) fn percentage(step: &Percentage, schema: TableSchema) -> Inferred {
    let kind = column(&schema, &step.column)?;
    if matches!(kind, ColumnType::Text | ColumnType::Date | ColumnType::Geometry) {
        return Err(Problem::new(format!(
            "a percentage needs numbers, and `{}` holds {}",
            step.column,
            describe(kind)
        )));
    }
    for group in &step.group {
        column(&schema, group)?;
    }
    let name = step.new_column_name.clone().unwrap_or_else(|| format!("{}_PCT", step.column));
    Ok(with(schema, &name, ColumnType::Float))
}
