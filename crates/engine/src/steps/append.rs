//! `append`: adds the rows of other pipelines below, matching columns by name.

use aracari_app::schema::ColumnType;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};

use crate::column_type::{null_of, unite};
use crate::error::EngineError;
use crate::expression::as_type;
use crate::table::{OrderKey, Table, column};

pub(super) fn compile(table: Table, others: Vec<Table>) -> Result<Table, EngineError> {
    let mut parts = vec![table];
    parts.extend(others);
    let columns = united_columns(&parts)?;
    let names = parts[0].names().clone();
    let (part_column, position_column) = (names.next(), names.next());

    let mut denied = parts[0].denied().clone();
    let mut builder: Option<LogicalPlanBuilder> = None;
    let mut first = None;
    for (number, part) in parts.into_iter().enumerate() {
        denied.extend(part.denied().iter().cloned());
        let numbered = part.with_position()?;
        let mut expressions: Vec<Expr> = Vec::new();
        for (name, kind) in &columns {
            expressions.push(value_of(&numbered, name, *kind)?.alias(name));
        }
        expressions.push(lit(i64::try_from(number).unwrap_or(i64::MAX)).alias(&part_column));
        let position = numbered.order().first().ok_or_else(|| EngineError::internal("a part has no position"))?;
        expressions.push(column(&position.column).alias(&position_column));
        let plan = LogicalPlanBuilder::from(numbered.plan().clone()).project(expressions)?.build()?;
        builder = Some(match builder {
            None => LogicalPlanBuilder::from(plan),
            Some(above) => above.union(plan)?,
        });
        first.get_or_insert(numbered);
    }
    let (Some(builder), Some(first)) = (builder, first) else {
        return Err(EngineError::internal("nothing to append to"));
    };
    let order = [part_column, position_column].map(|name| OrderKey { column: name, ascending: true });
    let visible = columns.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    denied.retain(|name| !visible.contains(name));
    Ok(Table::from_parts(builder.build()?, visible, order.to_vec(), &first).with_denied(&denied))
}

fn united_columns(parts: &[Table]) -> Result<Vec<(String, ColumnType)>, EngineError> {
    let mut columns: Vec<(String, ColumnType)> = Vec::new();
    for part in parts {
        for name in part.columns() {
            let (_, kind) = part.typed(name)?;
            match columns.iter_mut().find(|(known, _)| known == name) {
                Some(known) => known.1 = unite(known.1, kind),
                None => columns.push((name.clone(), kind)),
            }
        }
    }
    Ok(columns)
}

fn value_of(part: &Table, name: &str, kind: ColumnType) -> Result<Expr, EngineError> {
    if part.has(name) {
        let (expression, own) = part.typed(name)?;
        return Ok(as_type(expression, own, kind));
    }
    Ok(null_of(kind)?)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run_with, table};
    use serde_json::json;

    #[test]
    fn rows_come_below_in_order_with_nulls_where_a_column_is_missing() {
        let top = table(json!({"a": [2, 1], "b": ["x", "y"]}));
        let other = table(json!({"c": [true], "a": [0.5]}));
        let steps = json!([
            {"name": "sort", "columns": [{"column": "a"}]},
            {"name": "append", "pipelines": ["other", [{"name": "domain", "domain": "other"}]]}]);
        let expected = json!({"a": [1.0, 2.0, 0.5, 0.5], "b": ["y", "x", null, null], "c": [null, null, true, true]});
        assert_eq!(run_with(top, vec![("other", other)], steps), expected);
    }

    #[test]
    fn shapes_that_are_missing_below_are_marked_as_shapes() {
        let shape = json!({"type": "Point", "coordinates": [1.0, 2.0]});
        let top = table(json!({"q": [1], "geometry": [shape]}));
        let other = table(json!({"q": [2, 3], "day": ["a", "b"]}));
        let steps = json!([
            {"name": "hierarchy", "hierarchyLevelColumn": "level", "hierarchy": ["q"], "includeNulls": true},
            {"name": "append", "pipelines": ["other"]},
            {"name": "dissolve", "groups": ["day"], "includeNulls": false}]);
        let expected = json!({"day": ["a", "b"], "geometry": [null, null]});
        assert_eq!(run_with(top, vec![("other", other)], steps), expected);
    }
}
