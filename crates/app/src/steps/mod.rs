//! Steps: the operations that a pipeline chains, one file each.

pub mod absolutevalue;
pub mod addmissingdates;
pub mod aggregate;
pub mod append;
pub mod argmax;
pub mod argmin;
pub mod comparetext;
pub mod concatenate;
pub mod convert;
pub mod cumsum;
pub mod custom;
pub mod customsql;
pub mod dateextract;
pub mod dategranularity;
pub mod delete;
pub mod dissolve;
pub mod domain;
pub mod duplicate;
pub mod duration;
pub mod evolution;
pub mod fillna;
pub mod filter;
pub mod formula;
pub mod fromdate;
pub mod hierarchy;
pub mod ifthenelse;
pub mod join;
mod legacy;
pub mod lowercase;
pub mod movingaverage;
pub mod pattern;
pub mod percentage;
pub mod pivot;
pub mod rank;
pub mod rename;
pub mod replace;
pub mod replacetext;
pub mod rollup;
pub mod select;
pub mod simplify;
pub mod sort;
pub mod split;
pub mod statistics;
pub mod substring;
pub mod text;
pub mod todate;
pub mod top;
pub mod totals;
pub mod trim;
pub mod uniquegroups;
pub mod unpivot;
pub mod uppercase;
pub mod waterfall;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::Columns;

/// One data-preparation operation, its values bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "lowercase")]
#[schemars(transform = crate::written::with_notes)]
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
    Absolutevalue(absolutevalue::Absolutevalue),
    Addmissingdates(addmissingdates::Addmissingdates),
    Argmax(argmax::Argmax),
    Argmin(argmin::Argmin),
    Comparetext(comparetext::Comparetext),
    Cumsum(cumsum::Cumsum),
    Custom(custom::Custom),
    Customsql(customsql::Customsql),
    Dissolve(dissolve::Dissolve),
    Duplicate(duplicate::Duplicate),
    Duration(duration::Duration),
    Evolution(evolution::Evolution),
    Fromdate(fromdate::Fromdate),
    Hierarchy(hierarchy::Hierarchy),
    Lowercase(lowercase::Lowercase),
    Movingaverage(movingaverage::Movingaverage),
    Pivot(pivot::Pivot),
    Rank(rank::Rank),
    Replace(replace::Replace),
    Replacetext(replacetext::Replacetext),
    Rollup(rollup::Rollup),
    Simplify(simplify::Simplify),
    Split(split::Split),
    Statistics(statistics::Statistics),
    Substring(substring::Substring),
    Totals(totals::Totals),
    Trim(trim::Trim),
    Unpivot(unpivot::Unpivot),
    Uppercase(uppercase::Uppercase),
    Waterfall(waterfall::Waterfall),
    /// A step that is switched off: rows pass as they are.
    #[schemars(skip)]
    Off,
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

impl Step {
    /// The word that the step is written with.
    pub fn name(&self) -> String {
        let written = serde_json::to_value(self).unwrap_or_default();
        written.get("name").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }

    /// What the step tells of its columns; `None` for one that is switched off.
    pub fn columns(&self) -> Option<&dyn Columns> {
        Some(match self {
            Self::Domain(step) => step,
            Self::Select(step) => step,
            Self::Delete(step) => step,
            Self::Rename(step) => step,
            Self::Filter(step) => step,
            Self::Formula(step) => step,
            Self::Ifthenelse(step) => step,
            Self::Aggregate(step) => step,
            Self::Join(step) => step,
            Self::Append(step) => step,
            Self::Sort(step) => step,
            Self::Top(step) => step,
            Self::Text(step) => step,
            Self::Concatenate(step) => step,
            Self::Todate(step) => step,
            Self::Dategranularity(step) => step,
            Self::Dateextract(step) => step,
            Self::Convert(step) => step,
            Self::Fillna(step) => step,
            Self::Percentage(step) => step,
            Self::Uniquegroups(step) => step,
            Self::Absolutevalue(step) => step,
            Self::Addmissingdates(step) => step,
            Self::Argmax(step) => step,
            Self::Argmin(step) => step,
            Self::Comparetext(step) => step,
            Self::Cumsum(step) => step,
            Self::Custom(step) => step,
            Self::Customsql(step) => step,
            Self::Dissolve(step) => step,
            Self::Duplicate(step) => step,
            Self::Duration(step) => step,
            Self::Evolution(step) => step,
            Self::Fromdate(step) => step,
            Self::Hierarchy(step) => step,
            Self::Lowercase(step) => step,
            Self::Movingaverage(step) => step,
            Self::Pivot(step) => step,
            Self::Rank(step) => step,
            Self::Replace(step) => step,
            Self::Replacetext(step) => step,
            Self::Rollup(step) => step,
            Self::Simplify(step) => step,
            Self::Split(step) => step,
            Self::Statistics(step) => step,
            Self::Substring(step) => step,
            Self::Totals(step) => step,
            Self::Trim(step) => step,
            Self::Unpivot(step) => step,
            Self::Uppercase(step) => step,
            Self::Waterfall(step) => step,
            Self::Off => return None,
        })
    }
}
