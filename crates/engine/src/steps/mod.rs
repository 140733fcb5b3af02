//! Steps to plans: one file each, from typed parameters and the table so far to the next table.

mod aggregate;
mod append;
mod concatenate;
mod convert;
mod dateextract;
mod dategranularity;
mod delete;
mod fillna;
mod filter;
mod formula;
mod ifthenelse;
mod join;
mod percentage;
mod rename;
mod restricted;
mod select;
mod sort;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod todate;
mod top;
mod uniquegroups;

use std::collections::BTreeSet;

use aracari_app::Step;
use aracari_app::steps::PipelineReference;

use crate::error::EngineError;
use crate::table::Table;

/// How deep pipelines may be written inside one another.
const MAX_NESTING: usize = 16;

/// Where steps find other tables: always secured ones.
pub(crate) trait Datasets {
    /// The prepared rows of a dataset.
    fn dataset(&self, name: &str) -> Result<Table, EngineError>;
}

/// The table after all of these steps.
pub(crate) fn compile(steps: &[Step], table: Table, datasets: &dyn Datasets) -> Result<Table, EngineError> {
    compile_nested(steps, table, datasets, 0)
}

fn compile_nested(steps: &[Step], table: Table, datasets: &dyn Datasets, depth: usize) -> Result<Table, EngineError> {
    steps.iter().try_fold(table, |table, step| after(step, table, datasets, depth))
}

fn after(step: &Step, table: Table, datasets: &dyn Datasets, depth: usize) -> Result<Table, EngineError> {
    let mut others = others(step, &table, datasets, depth)?;
    let restricted = restricted::after(step, &table, &others);
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
    }?;
    Ok(next.restrict(restricted))
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
                compile_nested(rest, start, datasets, depth + 1)
            }
            _ => Err(EngineError::invalid("a pipeline inside a step starts with a `domain` step")),
        },
    }
}
