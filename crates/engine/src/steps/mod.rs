//! Steps to plans: one file each, from typed parameters and the table so far to the next table.

mod absolutevalue;
mod addmissingdates;
mod aggregate;
mod append;
mod argmax;
mod argmin;
mod comparetext;
mod concatenate;
mod convert;
mod cumsum;
mod custom;
mod customsql;
mod dateextract;
mod dategranularity;
mod delete;
mod dissolve;
mod duplicate;
mod duration;
mod evolution;
mod fillna;
mod filter;
mod formula;
mod fromdate;
mod hierarchy;
mod ifthenelse;
mod join;
mod lowercase;
mod movingaverage;
mod percentage;
mod pivot;
mod rank;
mod rename;
mod replace;
mod replacetext;
mod restricted;
mod rollup;
mod select;
mod sets;
mod simplify;
mod sort;
mod split;
mod statistics;
mod substring;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod todate;
mod top;
mod totals;
mod trim;
mod uniquegroups;
mod unpivot;
mod uppercase;
mod waterfall;

use std::collections::{BTreeSet, HashMap};
use std::ptr;
use std::sync::Arc;

use aracari_app::Step;
use aracari_app::schema::ColumnType;
use aracari_app::steps::PipelineReference;
use datafusion::logical_expr::LogicalPlan;

pub use customsql::columns_of_sql;

use crate::error::EngineError;
use crate::fences::{MAX_PARTS, too_many_parts};
use crate::look::Seen;
use crate::stop;
use crate::table::Table;

/// How deep pipelines may be written inside one another.
const MAX_NESTING: usize = 16;

/// How many operations may follow one another: optimising a plan recurses, and a stack has an end. A step makes ten at most.
const MAX_OPERATIONS: usize = 5_000;

/// After how many steps the size of the plan is looked at.
const LOOKED_AT: usize = 4;

/// Where steps find other tables: always secured ones.
pub(crate) trait Datasets {
    /// The prepared rows of a dataset.
    fn dataset(&self, name: &str) -> Result<Table, EngineError>;

    /// The rows of a plan, in any order unless it sorts them, for a step whose columns depend on the data. Where they are not known yet, the answer is
    /// [`EngineError::Look`]: whoever compiles runs the plan and compiles again.
    fn look(&self, plan: LogicalPlan) -> Result<Arc<Seen>, EngineError>;
}

/// The table after all of these steps.
pub(crate) fn compile(steps: &[Step], table: Table, datasets: &dyn Datasets) -> Result<Table, EngineError> {
    compile_from(1, steps, table, datasets)
}

/// Like [`compile`], where the first of the steps is the `number`th of its pipeline.
pub(crate) fn compile_from(
    number: usize,
    steps: &[Step],
    table: Table,
    datasets: &dyn Datasets,
) -> Result<Table, EngineError> {
    compile_nested(number, steps, table, datasets, 0)
}

fn compile_nested(
    number: usize,
    steps: &[Step],
    table: Table,
    datasets: &dyn Datasets,
    depth: usize,
) -> Result<Table, EngineError> {
    let made = steps.iter().zip(number..).enumerate().try_fold(table, |table, (index, (step, number))| {
        let made = after(step, table, datasets, depth).and_then(|made| {
            // What stands in two places doubles with every step, and the next one may go through all of it.
            let is_large = index % LOOKED_AT == LOOKED_AT - 1 && operations(made.plan()).1 > MAX_PARTS;
            if is_large { Err(too_many_parts()) } else { Ok(made) }
        });
        made.map_err(|error| error.at_step(number, step))
    })?;
    if operations(made.plan()).0 > MAX_OPERATIONS {
        return Err(EngineError::invalid(
            "so many steps follow one another, those of the datasets that are read included, that they cannot be planned \
             together",
        ));
    }
    Ok(made)
}

/// The most operations of a plan that follow one another, and how many there are when what stands in several places is
/// counted in each.
fn operations(plan: &LogicalPlan) -> (usize, usize) {
    let mut known: HashMap<*const LogicalPlan, (usize, usize)> = HashMap::new();
    let mut waiting = vec![plan];
    while let Some(node) = waiting.last().copied() {
        let inputs = node.inputs();
        let unknown: Vec<_> =
            inputs.iter().copied().filter(|input| !known.contains_key(&ptr::from_ref(*input))).collect();
        if unknown.is_empty() {
            let below = inputs.iter().filter_map(|input| known.get(&ptr::from_ref(*input)));
            let counted =
                below.fold((0, 0_usize), |(most, all), (one, parts)| (most.max(*one), all.saturating_add(*parts)));
            known.insert(ptr::from_ref(node), (counted.0 + 1, counted.1.saturating_add(1)));
            waiting.pop();
        } else {
            waiting.extend(unknown);
        }
    }
    known.get(&ptr::from_ref(plan)).copied().unwrap_or_default()
}

fn after(step: &Step, table: Table, datasets: &dyn Datasets, depth: usize) -> Result<Table, EngineError> {
    stop::check()?;
    let mut others = others(step, &table, datasets, depth)?;
    let flow = restricted::Flow::of(step, &table, &others);
    let next = match step {
        Step::Domain(step) => datasets.dataset(&step.domain),
        Step::Select(step) => select::compile(step, table),
        Step::Delete(step) => delete::compile(step, table),
        Step::Rename(step) => rename::compile(step, table),
        Step::Filter(step) => filter::compile(step, table),
        Step::Formula(step) => formula::compile(step, table),
        Step::Ifthenelse(step) => ifthenelse::compile(step, table),
        Step::Aggregate(step) => aggregate::compile(step, table),
        Step::Join(step) => {
            let right = others.pop().ok_or_else(|| EngineError::internal("nothing to join with"))?;
            join::compile(step, table, right)
        }
        Step::Append(_) => append::compile(table, others),
        Step::Sort(step) => sort::compile(step, table),
        Step::Top(step) => top::compile(step, table),
        Step::Text(step) => text::compile(step, table),
        Step::Concatenate(step) => concatenate::compile(step, table),
        Step::Todate(step) => todate::compile(step, table),
        Step::Dategranularity(step) => dategranularity::compile(step, table),
        Step::Dateextract(step) => dateextract::compile(step, table),
        Step::Convert(step) => convert::compile(step, table),
        Step::Fillna(step) => fillna::compile(step, table),
        Step::Percentage(step) => percentage::compile(step, table),
        Step::Uniquegroups(step) => uniquegroups::compile(step, table),
        Step::Absolutevalue(step) => absolutevalue::compile(step, table),
        Step::Addmissingdates(step) => addmissingdates::compile(step, table),
        Step::Argmax(step) => argmax::compile(step, table),
        Step::Argmin(step) => argmin::compile(step, table),
        Step::Comparetext(step) => comparetext::compile(step, table),
        Step::Cumsum(step) => cumsum::compile(step, table),
        Step::Custom(step) => custom::compile(step, table),
        Step::Customsql(step) => customsql::compile(step, table),
        Step::Dissolve(step) => dissolve::compile(step, table),
        Step::Duplicate(step) => duplicate::compile(step, table),
        Step::Duration(step) => duration::compile(step, table),
        Step::Evolution(step) => evolution::compile(step, table),
        Step::Fromdate(step) => fromdate::compile(step, table),
        Step::Hierarchy(step) => hierarchy::compile(step, table),
        Step::Lowercase(step) => lowercase::compile(step, table),
        Step::Movingaverage(step) => movingaverage::compile(step, table),
        Step::Pivot(step) => pivot::compile(step, table, datasets),
        Step::Rank(step) => rank::compile(step, table),
        Step::Replace(step) => replace::compile(step, table),
        Step::Replacetext(step) => replacetext::compile(step, table),
        Step::Rollup(step) => rollup::compile(step, table),
        Step::Simplify(step) => simplify::compile(step, table),
        Step::Split(step) => split::compile(step, table),
        Step::Statistics(step) => statistics::compile(step, table),
        Step::Substring(step) => substring::compile(step, table),
        Step::Totals(step) => totals::compile(step, table),
        Step::Trim(step) => trim::compile(step, table),
        Step::Unpivot(step) => unpivot::compile(step, table),
        Step::Uppercase(step) => uppercase::compile(step, table),
        Step::Waterfall(step) => waterfall::compile(step, table),
        Step::Off => Ok(table),
    }?;
    let restricted = flow.restricted(next.columns());
    Ok(next.restrict(restricted))
}

/// Whether numbers of this type are integers; a step that computes needs numbers.
fn numbers(step: &str, name: &str, kind: ColumnType) -> Result<bool, EngineError> {
    match kind {
        ColumnType::Integer | ColumnType::Boolean => Ok(true),
        ColumnType::Float | ColumnType::Unknown => Ok(false),
        ColumnType::Text | ColumnType::Date | ColumnType::Geometry => {
            Err(EngineError::invalid(format!("`{step}` needs numbers, and `{name}` holds none")))
        }
    }
}

/// A column whose values have an order: every one but shapes.
fn ordered(step: &str, name: &str, table: &Table) -> Result<(), EngineError> {
    match table.type_of(&table.column(name)?)? {
        ColumnType::Geometry => {
            Err(EngineError::invalid(format!("`{step}` needs values with an order, and `{name}` holds shapes")))
        }
        _ => Ok(()),
    }
}

/// The tables of the pipelines that a step names. The names that are restricted here are so there too, except where a
/// join has a column of its own under the name.
fn others(step: &Step, table: &Table, datasets: &dyn Datasets, depth: usize) -> Result<Vec<Table>, EngineError> {
    match step {
        Step::Join(step) => {
            let foreign = table.restricted().iter().filter(|name| !table.has(name)).cloned().collect();
            Ok(vec![pipeline(&step.right_pipeline, &foreign, datasets, depth)?])
        }
        Step::Append(step) => {
            step.pipelines.iter().map(|other| pipeline(other, table.restricted(), datasets, depth)).collect()
        }
        _ => Ok(Vec::new()),
    }
}

fn pipeline(
    reference: &PipelineReference,
    restricted: &BTreeSet<String>,
    datasets: &dyn Datasets,
    depth: usize,
) -> Result<Table, EngineError> {
    if depth >= MAX_NESTING {
        return Err(EngineError::invalid("pipelines are written too deeply inside one another"));
    }
    match reference {
        PipelineReference::Dataset(name) => Ok(datasets.dataset(name)?.restrict(restricted.clone())),
        PipelineReference::Steps(steps) => match steps.split_first() {
            Some((Step::Domain(first), rest)) => {
                let start = datasets.dataset(&first.domain)?.restrict(restricted.clone());
                compile_nested(2, rest, start, datasets, depth + 1)
            }
            _ => Err(EngineError::invalid("a pipeline inside a step starts with a `domain` step")),
        },
    }
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{LogicalPlanBuilder, col, lit};

    use super::operations;

    #[test]
    fn operations_that_follow_one_another_are_counted_however_often_they_stand() {
        let mut plan = LogicalPlanBuilder::values(vec![vec![lit(1)]]).unwrap().build().unwrap();
        for _ in 0..8 {
            let filtered = LogicalPlanBuilder::from(plan.clone()).filter(col("column1").gt(lit(0))).unwrap();
            plan = filtered.union(plan).unwrap().build().unwrap();
        }
        assert_eq!(operations(&plan).0, 17);
    }
}
