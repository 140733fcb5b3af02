//! `append`: adds the rows of other pipelines below, matching columns by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PipelineReference;
use crate::infer::{Columns, Context, Flow, Inferred, open_beside, unite};
use crate::schema::{ColumnType, TableSchema};

/// Adds the rows of other pipelines below, matching columns by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Append {
    /// Each the name of a dataset, or steps that begin with `domain`.
    #[schemars(with = "Vec<crate::written::WrittenPipeline>")]
    pub pipelines: Vec<PipelineReference>,
}

impl Columns for Append {
    fn infer(&self, mut input: TableSchema, context: &Context<'_>) -> Inferred {
        for (index, reference) in self.pipelines.iter().enumerate() {
            let other = context.pipeline(reference, &["pipelines", &index.to_string()])?;
            // Among the columns that nobody knows may be one of this name and of another type.
            let beside = |open: Option<ColumnType>, kind| match open {
                Some(unknown) if unite(unknown, kind) != kind => ColumnType::Unknown,
                _ => kind,
            };
            for (name, kind) in &mut input.columns {
                if !other.columns.contains_key(name) {
                    *kind = beside(other.open, *kind);
                }
            }
            for (name, kind) in other.columns {
                let united =
                    input.columns.get(&name).map_or_else(|| beside(input.open, kind), |known| unite(*known, kind));
                input.columns.insert(name, united);
            }
            input.open = open_beside(input.open, other.open);
        }
        Ok(input)
    }

    /// The engine follows restricted columns through the other pipelines itself.
    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::infer::testing::with_another_after_a_pivot;
    use crate::schema::ColumnType;

    #[test]
    fn a_column_that_a_pivot_may_have_made_too_is_of_an_unknown_type() {
        let columns = with_another_after_a_pivot(json!({"name": "append", "pipelines": ["other"]}));
        let known: Vec<_> = columns.columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
        let expected = [("region", ColumnType::Text), ("since", ColumnType::Unknown), ("n", ColumnType::Float)];
        assert_eq!((known.as_slice(), columns.open), (&expected[..], Some(ColumnType::Float)));
    }
}
