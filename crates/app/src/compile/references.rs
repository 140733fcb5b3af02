//! Which datasets a pipeline reads, as written and as typed.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::dataset::{Dataset, DatasetInput};
use crate::load::Draft;
use crate::pipeline::Pipeline;
use crate::steps::{PipelineReference, Step};
use crate::yaml::{Node, NodeValue, Span};

/// The datasets that steps name, as they are written, with their places. Steps that are switched off name none, and a
/// reference of an `append` counts only where it leads to a dataset. A `domain` counts in a pipeline that is written
/// inside a step; where the rows come from already, it is a mistake of its own.
pub(super) fn written(steps: &Node, draft: &Draft) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for step in steps.items().iter().filter(|step| is_on(step)) {
        for key in ["rightPipeline", "right_pipeline"] {
            step.get(key).into_iter().for_each(|reference| one(reference, draft, &mut found));
        }
        let appended = step.get("pipelines").into_iter().flat_map(Node::items);
        let resolved = |reference: &&Node| uid(reference).is_none_or(|uid| draft.datasets.contains_key(uid));
        appended.filter(resolved).for_each(|reference| one(reference, draft, &mut found));
    }
    found
}

fn is_on(step: &Node) -> bool {
    step.get("disabled").is_none_or(|off| off.value != NodeValue::Boolean(true))
}

fn one(reference: &Node, draft: &Draft, found: &mut Vec<(String, Span)>) {
    match &reference.value {
        NodeValue::Text(name) if !name.contains("{{") => found.push((name.clone(), reference.span)),
        NodeValue::List(steps) => {
            let domains =
                steps.iter().filter(|step| is_on(step) && step.get("name").and_then(Node::text) == Some("domain"));
            domains.filter_map(|step| step.get("domain")).for_each(|domain| one(domain, draft, found));
            found.extend(written(reference, draft));
        }
        NodeValue::Map(_) => found.extend(uid(reference).map(|uid| (uid.to_owned(), reference.span_at(&["uid"])))),
        _ => {}
    }
}

/// The uid of a reference.
fn uid(reference: &Node) -> Option<&str> {
    reference.get("type").and_then(Node::text).filter(|kind| *kind == "ref")?;
    reference.get("uid").and_then(Node::text)
}

/// Every dataset with a templated pipeline behind a query.
pub(crate) fn templated_behind(datasets: &IndexMap<String, Dataset>, dataset: &str, steps: &[Step]) -> Vec<String> {
    let mut open: Vec<String> = vec![dataset.to_owned()];
    typed(steps, &mut open);
    let mut seen = BTreeSet::new();
    let mut templated = Vec::new();
    while let Some(id) = open.pop() {
        let Some(known) = datasets.get(&id) else { continue };
        if !seen.insert(id.clone()) {
            continue;
        }
        if let DatasetInput::Dataset(parent) = &known.input {
            open.push(parent.clone());
        }
        match &known.steps {
            Pipeline::Fixed(fixed) => typed(fixed, &mut open),
            Pipeline::Templated(template) => {
                open.extend(template.dataset_names());
                templated.push(id);
            }
        }
    }
    templated
}

/// The datasets that typed steps read.
pub(super) fn typed(steps: &[Step], found: &mut Vec<String>) {
    for step in steps {
        match step {
            Step::Domain(step) => found.push(step.domain.clone()),
            Step::Join(step) => reference(&step.right_pipeline, found),
            Step::Append(step) => step.pipelines.iter().for_each(|pipeline| reference(pipeline, found)),
            _ => {}
        }
    }
}

fn reference(pipeline: &PipelineReference, found: &mut Vec<String>) {
    match pipeline {
        PipelineReference::Dataset(name) => found.push(name.clone()),
        PipelineReference::Steps(steps) => typed(steps, found),
    }
}
