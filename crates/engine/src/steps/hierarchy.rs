//! `hierarchy`: unites shapes upwards along a hierarchy of columns, each level added as rows below.
//!
//! The rows themselves are of the highest level number; the shapes of the widest column are level 0.

use aracari_app::schema::ColumnType;
use aracari_app::steps::hierarchy::Hierarchy;
use aracari_app::steps::simplify::GEOMETRY;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};

use super::sets::{Shared, is_in, only_in, repeated, stacked};
use super::simplify::shapes;
use crate::column_type::null_of;
use crate::error::EngineError;
use crate::functions;
use crate::table::{Table, column};

pub(super) fn compile(step: &Hierarchy, table: Table) -> Result<Table, EngineError> {
    let shapes = shapes(&table, "hierarchy")?;
    let levels = step.hierarchy.len();
    if levels == 0 {
        return Err(EngineError::invalid("`hierarchy` needs at least one column in `hierarchy`"));
    }
    if let Some(mistake) = step.mistake() {
        return Err(EngineError::invalid(mistake));
    }
    let names = table.names();
    let mut expressions = vec![shapes.alias(GEOMETRY)];
    let mut keys = Vec::with_capacity(levels);
    for name in &step.hierarchy {
        let raw = names.next();
        expressions.push(table.column(name)?.alias(&raw));
        keys.push(raw);
    }
    let plan = LogicalPlanBuilder::from(table.plan().clone()).project(expressions)?.build()?;
    // Level by level from the finest: the first set has all keys, the last one the first key.
    let (plan, set) = repeated(plan, levels, names)?;
    let members: Vec<Vec<usize>> = (0..levels).map(|position| (0..levels - position).collect()).collect();
    let mut plan = LogicalPlanBuilder::from(plan);
    if !step.include_nulls {
        for (key, members) in keys.iter().zip(&members) {
            plan = plan.filter(column(key).is_not_null().or(is_in(&set, members).is_false()))?;
        }
    }
    let mut projected = vec![column(&set), column(GEOMETRY)];
    for (key, members) in keys.iter().zip(&members) {
        projected.push(only_in(&set, members, levels, column(key))?.alias(key));
    }
    let shape = names.next();
    let mut by = vec![column(&set)];
    by.extend(keys.iter().map(|key| column(key)));
    let plan = plan
        .project(projected)?
        .aggregate(by, vec![functions::gather_shapes(column(GEOMETRY)).alias(&shape)])?
        .build()?;
    let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let united = Table::from_parts(plan, columns, Vec::new(), &table);

    let level = lit(i64::try_from(levels).unwrap_or(i64::MAX));
    let mut columns = Vec::new();
    for name in table.columns() {
        if *name == step.hierarchy_level_column {
            continue;
        }
        let (above, kind) = table.typed(name)?;
        let below: Expr = match step.hierarchy.iter().position(|key| key == name) {
            Some(position) => column(&keys[position]),
            None if kind == ColumnType::Geometry && name == GEOMETRY => functions::unite_shapes(column(&shape)),
            None => null_of(kind)?,
        };
        columns.push(Shared { name: name.clone(), above, below });
    }
    let below = level.clone() - lit(1_i64) - column(&set);
    columns.push(Shared { name: step.hierarchy_level_column.clone(), above: level, below });
    let order = std::iter::once(&set).chain(&keys).map(|name| (column(name), true)).collect();
    stacked(table, united, order, columns)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use arrow::array::RecordBatch;
    use serde_json::{Value, json};

    fn square(x: i32) -> Value {
        let (left, right) = (f64::from(x), f64::from(x + 1));
        json!({"type": "Polygon", "coordinates": [[[left, 0.0], [right, 0.0], [right, 1.0], [left, 1.0], [left, 0.0]]]})
    }

    fn districts() -> RecordBatch {
        table(json!({
            "land": ["N", "N", "S", "N"],
            "area": ["n1", "n2", "s1", null],
            "name": ["a", "b", "c", "d"],
            "geometry": [square(0), square(5), square(9), square(20)]
        }))
    }

    #[test]
    fn each_level_comes_below_the_rows() {
        let answer = run(districts(), json!([{"name": "hierarchy", "hierarchy": ["land", "area"]}]));
        assert_eq!(answer["hierarchy_level"], json!([2, 2, 2, 2, 1, 1, 1, 0, 0]));
        assert_eq!(answer["land"], json!(["N", "N", "S", "N", "N", "N", "S", "N", "S"]));
        assert_eq!(answer["area"], json!(["n1", "n2", "s1", null, "n1", "n2", "s1", null, null]));
        assert_eq!(answer["name"], json!(["a", "b", "c", "d", null, null, null, null, null]));
        let shapes = answer["geometry"].as_array().unwrap();
        assert_eq!((&shapes[4], &shapes[8]), (&square(0), &square(9)));
        assert_eq!(shapes[7]["coordinates"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn rows_without_a_key_make_a_group_if_wanted_and_the_level_column_has_a_name() {
        let step = json!([{"name": "hierarchy", "hierarchy": ["land", "area"], "includeNulls": true, "hierarchyLevelColumn": "name"}]);
        let answer = run(districts(), step);
        assert_eq!(answer["name"], json!([2, 2, 2, 2, 1, 1, 1, 1, 0, 0]));
        assert_eq!(answer["area"], json!(["n1", "n2", "s1", null, "n1", "n2", null, "s1", null, null]));
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let step = |keys: Value| json!([{"name": "hierarchy", "hierarchy": keys}]);
        assert!(failure(districts(), step(json!([]))).contains("at least one column"));
        assert!(failure(districts(), step(json!(["lnd"]))).contains("no column `lnd`"));
        assert!(failure(table(json!({"land": ["x"]})), step(json!(["land"]))).contains("`hierarchy` works on"));
    }
}
