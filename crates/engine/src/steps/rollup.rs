//! `rollup`: aggregates along a hierarchy of columns, each level as rows of its own.
//!
//! The levels come from the widest to the finest, each sorted by its keys, nulls last.

use aracari_app::schema::ColumnType;
use aracari_app::steps::rollup::Rollup;
use datafusion::logical_expr::{Expr, lit, when};

use super::sets::{self, Groups};
use crate::column_type::{text_literal, unite};
use crate::error::EngineError;
use crate::expression::as_type;
use crate::table::{Table, column};

pub(super) fn compile(step: &Rollup, table: Table) -> Result<Table, EngineError> {
    let levels = step.hierarchy.len();
    if levels == 0 {
        return Err(EngineError::invalid("`rollup` needs at least one column in `hierarchy`"));
    }
    if let Some(mistake) = step.mistake() {
        return Err(EngineError::invalid(mistake));
    }
    let keys: Vec<String> = step.groups().chain(&step.hierarchy).cloned().collect();
    let groups = keys.len() - levels;
    let mut kinds = Vec::with_capacity(levels);
    for name in &step.hierarchy {
        kinds.push(table.typed(name)?.1);
    }
    let sets: Vec<Vec<usize>> = (1..=levels).map(|level| (0..groups + level).collect()).collect();
    let Groups { plan, set, keys: raw, values } = sets::grouped(&table, &keys, &sets, &step.aggregations)?;

    let key = |position: usize| column(&raw[groups + position]);
    let mut visible: Vec<(String, Expr)> = Vec::new();
    for (position, name) in step.hierarchy.iter().enumerate().rev() {
        visible.push((name.clone(), key(position)));
    }
    visible.extend(keys.iter().zip(&raw).take(groups).map(|(name, raw)| (name.clone(), column(raw))));
    let label = of_level(&set, (0..levels).map(|level| (level, key(level), kinds[level])))?;
    visible.push((step.label_name().to_owned(), label));
    let name = |level: usize| text_literal(&step.hierarchy[level]);
    let texts = |pairs: Vec<(usize, Expr)>| {
        of_level(&set, pairs.into_iter().map(|(level, text)| (level, text, ColumnType::Text)))
    };
    visible.push((step.level_name().to_owned(), texts((0..levels).map(|level| (level, name(level))).collect())?));
    let null = Expr::Literal(datafusion::common::ScalarValue::Utf8View(None), None);
    let below = |level: usize| if level + 1 < levels { name(level + 1) } else { null.clone() };
    let children = texts((0..levels).map(|level| (level, below(level))).collect())?;
    visible.push((step.child_level_name().to_owned(), children));
    if let Some(parent) = step.parent_label_name() {
        let above = of_level(&set, (1..levels).map(|level| (level, key(level - 1), kinds[level - 1])))?;
        visible.push((parent.to_owned(), above));
    }
    visible.extend(values.iter().map(|(name, raw)| (name.clone(), column(raw))));

    let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let order = std::iter::once(&set).chain(&raw).map(|name| (column(name), true)).collect();
    Table::from_parts(plan, columns, Vec::new(), &table).ordered_anew(order, false)?.project(visible)
}

/// The value of each level, of the type that holds them all.
fn of_level(set: &str, values: impl Iterator<Item = (usize, Expr, ColumnType)>) -> Result<Expr, EngineError> {
    let values: Vec<_> = values.collect();
    let kind = values.iter().fold(ColumnType::Unknown, |kind, (_, _, own)| unite(kind, *own));
    let mut cases = values.into_iter().map(|(level, value, own)| {
        (column(set).eq(lit(i64::try_from(level).unwrap_or(i64::MAX))), as_type(value, own, kind))
    });
    let Some((condition, value)) = cases.next() else { return Err(EngineError::internal("there is no level")) };
    let mut builder = when(condition, value);
    for (condition, value) in cases {
        builder.when(condition, value);
    }
    Ok(builder.end()?)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use arrow::array::RecordBatch;
    use serde_json::{Value, json};

    fn stays() -> RecordBatch {
        table(json!({
            "land": ["FR", "FR", "IT", "FR", null, "IT"],
            "town": ["Lyon", "Nice", "Rome", "Lyon", "Atlantis", null],
            "year": [1, 1, 1, 2, 1, 1],
            "nights": [3, 1, 5, 2, 7, null],
            "guest": ["a", "b", "a", "a", "c", "d"]
        }))
    }

    fn rollup(extra: Value) -> Value {
        let mut step = json!({"name": "rollup", "hierarchy": ["land", "town"], "aggregations": []});
        for (key, value) in extra.as_object().unwrap() {
            step[key] = value.clone();
        }
        run(stays(), json!([step]))
    }

    fn aggregation(function: &str, column: &str) -> Value {
        json!([{"aggfunction": function, "columns": [column], "newcolumns": ["x"]}])
    }

    #[test]
    fn every_level_has_rows_of_its_own_with_their_label_and_parent() {
        let expected = json!({
            "town": [null, null, null, "Lyon", "Nice", "Rome", null, "Atlantis"],
            "land": ["FR", "IT", null, "FR", "FR", "IT", "IT", null],
            "label": ["FR", "IT", null, "Lyon", "Nice", "Rome", null, "Atlantis"],
            "level": ["land", "land", "land", "town", "town", "town", "town", "town"],
            "child_level": ["town", "town", "town", null, null, null, null, null],
            "parent": [null, null, null, "FR", "FR", "IT", "IT", null],
            "x": [6, 5, 7, 5, 1, 5, 0, 7]
        });
        assert_eq!(rollup(json!({"aggregations": aggregation("sum", "nights")})), expected);
    }

    #[test]
    fn each_function_counts_rows_not_groups() {
        for (function, column, expected) in [
            ("avg", "nights", json!([2.0, 5.0, 7.0, 2.5, 1.0, 5.0, null, 7.0])),
            ("min", "nights", json!([1, 5, 7, 2, 1, 5, null, 7])),
            ("max", "guest", json!(["b", "d", "c", "a", "b", "a", "d", "c"])),
            ("count", "nights", json!([3, 1, 1, 2, 1, 1, 0, 1])),
            ("count distinct including empty", "nights", json!([3, 2, 1, 2, 1, 1, 1, 1])),
            ("count distinct", "guest", json!([2, 2, 1, 1, 1, 1, 1, 1])),
            ("first", "guest", json!(["a", "a", "c", "a", "b", "a", "d", "c"])),
            ("last", "nights", json!([2, 5, 7, 2, 1, 5, null, 7])),
        ] {
            assert_eq!(rollup(json!({"aggregations": aggregation(function, column)}))["x"], expected, "{function}");
        }
    }

    #[test]
    fn functions_of_both_kinds_stand_beside_each_other() {
        let both = json!([
            {"aggfunction": "sum", "columns": ["nights"], "newcolumns": ["s"]},
            {"aggfunction": "last", "columns": ["nights"], "newcolumns": ["l"]}]);
        let sorted = json!([
            {"name": "sort", "columns": [{"column": "nights", "order": "desc"}]},
            {"name": "rollup", "hierarchy": ["land"], "aggregations": both}]);
        let answer = run(stays(), sorted);
        assert_eq!((&answer["s"], &answer["l"]), (&json!([6, 5, 7]), &json!([1, 5, 7])));
    }

    #[test]
    fn groups_come_before_the_levels_and_columns_get_the_given_names() {
        let answer = rollup(json!({
            "groupby": ["year"], "labelCol": "L", "levelCol": "V", "childLevelCol": "C", "parentLabelCol": "P",
            "aggregations": aggregation("count", "guest")}));
        assert_eq!(answer["year"], json!([1, 1, 1, 2, 1, 1, 1, 1, 1, 2]));
        assert_eq!(answer["L"], json!(["FR", "IT", null, "FR", "Lyon", "Nice", "Rome", null, "Atlantis", "Lyon"]));
        let names: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["town", "land", "year", "L", "V", "C", "P", "x"]);
    }

    #[test]
    fn levels_of_different_types_have_texts_as_labels() {
        let answer = rollup(json!({"hierarchy": ["year", "land"]}));
        assert_eq!(answer["label"], json!(["1", "2", "FR", "IT", null, "FR"]));
        assert_eq!(answer["parent"], json!([null, null, 1, 1, 1, 2]));
    }

    #[test]
    fn one_level_has_no_parent_and_no_rows_have_no_levels() {
        let single = rollup(json!({"hierarchy": ["year"]}));
        assert_eq!(
            single,
            json!({"year": [1, 2], "label": [1, 2], "level": ["year", "year"], "child_level": [null, null]})
        );
        let none = run(
            stays(),
            json!([
            {"name": "filter", "condition": {"column": "year", "value": 9}},
            {"name": "rollup", "hierarchy": ["land", "town"], "aggregations": aggregation("sum", "nights")}]),
        );
        assert_eq!(none["label"], json!([]));
    }

    #[test]
    fn twenty_levels_of_many_rows_are_made_in_a_moment() {
        let columns: serde_json::Map<String, Value> = (0..20)
            .map(|level| (format!("c{level}"), (0..1_000).map(|row| json!(row % (level + 2))).collect()))
            .collect();
        let hierarchy: Vec<String> = (0..20).map(|level| format!("c{level}")).collect();
        let step = json!([{"name": "rollup", "hierarchy": hierarchy, "aggregations": aggregation("sum", "c0")}]);
        let begun = std::time::Instant::now();
        let answer = run(table(Value::Object(columns)), step);
        assert_eq!(answer["level"].as_array().unwrap().iter().filter(|level| *level == "c0").count(), 2);
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let step = |hierarchy: Value, extra: Value| json!([{"name": "rollup", "hierarchy": hierarchy, "aggregations": aggregation("sum", "guest"), "labelCol": extra}]);
        assert!(failure(stays(), step(json!([]), json!("l"))).contains("`hierarchy`"));
        assert!(failure(stays(), step(json!(["lnd"]), json!("l"))).contains("no column `lnd`"));
        assert!(failure(stays(), step(json!(["land"]), json!("l"))).contains("`sum` needs numbers"));
        let deep: Vec<String> = (0..400).map(|number| format!("c{number}")).collect();
        assert!(failure(stays(), step(json!(deep), json!("l"))).contains("at most 20 levels, and here are 400"));
        let clash = json!([{"name": "rollup", "hierarchy": ["land"], "aggregations": [], "labelCol": "land"}]);
        assert!(failure(stays(), clash).contains("two columns would be called `land`"));
    }
}
