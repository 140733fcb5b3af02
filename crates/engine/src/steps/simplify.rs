//! `simplify`: draws shapes with fewer points.

use aracari_app::schema::ColumnType;
use aracari_app::steps::simplify::{GEOMETRY, Simplify};
use datafusion::logical_expr::Expr;

use crate::error::EngineError;
use crate::functions;
use crate::table::Table;

pub(super) fn compile(step: &Simplify, table: Table) -> Result<Table, EngineError> {
    if !step.tolerance.is_finite() || step.tolerance < 0.0 {
        return Err(EngineError::invalid("`simplify` needs a `tolerance` of 0 or more"));
    }
    let shapes = shapes(&table, "simplify")?;
    table.with_columns(vec![(GEOMETRY.to_owned(), functions::simplify_shape(shapes, step.tolerance))])
}

/// The shapes that a step works on.
pub(super) fn shapes(table: &Table, step: &str) -> Result<Expr, EngineError> {
    let wanted = format!("`{step}` works on the shapes of a column `{GEOMETRY}`");
    if !table.has(GEOMETRY) && !table.denied().contains(GEOMETRY) {
        return Err(EngineError::invalid(format!("{wanted}, and there is none; start from GeoJSON")));
    }
    match table.typed(GEOMETRY)? {
        (shapes, ColumnType::Geometry) => Ok(shapes),
        _ => Err(EngineError::invalid(format!("{wanted}, and this one holds no shapes; start from GeoJSON"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::json;

    #[test]
    fn shapes_get_fewer_points_and_other_columns_stay() {
        let bent = json!({"type": "LineString", "coordinates": [[0.0, 0.0], [1.0, 0.5], [2.0, 0.0]]});
        let straight = json!({"type": "LineString", "coordinates": [[0.0, 0.0], [2.0, 0.0]]});
        let input = table(json!({"name": ["a", "b"], "geometry": [bent, null]}));
        let answer = run(input.clone(), json!([{"name": "simplify"}]));
        assert_eq!(answer, json!({"name": ["a", "b"], "geometry": [straight, null]}));
        assert_eq!(run(input, json!([{"name": "simplify", "tolerance": 0.1}]))["geometry"][0], bent);
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let plain = table(json!({"geometry": ["POINT (1 2)"], "x": [1]}));
        assert!(failure(plain, json!([{"name": "simplify"}])).contains("holds no shapes"));
        assert!(failure(table(json!({"x": [1]})), json!([{"name": "simplify"}])).contains("there is none"));
        let input = table(json!({"geometry": [{"type": "Point", "coordinates": [1, 2]}]}));
        assert!(failure(input, json!([{"name": "simplify", "tolerance": -1}])).contains("`tolerance`"));
    }
}
