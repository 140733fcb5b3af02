//! Steps: the operations that a pipeline chains, one file each.

pub mod aggregate;
pub mod append;
pub mod concatenate;
pub mod convert;
pub mod dateextract;
pub mod dategranularity;
pub mod delete;
pub mod domain;
pub mod fillna;
pub mod filter;
pub mod formula;
pub mod ifthenelse;
pub mod join;
pub mod percentage;
pub mod rename;
pub mod select;
pub mod sort;
pub mod text;
pub mod todate;
pub mod top;
pub mod uniquegroups;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One data-preparation operation, its values bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum Step {
    Domain(domain::Domain),
    Select(select::Select),
    Delete(delete::Delete),
    Rename(rename::Rename),
    Filter(filter::Filter),
    Formula(formula::Formula),
    Ifthenelse(ifthenelse::Ifthenelse),
    Aggregate(aggregate::Aggregate),
    Join(join::Join),
    Append(append::Append),
    Sort(sort::Sort),
    Top(top::Top),
    Text(text::TextStep),
    Concatenate(concatenate::Concatenate),
    Todate(todate::Todate),
    Dategranularity(dategranularity::Dategranularity),
    Dateextract(dateextract::Dateextract),
    Convert(convert::Convert),
    Fillna(fillna::Fillna),
    Percentage(percentage::Percentage),
    Uniquegroups(uniquegroups::Uniquegroups),
}

/// Another pipeline: the name of a dataset, or steps written in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PipelineReference {
    Dataset(String),
    Steps(Vec<Step>),
}

/// The text of a formula; a bare number, boolean or null is a formula too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FormulaText {
    Text(String),
    Value(crate::value::Value),
}
