//! How large a pipeline may be: what is larger takes longer to plan than any time limit allows.

use super::{Mistake, Problem};
use crate::condition::Condition;
use crate::schema::TableSchema;
use crate::steps::ifthenelse::Otherwise;
use crate::steps::{PipelineReference, Step};

/// Steps of a pipeline, those of inner pipelines included.
const MAX_STEPS: usize = 500;
/// Pipelines that are joined or appended, within one another or one after the other.
const MAX_COMBINED: usize = 64;
/// How deep conditions may be written inside one another.
const MAX_CONDITION_DEPTH: usize = 32;
const MAX_COMPARISONS: usize = 5_000;
/// How often `else` may lead to another case.
const MAX_CASES: usize = 64;
const MAX_COLUMNS: usize = 10_000;

/// Finds the step at which a pipeline becomes too large.
pub(super) fn check(steps: &[Step]) -> Result<(), Mistake> {
    let mut size = Size::default();
    for (step_index, step) in steps.iter().enumerate() {
        size.add(step).map_err(|problem| problem.at_step(step_index))?;
    }
    Ok(())
}

/// Says when a step makes more columns than can be worked with.
pub(super) fn columns(schema: TableSchema) -> Result<TableSchema, Problem> {
    if schema.columns.len() > MAX_COLUMNS {
        let message = format!("{} columns would come out, and at most {MAX_COLUMNS} can", schema.columns.len());
        return Err(Problem::new(message).hint("`select` the columns that are needed before"));
    }
    Ok(schema)
}

#[derive(Default)]
struct Size {
    steps: usize,
    combined: usize,
}

impl Size {
    fn add(&mut self, step: &Step) -> Result<(), Problem> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(Problem::new(format!("a pipeline has at most {MAX_STEPS} steps, inner ones included"))
                .hint("prepare the rows in a dataset of its own, and start from that"));
        }
        match step {
            Step::Filter(step) => condition(&step.condition),
            Step::Ifthenelse(step) => {
                condition(&step.condition)?;
                let mut otherwise = &step.otherwise;
                let mut cases = 1;
                while let Otherwise::Case(case) = otherwise {
                    cases += 1;
                    if cases > MAX_CASES {
                        return Err(Problem::new(format!("an if-then-else has at most {MAX_CASES} cases"))
                            .hint("`replace` values, or join a table of them"));
                    }
                    condition(&case.condition)?;
                    otherwise = &case.otherwise;
                }
                Ok(())
            }
            Step::Join(step) => self.pipeline(&step.right_pipeline),
            Step::Append(step) => step.pipelines.iter().try_for_each(|pipeline| self.pipeline(pipeline)),
            _ => Ok(()),
        }
    }

    fn pipeline(&mut self, pipeline: &PipelineReference) -> Result<(), Problem> {
        self.combined += 1;
        if self.combined > MAX_COMBINED {
            return Err(Problem::new(format!("a pipeline joins and appends at most {MAX_COMBINED} others"))
                .hint("prepare the rows in a dataset of its own, and start from that"));
        }
        match pipeline {
            PipelineReference::Steps(steps) => steps.iter().try_for_each(|step| self.add(step)),
            PipelineReference::Dataset(_) => Ok(()),
        }
    }
}

fn condition(condition: &Condition) -> Result<(), Problem> {
    let mut comparisons = 0;
    nested(condition, 0, &mut comparisons)
}

fn nested(condition: &Condition, depth: usize, comparisons: &mut usize) -> Result<(), Problem> {
    if depth > MAX_CONDITION_DEPTH {
        return Err(Problem::new(format!(
            "conditions are written at most {MAX_CONDITION_DEPTH} deep inside one another"
        ))
        .hint("one `and` or `or` can hold a long list"));
    }
    let parts = match condition {
        Condition::And(group) => &group.and,
        Condition::Or(group) => &group.or,
        Condition::Comparison(_) => {
            *comparisons += 1;
            if *comparisons > MAX_COMPARISONS {
                return Err(Problem::new(format!("a condition holds at most {MAX_COMPARISONS} comparisons"))
                    .hint("compare with a list: `operator: in`"));
            }
            return Ok(());
        }
    };
    parts.iter().try_for_each(|part| nested(part, depth + 1, comparisons))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::infer;
    use serde_json::{Value as Json, json};

    fn problem(step: Json, times: usize) -> Mistake {
        let mut steps: Vec<Json> = vec![json!({"name": "domain", "domain": "sales"})];
        steps.extend(std::iter::repeat_n(step, times));
        let steps: Vec<Step> = serde_json::from_value(Json::Array(steps)).unwrap();
        let columns = |_: &str| Some(TableSchema::new([("n".to_owned(), crate::schema::ColumnType::Integer)]));
        infer(&steps, TableSchema::default(), &columns).unwrap_err()
    }

    #[test]
    fn what_is_too_large_is_told_at_its_step() {
        let compare = json!({"column": "n", "operator": "gt", "value": 1});
        let mut deep = compare.clone();
        for _ in 0..40 {
            deep = json!({"and": [deep]});
        }
        let mut cases = json!("1");
        for _ in 0..40 {
            cases = json!({"if": compare, "then": "1", "else": cases});
        }
        for _ in 0..40 {
            cases = json!({"if": compare, "then": "1", "else": cases});
        }
        for (step, times, index, message) in [
            (json!({"name": "trim", "columns": []}), 600, 500, "at most 500 steps"),
            (json!({"name": "append", "pipelines": ["sales", "sales"]}), 40, 33, "joins and appends at most 64 others"),
            (json!({"name": "filter", "condition": deep}), 1, 1, "at most 32 deep"),
            (
                json!({"name": "filter", "condition": {"or": vec![compare.clone(); 6_000]}}),
                1,
                1,
                "at most 5000 comparisons",
            ),
            (
                json!({"name": "ifthenelse", "newColumn": "x", "if": compare, "then": "1", "else": cases}),
                1,
                1,
                "at most 64 cases",
            ),
        ] {
            let found = problem(step, times);
            assert!(found.message.contains(message) && found.hint.is_some(), "{found:?}");
            assert_eq!(found.step_index, index, "{found:?}");
        }
    }
}
