//! `dissolve`: unites the shapes of each group into one; the groups come sorted by key.

use aracari_app::steps::dissolve::Dissolve;
use aracari_app::steps::simplify::GEOMETRY;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};

use super::aggregate::summary;
use super::sets::each_once;
use super::simplify::shapes;
use crate::error::EngineError;
use crate::functions;
use crate::table::{Table, column};

pub(super) fn compile(step: &Dissolve, table: Table) -> Result<Table, EngineError> {
    let shapes = shapes(&table, "dissolve")?;
    each_once("dissolve", &step.groups)?;
    let groups = step.groups.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
    let named = if step.include_nulls { table } else { table.with_values(&groups)? };
    let input = if named.order().is_empty() { named } else { named.with_explicit_order()? };

    let shape = input.names().next();
    let mut summaries = vec![functions::gather_shapes(shapes).alias(&shape)];
    let mut visible: Vec<(String, Expr)> = step.groups.iter().map(|name| (name.clone(), column(name))).collect();
    visible.push((GEOMETRY.to_owned(), functions::unite_shapes(column(&shape))));
    for aggregation in &step.aggregations {
        if aggregation.columns.len() != aggregation.newcolumns.len() {
            return Err(EngineError::invalid("`columns` and `newcolumns` of an aggregation have the same length"));
        }
        for (source, new) in aggregation.columns.iter().zip(&aggregation.newcolumns) {
            let raw = input.names().next();
            summaries.push(summary(aggregation.aggfunction, source, false, &input)?.alias(&raw));
            visible.push((new.clone(), column(&raw)));
        }
    }
    let plan = LogicalPlanBuilder::from(input.plan().clone()).aggregate(groups, summaries)?.build()?;
    let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let order = step.groups.iter().map(|name| (column(name), true)).collect();
    Table::from_parts(plan, columns, Vec::new(), &input).ordered_anew(order, false)?.project(visible)
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

    fn parcels() -> RecordBatch {
        table(json!({
            "owner": ["Eve", "Bob", null, "Bob", "Eve"],
            "size": [1, 2, 3, 4, 5],
            "geometry": [square(0), square(5), square(9), square(7), null]
        }))
    }

    #[test]
    fn each_group_has_one_shape() {
        let answer = run(parcels(), json!([{"name": "dissolve", "groups": ["owner"]}]));
        assert_eq!(answer["owner"], json!(["Bob", "Eve"]));
        assert_eq!(answer["geometry"][0]["type"], "MultiPolygon");
        assert_eq!(answer["geometry"][1], square(0));
        assert!(answer.get("size").is_none());
    }

    #[test]
    fn columns_are_summarised_and_rows_without_a_group_kept_if_wanted() {
        let steps = json!([{"name": "dissolve", "groups": ["owner"], "include_nulls": true, "aggregations": [
            {"aggfunction": "sum", "columns": ["size"], "newcolumns": ["total"]},
            {"aggfunction": "last", "columns": ["size"], "newcolumns": ["size"]}]}]);
        let answer = run(parcels(), steps);
        assert_eq!(answer["owner"], json!(["Bob", "Eve", null]));
        assert_eq!((&answer["total"], &answer["size"]), (&json!([6, 6, 3]), &json!([4, 5, 3])));
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let step = |groups: Value| json!([{"name": "dissolve", "groups": groups}]);
        assert!(failure(parcels(), step(json!(["owner", "owner"]))).contains("`owner` twice"));
        assert!(failure(parcels(), step(json!(["ownr"]))).contains("no column `ownr`"));
        assert!(failure(table(json!({"owner": ["x"]})), step(json!(["owner"]))).contains("`dissolve` works on"));
    }
}
