//! Permissions put into queries: the one place that makes a [`SecuredQuery`], and the executor takes nothing else.
//!
//! ```compile_fail
//! // There is no other way to one: the fields are private and there is no constructor.
//! let query = aracari_engine::SecuredQuery { dataset: "departures".into(), steps: vec![], limit: 10 };
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aracari_app::steps::PipelineReference;
use aracari_app::{App, BoundRule, Dataset, DatasetInput, Pipeline, Query, Reader, Relation, Source, Step};
use indexmap::IndexMap;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::EngineError;

/// How many datasets may stand between a question and a source.
const MAX_DEPTH: usize = 32;

/// A query with the permissions of one reader in it.
#[derive(Debug, Clone, Serialize)]
pub struct SecuredQuery {
    namespace: String,
    dataset: String,
    steps: Vec<Step>,
    limit: u64,
    /// Every dataset that can be reached, each with its own rules.
    datasets: BTreeMap<String, Arc<SecuredDataset>>,
}

/// How far a query has come: its datasets' steps and its own stand one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The rows of the first dataset, before its steps.
    Read { dataset: String },
    /// After a step of a dataset, counted from 1.
    Dataset { dataset: String, number: usize, step: String },
    /// After a step of the query itself. An author knows it by its place among those of its name: some are put before.
    Own { number: usize, step: String, of_name: Option<usize> },
}

/// A dataset as one reader sees it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SecuredDataset {
    pub(crate) input: SecuredInput,
    /// Applied to the input, before any step.
    pub(crate) rows: BoundRule,
    /// Removed after the steps, with what they make of them.
    pub(crate) hidden: BTreeSet<String>,
    /// The reader's choices are among the values of the steps.
    pub(crate) chosen: bool,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) enum SecuredInput {
    Table { source: Source, relation: Relation },
    Dataset(String),
}

/// Why permissions could not be put into a query; it then does not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("there is no dataset `{0}`")]
    UnknownDataset(String),
    #[error("the dataset `{0}` leads back to itself")]
    Cycle(String),
    #[error("the variables of the dataset `{0}` are not bound")]
    Unbound(String),
}

impl From<PolicyError> for EngineError {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::UnknownDataset(dataset) => Self::UnknownDataset { dataset },
            other => Self::internal(other),
        }
    }
}

/// Puts the reader's permissions into a query of this app.
pub fn secure(app: &App, query: Query, reader: &Reader) -> Result<SecuredQuery, PolicyError> {
    secure_datasets(&format!("{}@{}", app.id, app.version), &app.datasets, query, reader)
}

/// Puts the reader's permissions into a query over these datasets; equal namespaces share cached answers.
fn secure_datasets(
    namespace: &str,
    datasets: &IndexMap<String, Dataset>,
    query: Query,
    reader: &Reader,
) -> Result<SecuredQuery, PolicyError> {
    let mut walk = Walk { datasets, query: &query, reader, found: BTreeMap::new(), path: Vec::new() };
    walk.visit(&query.dataset)?;
    walk.visit_references(&query.steps)?;
    let found = walk.found;
    let Query { dataset, steps, limit, .. } = query;
    Ok(SecuredQuery { namespace: namespace.to_owned(), dataset, steps, limit, datasets: found })
}

impl SecuredQuery {
    /// A stable hash of all that the query means, permissions included; costs no planning.
    ///
    /// What cannot be written down has none, and must not run: its answer could be taken for another's.
    pub fn fingerprint(&self) -> Result<[u8; 32], EngineError> {
        digest(self)
    }

    pub(crate) fn dataset_id(&self) -> &str {
        &self.dataset
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// The dataset that the query's own is made of.
    pub(crate) fn parent(&self) -> Option<&str> {
        match &self.datasets.get(&self.dataset)?.input {
            SecuredInput::Dataset(parent) => Some(parent),
            SecuredInput::Table { .. } => None,
        }
    }

    pub(crate) fn dataset(&self, id: &str) -> Option<&Arc<SecuredDataset>> {
        self.datasets.get(id)
    }

    /// Every source table that the query reads.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&Source, &Relation)> {
        self.datasets.values().filter_map(|dataset| match &dataset.input {
            SecuredInput::Table { source, relation } => Some((source, relation)),
            SecuredInput::Dataset(_) => None,
        })
    }

    /// The datasets that the query itself names.
    pub(crate) fn direct_datasets(&self) -> Vec<&str> {
        let mut names = vec![self.dataset.as_str()];
        visit_references(&self.steps, &mut |name| {
            if !names.contains(&name) {
                names.push(name);
            }
        });
        names
    }

    /// The query for all rows of one of its datasets, under the same permissions.
    pub(crate) fn whole_dataset(&self, id: &str) -> Self {
        Self {
            namespace: self.namespace.clone(),
            dataset: id.to_owned(),
            steps: Vec::new(),
            limit: u64::MAX,
            datasets: self.reached_from(id),
        }
    }

    /// The stages that the query goes through, from the source to the answer. What joins it on the way is a part of its step.
    pub(crate) fn stages(&self) -> Vec<Stage> {
        let mut lineage = vec![self.dataset.as_str()];
        while let Some(SecuredInput::Dataset(parent)) =
            lineage.last().and_then(|id| self.datasets.get(*id)).map(|dataset| &dataset.input)
        {
            lineage.push(parent);
        }
        let mut stages: Vec<Stage> =
            lineage.last().map(|id| Stage::Read { dataset: (*id).to_owned() }).into_iter().collect();
        for id in lineage.into_iter().rev() {
            let steps = self.datasets.get(id).into_iter().flat_map(|dataset| &dataset.steps).zip(1..);
            stages.extend(steps.map(|(step, number)| Stage::Dataset {
                dataset: id.to_owned(),
                number,
                step: step.name(),
            }));
        }
        let names: Vec<String> = self.steps.iter().map(Step::name).collect();
        stages.extend(names.iter().enumerate().map(|(index, step)| {
            let count = |names: &[String]| names.iter().filter(|name| *name == step).count();
            let of_name = (count(&names) > 1).then(|| count(&names[..=index]));
            Stage::Own { number: index + 1, step: step.clone(), of_name }
        }));
        stages
    }

    /// The query for all rows as they are at a stage, under the same permissions.
    pub(crate) fn until(&self, stage: &Stage) -> Self {
        let (id, count) = match stage {
            Stage::Own { number, .. } => {
                return Self { steps: self.steps[..*number].to_vec(), limit: u64::MAX, ..self.clone() };
            }
            Stage::Read { dataset } => (dataset, 0),
            Stage::Dataset { dataset, number, .. } => (dataset, *number),
        };
        let mut query = self.whole_dataset(id);
        if let Some(dataset) = query.datasets.get_mut(id) {
            let steps = dataset.steps[..count].to_vec();
            *dataset = Arc::new(SecuredDataset { steps, ..dataset.as_ref().clone() });
        }
        query
    }

    fn reached_from(&self, id: &str) -> BTreeMap<String, Arc<SecuredDataset>> {
        let mut reached = BTreeMap::new();
        let mut open = vec![id.to_owned()];
        while let Some(name) = open.pop() {
            let Some(dataset) = self.datasets.get(&name) else { continue };
            if reached.insert(name, Arc::clone(dataset)).is_some() {
                continue;
            }
            if let SecuredInput::Dataset(parent) = &dataset.input {
                open.push(parent.clone());
            }
            visit_references(&dataset.steps, &mut |other| open.push(other.to_owned()));
        }
        reached
    }
}

/// The SHA-256 of a value's JSON, whose maps are all ordered.
fn digest(value: &impl Serialize) -> Result<[u8; 32], EngineError> {
    let bytes = serde_json::to_vec(value)
        .map_err(|error| EngineError::internal(format!("a query that cannot be written down: {error}")))?;
    Ok(Sha256::digest(&bytes).into())
}

/// Calls `visit` with every dataset that the steps name, inner pipelines included.
fn visit_references<'a>(steps: &'a [Step], visit: &mut impl FnMut(&'a str)) {
    fn reference<'a>(pipeline: &'a PipelineReference, visit: &mut impl FnMut(&'a str)) {
        match pipeline {
            PipelineReference::Dataset(name) => visit(name),
            PipelineReference::Steps(steps) => visit_references(steps, visit),
        }
    }
    for step in steps {
        match step {
            Step::Domain(step) => visit(&step.domain),
            Step::Join(step) => reference(&step.right_pipeline, visit),
            Step::Append(step) => step.pipelines.iter().for_each(|pipeline| reference(pipeline, visit)),
            _ => {}
        }
    }
}

struct Walk<'a> {
    datasets: &'a IndexMap<String, Dataset>,
    query: &'a Query,
    reader: &'a Reader,
    found: BTreeMap<String, Arc<SecuredDataset>>,
    path: Vec<String>,
}

impl Walk<'_> {
    fn visit(&mut self, id: &str) -> Result<(), PolicyError> {
        if self.path.iter().any(|open| open == id) || self.path.len() > MAX_DEPTH {
            return Err(PolicyError::Cycle(id.to_owned()));
        }
        if self.found.contains_key(id) {
            return Ok(());
        }
        let dataset = self.datasets.get(id).ok_or_else(|| PolicyError::UnknownDataset(id.to_owned()))?;
        let steps = match &dataset.steps {
            Pipeline::Fixed(steps) => steps.clone(),
            Pipeline::Templated(_) => {
                self.query.bound.get(id).cloned().ok_or_else(|| PolicyError::Unbound(id.to_owned()))?
            }
        };
        self.path.push(id.to_owned());
        let input = match &dataset.input {
            DatasetInput::Table { source, relation } => {
                SecuredInput::Table { source: source.clone(), relation: relation.clone() }
            }
            DatasetInput::Dataset(parent) => {
                self.visit(parent)?;
                SecuredInput::Dataset(parent.clone())
            }
        };
        self.visit_references(&steps)?;
        self.path.pop();

        let chosen = dataset.steps.reads_choices();
        let rows = dataset.permissions.bind_rows(self.reader);
        let hidden = dataset.permissions.hidden_columns(self.reader).into_iter().map(str::to_owned).collect();
        self.found.insert(id.to_owned(), Arc::new(SecuredDataset { input, rows, hidden, chosen, steps }));
        Ok(())
    }

    fn visit_references(&mut self, steps: &[Step]) -> Result<(), PolicyError> {
        let mut names = Vec::new();
        visit_references(steps, &mut |name| names.push(name.to_owned()));
        names.iter().try_for_each(|name| self.visit(name))
    }
}
