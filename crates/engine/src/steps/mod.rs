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
mod select;
mod sort;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod todate;
mod top;
mod uniquegroups;

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
    let other = |reference: &PipelineReference| pipeline(reference, datasets, depth);
    match step {
        Step::Domain(step) => datasets.dataset(&step.domain),
        Step::Select(step) => select::compile(step, table),
        Step::Delete(step) => delete::compile(step, table),
        Step::Rename(step) => rename::compile(step, table),
        Step::Filter(step) => filter::compile(step, table),
        Step::Formula(step) => formula::compile(step, table),
        Step::Ifthenelse(step) => ifthenelse::compile(step, table),
        Step::Aggregate(step) => aggregate::compile(step, table),
        Step::Join(step) => join::compile(step, table, other(&step.right_pipeline)?),
        Step::Append(step) => append::compile(table, step.pipelines.iter().map(other).collect::<Result<_, _>>()?),
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
    }
}

fn pipeline(reference: &PipelineReference, datasets: &dyn Datasets, depth: usize) -> Result<Table, EngineError> {
    if depth >= MAX_NESTING {
        return Err(EngineError::invalid("pipelines are written too deeply inside one another"));
    }
    match reference {
        PipelineReference::Dataset(name) => datasets.dataset(name),
        PipelineReference::Steps(steps) => match steps.split_first() {
            Some((Step::Domain(first), rest)) => {
                compile_nested(rest, datasets.dataset(&first.domain)?, datasets, depth + 1)
            }
            _ => Err(EngineError::invalid("a pipeline inside a step starts with a `domain` step")),
        },
    }
}
