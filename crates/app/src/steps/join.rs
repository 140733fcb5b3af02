//! `join`: brings in the columns of another pipeline.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PipelineReference;
use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, describe, differ, open_beside, unite};
use crate::schema::{ColumnType, TableSchema};

/// Brings in the columns of another pipeline where keys are equal, null keys included. A key that is called the same on both
/// sides comes once; another right column whose name is taken gets `_JOIN` after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Join {
    /// Which rows are kept: with `left` every one of this side, with `inner` those that have a match, with `left outer`
    /// (elsewhere a full outer join) every one of both sides.
    #[serde(rename = "type")]
    pub kind: JoinType,
    /// Pairs of left and right column.
    pub on: Vec<(String, String)>,
    /// The pipeline on the right: the name of a dataset, or steps that begin with `domain`.
    #[serde(alias = "right_pipeline")]
    #[schemars(with = "crate::written::WrittenPipeline")]
    pub right_pipeline: PipelineReference,
}

/// Which rows a join keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum JoinType {
    #[serde(rename = "left")]
    Left,
    #[serde(rename = "inner")]
    Inner,
    /// Every row of both sides.
    #[serde(rename = "left outer")]
    LeftOuter,
}

const MAX_KEYS: usize = 64;

impl Columns for Join {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        if self.on.len() > MAX_KEYS {
            return Err(Problem::new(format!("a join has at most {MAX_KEYS} pairs of columns in `on`"))
                .hint("`concatenate` them on both sides and join by what comes out"));
        }
        let right = context.pipeline(&self.right_pipeline, &["rightPipeline"])?;
        for (left_key, right_key) in &self.on {
            let (left_type, right_type) = (column(&input, left_key)?, column(&right, right_key)?);
            if differ(left_type, right_type) {
                let (left_type, right_type) = (describe(left_type), describe(right_type));
                context.doubt(
                    Problem::new(format!(
                        "`{left_key}` holds {left_type} here, and `{right_key}` {right_type} there: they are compared as texts"
                    ))
                    .hint("`convert` one of them before, so that both hold the same"),
                );
            }
        }
        if self.on.is_empty() {
            return Err(Problem::new("a join needs at least one pair of columns in `on`"));
        }
        let known: Vec<String> = input.columns.keys().cloned().collect();
        let before = input.open;
        let mut joined = input;
        joined.open = open_beside(before, right.open);
        let added = self.added_columns(known.iter().map(String::as_str), right.columns.keys().map(String::as_str));
        for (name, target) in added {
            let kind = right.columns.get(&name).copied().unwrap_or(ColumnType::Unknown);
            // Among the columns that nobody knows may be one of this name, which keeps it: this one takes another.
            let is_sure = before.is_none_or(|unknown| unknown == kind);
            if !is_sure {
                joined.open = Some(ColumnType::Unknown);
            }
            joined.columns.insert(target, if is_sure { kind } else { ColumnType::Unknown });
        }
        if self.kind == JoinType::LeftOuter {
            for (name, _) in self.on.iter().filter(|(left_key, right_key)| left_key == right_key) {
                if let (Some(kind), Some(other)) = (joined.columns.get_mut(name), right.columns.get(name)) {
                    *kind = unite(*kind, *other);
                }
            }
        }
        Ok(joined)
    }

    /// The engine follows restricted columns through both sides itself.
    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}

impl Join {
    /// The right columns that the join adds, each with the name it gets: one that clashes takes `_JOIN`, then `_JOIN_1`
    /// and on.
    pub fn added_columns<'a>(
        &self,
        left: impl Iterator<Item = &'a str>,
        right: impl Iterator<Item = &'a str>,
    ) -> Vec<(String, String)> {
        let mut taken: HashSet<String> = left.map(str::to_owned).collect();
        let mut names = Vec::new();
        for name in right {
            if self.on.iter().any(|(left_key, right_key)| right_key == name && left_key == name) {
                continue;
            }
            let mut target = name.to_owned();
            let mut number = 0;
            while !taken.insert(target.clone()) {
                target = if number == 0 { format!("{name}_JOIN") } else { format!("{name}_JOIN_{number}") };
                number += 1;
            }
            names.push((name.to_owned(), target));
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::infer::testing::with_another_after_a_pivot;
    use crate::schema::ColumnType;

    #[test]
    fn a_column_that_a_pivot_may_have_made_too_is_of_an_unknown_type() {
        let join = json!({"name": "join", "type": "left", "rightPipeline": "other", "on": [["region", "region"]]});
        let joined = with_another_after_a_pivot(join);
        assert_eq!(joined.columns.get("since"), Some(&ColumnType::Unknown));
        assert_eq!(joined.columns.get("n"), Some(&ColumnType::Float));
        // Which has another name then.
        assert_eq!(joined.open, Some(ColumnType::Unknown));
    }
}
