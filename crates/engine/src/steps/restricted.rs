//! Which columns a step makes of columns that the reader may not see: those may not be seen either.
//!
//! Steps that only choose or order rows may read any column. Of every other step, what it computes from a restricted
//! column is restricted, and a name once restricted stays so, whatever is put under it later.

use std::collections::BTreeSet;

use aracari_app::Step;
use aracari_app::condition::Condition;
use aracari_app::steps::FormulaText;
use aracari_app::steps::aggregate::Aggregate;
use aracari_app::steps::ifthenelse::{Ifthenelse, Otherwise};
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
        restricted.extend(read.iter().flat_map(|flow| flow.writes()).map(str::to_owned));
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

fn after(step: &Step, input: &Table, others: &[Table]) -> BTreeSet<String> {
    let before = input.restricted();
    let mut restricted = before.clone();
    let is = |name: &String| before.contains(name);
    // Every step is named: a new one does not compile before it is decided what its columns are made of.
    match step {
        Step::Domain(_)
        | Step::Select(_)
        | Step::Delete(_)
        | Step::Filter(_)
        | Step::Sort(_)
        | Step::Top(_)
        | Step::Uniquegroups(_)
        // These change columns in place, or read none.
        | Step::Text(_)
        | Step::Todate(_)
        | Step::Convert(_)
        | Step::Fillna(_) => {}
        Step::Rename(step) => {
            restricted.extend(step.to_rename.iter().filter(|(old, _)| is(old)).map(|(_, new)| new.clone()));
        }
        Step::Formula(step) => {
            if formula_reads(&step.formula, before) {
                restricted.insert(step.new_column.clone());
            }
        }
        Step::Ifthenelse(step) => {
            if ifthenelse_reads(step, before) {
                restricted.insert(step.new_column.clone());
            }
        }
        Step::Concatenate(step) => {
            if step.columns.iter().any(is) {
                restricted.insert(step.new_column_name.clone());
            }
        }
        Step::Dategranularity(step) => {
            if is(&step.column) {
                restricted.extend(step.new_column.clone());
            }
        }
        Step::Dateextract(step) => {
            if is(&step.column) {
                restricted.extend(step.names());
            }
        }
        Step::Percentage(step) => {
            if is(&step.column) || step.group.iter().any(is) {
                restricted.insert(step.new_column_name.clone().unwrap_or_else(|| format!("{}_PCT", step.column)));
            }
        }
        Step::Aggregate(step) => aggregated(step, before, &mut restricted),
        Step::Join(step) => others.iter().for_each(|right| joined(step, input, right, &mut restricted)),
        // These tell it themselves, as what they read and write.
        Step::Absolutevalue(_)
        | Step::Addmissingdates(_)
        | Step::Argmax(_)
        | Step::Argmin(_)
        | Step::Comparetext(_)
        | Step::Cumsum(_)
        | Step::Custom(_)
        | Step::Customsql(_)
        | Step::Dissolve(_)
        | Step::Duplicate(_)
        | Step::Duration(_)
        | Step::Evolution(_)
        | Step::Fromdate(_)
        | Step::Hierarchy(_)
        | Step::Lowercase(_)
        | Step::Movingaverage(_)
        | Step::Pivot(_)
        | Step::Rank(_)
        | Step::Replace(_)
        | Step::Replacetext(_)
        | Step::Rollup(_)
        | Step::Simplify(_)
        | Step::Split(_)
        | Step::Statistics(_)
        | Step::Substring(_)
        | Step::Totals(_)
        | Step::Trim(_)
        | Step::Unpivot(_)
        | Step::Uppercase(_)
        | Step::Waterfall(_)
        | Step::Off => {}
        Step::Append(_) => restricted.extend(others.iter().flat_map(|other| other.restricted().iter().cloned())),
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

fn formula_reads(text: &FormulaText, columns: &BTreeSet<String>) -> bool {
    let Ok(formula) = text.parse() else { return true };
    let mut reads = false;
    formula.visit_columns(&mut |name| reads |= columns.contains(name));
    reads
}

fn condition_reads(condition: &Condition, columns: &BTreeSet<String>) -> bool {
    let mut reads = false;
    condition.visit_columns(&mut |name| reads |= columns.contains(name));
    reads
}

fn ifthenelse_reads(step: &Ifthenelse, columns: &BTreeSet<String>) -> bool {
    let otherwise = otherwise_reads(&step.otherwise, columns);
    otherwise || condition_reads(&step.condition, columns) || formula_reads(&step.then, columns)
}

fn otherwise_reads(otherwise: &Otherwise, columns: &BTreeSet<String>) -> bool {
    match otherwise {
        Otherwise::Formula(text) => formula_reads(text, columns),
        Otherwise::Case(case) => {
            condition_reads(&case.condition, columns)
                || formula_reads(&case.then, columns)
                || otherwise_reads(&case.otherwise, columns)
        }
    }
}
