//! One table grouped by several sets of keys at once, as a rollup and totals need it.
//!
//! The rows are read once: summarised by all keys first where the functions allow it, then taken once for each set, with
//! the keys that the set leaves out as null.

use aracari_app::schema::ColumnType;
use aracari_app::steps::aggregate::{AggregateFunction, Aggregation};
use arrow::datatypes::DataType;
use datafusion::common::{Column, ScalarValue, UnnestOptions};
use datafusion::functions_aggregate::expr_fn::{count, max, min};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, in_list, lit, when};

use super::aggregate::summary;
use crate::error::EngineError;
use crate::exact::sum;
use crate::table::{Names, OrderKey, Table, column};

/// The groups of every set, under hidden names.
pub(super) struct Groups {
    pub(super) plan: LogicalPlan,
    /// The number of the set that a group is of, from 0.
    pub(super) set: String,
    /// The keys in their order; null where the set leaves a key out.
    pub(super) keys: Vec<String>,
    /// The new columns and where they are.
    pub(super) values: Vec<(String, String)>,
}

/// Every row once for each set, and the hidden column with the set's number.
pub(super) fn repeated(plan: LogicalPlan, sets: usize, names: &Names) -> Result<(LogicalPlan, String), EngineError> {
    let set = names.next();
    let kept = plan.schema().fields().iter().map(|field| column(field.name())).collect();
    let plan = unnested(plan, kept, vec![(numbers(sets), set.clone())])?;
    Ok((plan, set))
}

/// The numbers from 0 to these many as a list.
pub(super) fn numbers(count: usize) -> Expr {
    let numbers = (0..count).map(|number| ScalarValue::Int64(i64::try_from(number).ok()));
    list(&numbers.collect::<Vec<_>>(), &DataType::Int64)
}

pub(super) fn list(values: &[ScalarValue], kind: &DataType) -> Expr {
    Expr::Literal(ScalarValue::List(ScalarValue::new_list(values, kind, true)), None)
}

/// Every row once for each value of lists that are all as long, whose values get these names.
pub(super) fn unnested(
    plan: LogicalPlan,
    kept: Vec<Expr>,
    lists: Vec<(Expr, String)>,
) -> Result<LogicalPlan, EngineError> {
    let columns = lists.iter().map(|(_, name)| Column::from_name(name)).collect();
    let expressions = kept.into_iter().chain(lists.into_iter().map(|(list, name)| list.alias(name)));
    let plan = LogicalPlanBuilder::from(plan).project(expressions)?;
    Ok(plan.unnest_columns_with_options(columns, UnnestOptions::default())?.build()?)
}

/// The value in these sets and null in all others.
pub(super) fn only_in(set: &str, members: &[usize], sets: usize, value: Expr) -> Result<Expr, EngineError> {
    if members.len() == sets {
        return Ok(value);
    }
    Ok(when(is_in(set, members), value).end()?)
}

/// One value in these sets and another in all others.
pub(super) fn where_in(set: &str, members: &[usize], value: Expr, otherwise: Expr) -> Result<Expr, EngineError> {
    Ok(when(is_in(set, members), value).otherwise(otherwise)?)
}

/// True in these sets.
pub(super) fn is_in(set: &str, members: &[usize]) -> Expr {
    let numbers = members.iter().map(|number| lit(i64::try_from(*number).unwrap_or(i64::MAX))).collect();
    in_list(column(set), numbers, false)
}

/// Asks that a step names each of its keys once.
pub(super) fn each_once(step: &str, keys: &[String]) -> Result<(), EngineError> {
    match keys.iter().enumerate().find(|(position, key)| keys[..*position].contains(key)) {
        Some((_, twice)) => Err(EngineError::invalid(format!("`{step}` groups by `{twice}` twice; name it once"))),
        None => Ok(()),
    }
}

/// A column of rows that stand above groups: what it is in the rows, and what in the groups.
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) above: Expr,
    pub(super) below: Expr,
}

/// Rows in their order, and below them groups in the order of these keys.
pub(super) fn stacked(
    rows: Table,
    groups: Table,
    keys: Vec<(Expr, bool)>,
    columns: Vec<Shared>,
) -> Result<Table, EngineError> {
    let shown = columns.iter().map(|shared| (shared.name.clone(), shared.below.clone())).collect();
    let groups = groups.ordered_anew(keys, false)?.project(shown)?.with_position()?;
    let rows = rows.with_position()?;
    let (Some(row), Some(group)) = (rows.order().first(), groups.order().first()) else {
        return Err(EngineError::internal("the rows have no position"));
    };
    let [part, position] = std::array::from_fn(|_| rows.names().next());
    let mut above = vec![lit(0_i64).alias(&part), column(&row.column).alias(&position)];
    let mut below = vec![lit(1_i64).alias(&part), column(&group.column).alias(&position)];
    let order = [part, position].map(|column| OrderKey { column, ascending: true }).to_vec();
    let mut visible = Vec::with_capacity(columns.len());
    for shared in columns {
        above.push(shared.above.alias(&shared.name));
        below.push(column(&shared.name));
        visible.push(shared.name);
    }
    let lower = LogicalPlanBuilder::from(groups.plan().clone()).project(below)?.build()?;
    let plan = LogicalPlanBuilder::from(rows.plan().clone()).project(above)?.union(lower)?.build()?;
    Ok(Table::from_parts(plan, visible, order, &rows))
}

/// Groups a table by each set of keys; a set holds the positions of its keys in `keys`.
pub(super) fn grouped(
    table: &Table,
    keys: &[String],
    sets: &[Vec<usize>],
    aggregations: &[Aggregation],
) -> Result<Groups, EngineError> {
    let wanted = wanted(aggregations)?;
    let names = table.names();
    let mut by = Vec::new();
    for key in keys {
        by.push((names.next(), table.column(key)?));
    }
    let rounds: Option<Vec<TwoRounds>> =
        wanted.iter().map(|(_, function, source)| TwoRounds::of(*function, source, table)).collect::<Result<_, _>>()?;

    let (plan, finals) = match &rounds {
        Some(rounds) => {
            let first = rounds.iter().flat_map(|round| round.first.clone()).collect::<Vec<_>>();
            let plan = LogicalPlanBuilder::from(table.plan().clone())
                .aggregate(by.iter().map(|(name, key)| key.clone().alias(name)).collect::<Vec<_>>(), first)?
                .build()?;
            (plan, rounds.iter().map(|round| round.second.clone()).collect::<Vec<_>>())
        }
        None => {
            let ordered = table.clone().with_explicit_order()?;
            let mut expressions: Vec<Expr> =
                ordered.plan().schema().fields().iter().map(|field| column(field.name())).collect();
            expressions.extend(by.iter().map(|(name, key)| key.clone().alias(name)));
            let plan = LogicalPlanBuilder::from(ordered.plan().clone()).project(expressions)?.build()?;
            let finals = wanted
                .iter()
                .map(|(_, function, source)| summary(*function, source, false, &ordered))
                .collect::<Result<Vec<_>, _>>()?;
            (plan, finals)
        }
    };

    let (plan, set) = repeated(plan, sets.len(), names)?;
    let mut expressions: Vec<Expr> = plan
        .schema()
        .fields()
        .iter()
        .filter(|field| !by.iter().any(|(name, _)| name == field.name()))
        .map(|field| column(field.name()))
        .collect();
    for (position, (name, _)) in by.iter().enumerate() {
        let members: Vec<usize> = (0..sets.len()).filter(|number| sets[*number].contains(&position)).collect();
        expressions.push(only_in(&set, &members, sets.len(), column(name))?.alias(name));
    }
    let mut group_keys = vec![column(&set)];
    group_keys.extend(by.iter().map(|(name, _)| column(name)));
    let values: Vec<(String, String)> = wanted.into_iter().map(|(new, _, _)| (new, names.next())).collect();
    let summaries: Vec<Expr> =
        finals.into_iter().zip(&values).map(|(expression, (_, raw))| expression.alias(raw)).collect();
    let plan = LogicalPlanBuilder::from(plan).project(expressions)?.aggregate(group_keys, summaries)?.build()?;
    Ok(Groups { plan, set, keys: by.into_iter().map(|(name, _)| name).collect(), values })
}

/// What is computed of what, by the name it gets; of two with one name the later counts.
fn wanted(aggregations: &[Aggregation]) -> Result<Vec<(String, AggregateFunction, String)>, EngineError> {
    let mut wanted: Vec<(String, AggregateFunction, String)> = Vec::new();
    for aggregation in aggregations {
        if aggregation.columns.len() != aggregation.newcolumns.len() {
            return Err(EngineError::invalid("`columns` and `newcolumns` of an aggregation have the same length"));
        }
        for (source, new) in aggregation.columns.iter().zip(&aggregation.newcolumns) {
            wanted.retain(|(known, _, _)| known != new);
            wanted.push((new.clone(), aggregation.aggfunction, source.clone()));
        }
    }
    Ok(wanted)
}

/// A function computed of rows, then of groups of rows.
struct TwoRounds {
    first: Vec<Expr>,
    second: Expr,
}

impl TwoRounds {
    /// `None` where the groups alone do not tell the answer.
    fn of(function: AggregateFunction, source: &str, table: &Table) -> Result<Option<Self>, EngineError> {
        let plain = summary(function, source, false, table)?;
        let (value, kind) = table.typed(source)?;
        let part = table.names().next();
        let round = |first: Expr, second: Expr| Some(Self { first: vec![first.alias(&part)], second });
        Ok(match function {
            AggregateFunction::Min => round(plain, min(column(&part))),
            AggregateFunction::Max => round(plain, max(column(&part))),
            AggregateFunction::Count | AggregateFunction::CountDistinctIncludingEmpty => {
                round(plain, sum(column(&part)))
            }
            AggregateFunction::Sum => {
                let number = if kind == ColumnType::Boolean { cast(value, DataType::Int64) } else { value };
                round(sum(number), summed(&part, kind))
            }
            AggregateFunction::Avg => {
                let rows = table.names().next();
                let average = sum(column(&part)) / cast(sum(column(&rows)), DataType::Float64);
                Some(Self {
                    first: vec![sum(cast(value.clone(), DataType::Float64)).alias(&part), count(value).alias(&rows)],
                    second: average,
                })
            }
            AggregateFunction::CountDistinct | AggregateFunction::First | AggregateFunction::Last => None,
        })
    }
}

/// The sum of a column; of nothing but nulls it is 0.
pub(super) fn summed(name: &str, kind: ColumnType) -> Expr {
    let zero = if kind == ColumnType::Float { lit(0.0) } else { lit(0_i64) };
    datafusion::functions::core::expr_fn::coalesce(vec![sum(column(name)), zero])
}
