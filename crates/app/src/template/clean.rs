//! What All does to steps: the conditions that hold it disappear, and nothing else.

use crate::steps::formula::Formula;
use crate::steps::ifthenelse::{Case, Ifthenelse, Otherwise};
use crate::steps::{PipelineReference, Step, filter};

const MISPLACED: &str = "`All` can stand in a condition only";

/// The step without its conditions on All: a filter that held nothing else is gone, a case that held nothing else
/// always applies.
pub(super) fn without_all(step: Step) -> Result<Option<Step>, String> {
    Ok(Some(match step {
        Step::Filter(step) => match step.condition.without_all() {
            Some(condition) => Step::Filter(filter::Filter { condition }),
            None => return Ok(None),
        },
        Step::Ifthenelse(step) => conditional(step),
        Step::Join(mut step) => {
            step.right_pipeline = pipeline(step.right_pipeline)?;
            Step::Join(step)
        }
        Step::Append(mut step) => {
            step.pipelines = step.pipelines.into_iter().map(pipeline).collect::<Result<_, _>>()?;
            Step::Append(step)
        }
        Step::Text(step) if step.text.is_all() => return Err(MISPLACED.to_owned()),
        Step::Fillna(step) if step.value.is_all() => return Err(MISPLACED.to_owned()),
        Step::Replace(step) if step.to_replace.iter().any(|(old, new)| old.is_all() || new.is_all()) => {
            return Err(MISPLACED.to_owned());
        }
        Step::Formula(step) if matches!(&step.formula, crate::steps::FormulaText::Value(value) if value.is_all()) => {
            return Err(MISPLACED.to_owned());
        }
        other => other,
    }))
}

fn pipeline(reference: PipelineReference) -> Result<PipelineReference, String> {
    Ok(match reference {
        PipelineReference::Steps(steps) => {
            let mut kept = Vec::with_capacity(steps.len());
            for step in steps {
                kept.extend(without_all(step)?);
            }
            PipelineReference::Steps(kept)
        }
        dataset @ PipelineReference::Dataset(_) => dataset,
    })
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
