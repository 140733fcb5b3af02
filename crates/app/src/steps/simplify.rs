//! `simplify`: draws shapes with fewer points.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::infer::{Columns, Context, Flow, Inferred, Problem, column, describe};
use crate::schema::{ColumnType, TableSchema};

/// Draws shapes with fewer points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Simplify {
    /// How far the simpler line may lie from the shape, in the shape's own unit.
    #[serde(default = "default_tolerance")]
    pub tolerance: f64,
}

fn default_tolerance() -> f64 {
    1.0
}

/// The column that the steps on shapes work on.
pub const GEOMETRY: &str = "geometry";

/// Asks that there are shapes to work on.
pub(super) fn geometry_column(schema: &TableSchema) -> Inferred<()> {
    match column(schema, GEOMETRY)? {
        ColumnType::Geometry | ColumnType::Unknown => Ok(()),
        other => Err(Problem::new(format!("`{GEOMETRY}` holds {}, not shapes", describe(other)))
            .hint("start from GeoJSON, or from a column marked as `geoarrow.wkb`")),
    }
}

impl Columns for Simplify {
    fn infer(&self, input: TableSchema, _context: &Context<'_>) -> Inferred {
        geometry_column(&input)?;
        if !self.tolerance.is_finite() || self.tolerance < 0.0 {
            return Err(Problem::new("the `tolerance` is a distance: 0 or more"));
        }
        Ok(input)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::infer::testing::{columns, mistake};
    use serde_json::json;

    #[test]
    fn columns_stay_and_the_tolerance_is_a_distance() {
        assert!(columns(json!({"name": "simplify"})).ends_with("geometry geometry"));
        assert!(mistake(json!({"name": "simplify", "tolerance": -0.5})).contains("0 or more"));
    }
}
