//! A pipeline in a file of its own: what its steps' schema says against it, with places.

use std::path::Path;

use super::examples::of_zero_led;
use super::folder::SourceFile;
use super::report::Reporter;
use super::validate::validate_step;
use crate::diagnostic::Diagnostic;
use crate::infer::Mistake;
use crate::place;
use crate::template::{DocumentPath, DocumentVariables, Template};
use crate::yaml::{self, Node, NodeValue};

/// A finding in a pipeline file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineFinding {
    /// The position of the step, from 0.
    pub step_index: usize,
    pub diagnostic: Diagnostic,
}

/// A YAML file as JSON, or what keeps it from being read.
pub fn read_yaml(path: &Path, text: &str) -> Result<serde_json::Value, Vec<Diagnostic>> {
    let (tree, problems) = yaml::parse(text, 0);
    let mut report = Reporter::default();
    report.add_file(SourceFile::new(path.to_path_buf(), text.to_owned()));
    if let Some(tree) = tree.filter(|_| problems.is_empty()) {
        zero_led(&tree, &mut report);
        if report.error_count() == 0 {
            return Ok(tree.to_json());
        }
    }
    for problem in problems {
        report.problem(problem);
    }
    Err(report.finish())
}

/// Says of digits that begin with a needless 0 what to write, whatever is asked for.
fn zero_led(node: &Node, report: &mut Reporter) {
    match &node.value {
        NodeValue::ZeroLed(text) => {
            let (message, hint) = of_zero_led(text, true, true);
            report.error("leading_zero", node.span, message, Some(hint));
        }
        NodeValue::List(items) => items.iter().for_each(|item| zero_led(item, report)),
        NodeValue::Map(entries) => entries.iter().for_each(|entry| zero_led(&entry.node, report)),
        _ => {}
    }
}

/// Where the steps of a file stand in it.
#[derive(Debug)]
pub struct PipelinePlaces {
    tree: Option<Node>,
}

impl PipelinePlaces {
    /// Reads the places once for all mistakes.
    pub fn of(text: &str) -> Self {
        let (tree, problems) = yaml::parse(text, 0);
        Self { tree: tree.filter(|_| problems.is_empty()) }
    }

    /// The line and column, counted from 1, of a mistake.
    pub fn of_mistake(&self, mistake: &Mistake) -> Option<(usize, usize)> {
        let span = place::of_mistake(mistake, self.tree.as_ref()?);
        Some((span.line, span.column))
    }
}

/// Every difference between the steps of a JSON list and the schema of steps.
pub fn check_pipeline(path: &Path, text: &str) -> Vec<PipelineFinding> {
    check_steps(path, text, &|step, report| {
        validate_step(step, report);
    })
}

/// Every variable in the steps of a JSON list that cannot be read, or that there is not.
pub fn check_variables(path: &Path, text: &str, known: DocumentVariables<'_>) -> Vec<PipelineFinding> {
    check_steps(path, text, &|step, report| {
        place::visit_bound(step, &mut |text| {
            let bound = Template::<DocumentPath>::parse(&text.to_json()).and_then(|template| template.bind(&known));
            if let Err(error) = bound {
                report.error("bad_variable", text.span, error.to_string(), error.hint().map(str::to_owned));
            }
        });
    })
}

fn check_steps(path: &Path, text: &str, check: &dyn Fn(&Node, &mut Reporter)) -> Vec<PipelineFinding> {
    let (tree, problems) = yaml::parse(text, 0);
    let Some(NodeValue::List(items)) = tree.map(|tree| tree.value).filter(|_| problems.is_empty()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (step_index, item) in items.iter().enumerate() {
        let mut report = Reporter::default();
        report.add_file(SourceFile::new(path.to_path_buf(), text.to_owned()));
        check(item, &mut report);
        let found = report.finish().into_iter().filter(Diagnostic::is_error);
        findings.extend(found.map(|diagnostic| PipelineFinding { step_index, diagnostic }));
    }
    findings
}
