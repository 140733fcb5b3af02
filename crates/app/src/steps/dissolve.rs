//! `dissolve`: unites the shapes of each group into one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aggregate::Aggregation;
use super::simplify::{GEOMETRY, geometry_column};
use crate::infer::{Columns, Context, Flow, Inferred, shape};
use crate::schema::{ColumnType, TableSchema};

/// Unites the shapes of each group into one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dissolve {
    /// The columns whose values form the groups; the shapes of a group become one.
    pub groups: Vec<String>,
    /// What is computed for each group besides.
    #[serde(default)]
    pub aggregations: Vec<Aggregation>,
    /// Whether rows without a group form one.
    #[serde(default, alias = "include_nulls")]
    pub include_nulls: bool,
}

impl Columns for Dissolve {
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred {
        geometry_column(&input)?;
        let groups = shape::select(&self.groups, &input, context).columns;
        let summaries = shape::summaries(&self.aggregations, &input, context);
        let geometry = [(GEOMETRY.to_owned(), ColumnType::Geometry)];
        shape::distinct(groups.into_iter().chain(geometry).chain(summaries))
    }

    fn flow(&self) -> Flow<'_> {
        let sources = self.aggregations.iter().flat_map(|aggregation| &aggregation.columns);
        Flow::default().read(GEOMETRY).read_all(&self.groups).read_all(sources).keep_only(&self.groups)
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake};
    use serde_json::json;

    #[test]
    fn groups_shapes_and_summaries_come_out() {
        let sums = json!([{"aggfunction": "count", "columns": ["text"], "newcolumns": ["rows"]}]);
        let step = json!({"name": "dissolve", "groups": ["other"], "aggregations": sums, "include_nulls": true});
        assert_eq!(columns(step), "other text, geometry geometry, rows integer");
        assert!(mistake(json!({"name": "dissolve", "groups": ["othr"]})).contains("did you mean `other`"));
    }
}
