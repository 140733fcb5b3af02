//! What All does to steps: the conditions that hold it disappear, and nothing else.

use crate::steps::formula::Formula;
use crate::steps::ifthenelse::{Case, Ifthenelse, Otherwise};
use crate::steps::{PipelineReference, Step, filter};

/// The step without its conditions on All: a filter that held nothing else is gone, a case that held nothing else
/// always applies.
pub(super) fn without_all(step: Step) -> Option<Step> {
    Some(match step {
        Step::Filter(step) => Step::Filter(filter::Filter { condition: step.condition.without_all()? }),
        Step::Ifthenelse(step) => conditional(step),
        Step::Join(mut step) => {
            step.right_pipeline = pipeline(step.right_pipeline);
            Step::Join(step)
        }
        Step::Append(mut step) => {
            step.pipelines = step.pipelines.into_iter().map(pipeline).collect();
            Step::Append(step)
        }
        other => other,
    })
}

fn pipeline(reference: PipelineReference) -> PipelineReference {
    match reference {
        PipelineReference::Steps(steps) => {
            PipelineReference::Steps(steps.into_iter().filter_map(without_all).collect())
        }
        dataset @ PipelineReference::Dataset(_) => dataset,
    }
}

fn conditional(step: Ifthenelse) -> Step {
    match step.condition.without_all() {
        None => Step::Formula(Formula { new_column: step.new_column, formula: step.then }),
        Some(condition) => Step::Ifthenelse(Ifthenelse {
            new_column: step.new_column,
            condition,
            then: step.then,
            otherwise: otherwise(step.otherwise),
        }),
    }
}

fn otherwise(branch: Otherwise) -> Otherwise {
    match branch {
        Otherwise::Formula(formula) => Otherwise::Formula(formula),
        Otherwise::Case(case) => match case.condition.without_all() {
            None => Otherwise::Formula(case.then),
            Some(condition) => {
                Otherwise::Case(Box::new(Case { condition, then: case.then, otherwise: otherwise(case.otherwise) }))
            }
        },
    }
}
