//! Which columns a step makes of columns that the reader may not see: those may not be seen either.
//!
//! Steps that only choose or order rows may read any column. Of every other step, what it computes from a restricted
//! column is restricted, and a name once restricted stays so, whatever is put under it later.

use std::collections::BTreeSet;

use aracari_app::Step;
use aracari_app::steps::aggregate::Aggregate;
use aracari_app::steps::join::Join;

use crate::table::Table;

/// What is restricted after a step; asked before it compiles, told when its columns are known.
pub(super) struct Flow {
    restricted: BTreeSet<String>,
    /// Every column that is not one of these is restricted too.
    known: Option<Vec<String>>,
}

impl Flow {
    /// `others` are the tables of the pipelines that the step names.
    pub(super) fn of(step: &Step, input: &Table, others: &[Table]) -> Self {
        let before = input.restricted();
        if before.is_empty() && others.iter().all(|other| other.restricted().is_empty()) {
            return Self { restricted: BTreeSet::new(), known: None };
        }
        let mut restricted = after(step, input, others);
        let flow = step.columns().map(aracari_app::infer::Columns::flow);
        let read = flow.filter(|flow| flow.reads_any(before.iter().map(String::as_str)));
        restricted.extend(read.iter().flat_map(aracari_app::infer::Flow::writes).map(str::to_owned));
        let known = read.map(|flow| match flow.keeps() {
            Some(kept) => kept.iter().map(|name| (*name).to_owned()).collect(),
            None => input.columns().to_vec(),
        });
        Self { restricted, known }
    }

    /// The restricted columns among and beside these, which come out of the step.
    pub(super) fn restricted(mut self, columns: &[String]) -> BTreeSet<String> {
        if let Some(known) = &self.known {
            self.restricted.extend(columns.iter().filter(|name| !known.contains(name)).cloned());
        }
        self.restricted
    }
}

/// What steps do to restricted columns that [`aracari_app::infer::Flow`] cannot say.
fn after(step: &Step, input: &Table, others: &[Table]) -> BTreeSet<String> {
    let before = input.restricted();
    let mut restricted = before.clone();
    match step {
        Step::Rename(step) => {
            let renamed = step.to_rename.iter().filter(|(old, _)| before.contains(old));
            restricted.extend(renamed.map(|(_, new)| new.clone()));
        }
        Step::Aggregate(step) => aggregated(step, before, &mut restricted),
        Step::Join(step) => others.iter().for_each(|right| joined(step, input, right, &mut restricted)),
        Step::Append(_) => restricted.extend(others.iter().flat_map(|other| other.restricted().iter().cloned())),
        _ => {}
    }
    restricted
}

fn aggregated(step: &Aggregate, before: &BTreeSet<String>, restricted: &mut BTreeSet<String>) {
    let grouped = step.on.iter().any(|key| before.contains(key));
    for aggregation in &step.aggregations {
        for (source, new) in aggregation.columns.iter().zip(&aggregation.newcolumns) {
            if grouped || before.contains(source) {
                restricted.insert(new.clone());
            }
        }
    }
}

/// A restricted key decides which right row comes, so it restricts every column that the join brings.
fn joined(step: &Join, left: &Table, right: &Table, restricted: &mut BTreeSet<String>) {
    let keyed =
        step.on.iter().any(|(key, other)| left.restricted().contains(key) || right.restricted().contains(other));
    let added =
        step.added_columns(left.columns().iter().map(String::as_str), right.columns().iter().map(String::as_str));
    for (source, target) in added {
        if keyed || right.restricted().contains(&source) {
            restricted.insert(target);
        }
    }
    // Keys of one name become one column.
    let shared = step.on.iter().filter(|(key, other)| key == other && right.restricted().contains(other));
    restricted.extend(shared.map(|(key, _)| key.clone()));
}
