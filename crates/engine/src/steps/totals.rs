//! `totals`: adds rows with the totals of chosen dimensions below the rows.
//!
//! For every combination of dimensions there are rows in which these have their label and the others their values.

use aracari_app::schema::ColumnType;
use aracari_app::steps::totals::Totals;

use super::sets::{self, Groups, Shared, where_in};
use crate::column_type::{null_of, text_literal, unite};
use crate::error::EngineError;
use crate::expression::as_type;
use crate::functions;
use crate::table::{Table, column};

pub(super) fn compile(step: &Totals, table: Table) -> Result<Table, EngineError> {
    if let Some(mistake) = step.mistake() {
        return Err(EngineError::invalid(mistake));
    }
    let keys = step.keys();
    let groups = keys.len() - step.total_dimensions.len();
    let combinations = combinations(step.total_dimensions.len());
    if combinations.is_empty() {
        return Err(EngineError::invalid("`totals` needs at least one dimension in `totalDimensions`"));
    }
    let sets: Vec<Vec<usize>> = combinations
        .iter()
        .map(|totalled| (0..keys.len()).filter(|key| *key < groups || !totalled.contains(&(key - groups))).collect())
        .collect();
    let Groups { plan, set, keys: raw, values } = sets::grouped(&table, &keys, &sets, &step.aggregations)?;
    let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let totals = Table::from_parts(plan, columns, Vec::new(), &table);
    let mut columns = Vec::new();
    for (name, source) in step.shown(table.columns().iter()) {
        let (value, kind) = table.typed(source)?;
        let dimension = step.total_dimensions.iter().position(|dimension| dimension.total_column == *name);
        let (united, below) = if let Some(dimension) = dimension {
            let members: Vec<usize> =
                (0..sets.len()).filter(|number| combinations[*number].contains(&dimension)).collect();
            let label = text_literal(&step.total_dimensions[dimension].total_rows_label);
            let key = functions::text_of(column(&raw[groups + dimension]), kind);
            (ColumnType::Text, where_in(&set, &members, label, key)?)
        } else if let Some(key) = keys.iter().position(|key| key == name) {
            (kind, column(&raw[key]))
        } else if let Some((_, total)) = values.iter().find(|(new, _)| new == name) {
            let own = totals.type_of(&column(total))?;
            let united = unite(kind, own);
            (united, as_type(column(total), own, united))
        } else {
            (kind, null_of(kind)?)
        };
        columns.push(Shared { name: name.clone(), above: as_type(value, kind, united), below });
    }
    let order = std::iter::once(&set).chain(&raw).map(|name| (column(name), true)).collect();
    sets::stacked(table, totals, order, columns)
}

/// Every combination of these many dimensions: the first alone, then with each later one, and so on.
fn combinations(dimensions: usize) -> Vec<Vec<usize>> {
    fn with(chosen: &[usize], from: usize, dimensions: usize, all: &mut Vec<Vec<usize>>) {
        for next in from..dimensions {
            let mut more = chosen.to_vec();
            more.push(next);
            all.push(more.clone());
            with(&more, next + 1, dimensions, all);
        }
    }
    let mut all = Vec::new();
    with(&[], 0, dimensions, &mut all);
    all
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use arrow::array::RecordBatch;
    use serde_json::{Value, json};

    fn sales() -> RecordBatch {
        table(json!({
            "shop": ["A", "B", "A", null],
            "item": ["tea", "tea", "mug", "tea"],
            "week": [1, 1, 2, 1],
            "sold": [4, 6, 1, 3],
            "note": ["x", "y", "z", "w"]
        }))
    }

    fn totals(dimensions: Value, aggregations: Value, groups: Value) -> Value {
        json!([{"name": "totals", "totalDimensions": dimensions, "aggregations": aggregations, "groups": groups}])
    }

    fn sums() -> Value {
        json!([{"aggfunction": "sum", "columns": ["sold"], "newcolumns": ["sum"]},
               {"aggfunction": "avg", "columns": ["sold"], "newcolumns": ["mean"]}])
    }

    #[test]
    fn totals_come_below_the_rows_for_every_combination() {
        let dimensions = json!([{"totalColumn": "shop", "totalRowsLabel": "all shops"},
                                {"total_column": "item", "total_rows_label": "all items"}]);
        let answer = run(sales(), totals(dimensions, sums(), json!([])));
        let expected = json!({
            "shop": ["A", "B", "A", null, "all shops", "all shops", "all shops", "A", "B", null],
            "item": ["tea", "tea", "mug", "tea", "mug", "tea", "all items", "all items", "all items", "all items"],
            "week": [1, 1, 2, 1, null, null, null, null, null, null],
            "note": ["x", "y", "z", "w", null, null, null, null, null, null],
            "sum": [4, 6, 1, 3, 1, 13, 14, 5, 6, 3],
            "mean": [4.0, 6.0, 1.0, 3.0, 1.0, 13.0 / 3.0, 3.5, 2.5, 6.0, 3.0]
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn each_group_has_totals_of_its_own() {
        let answer =
            run(sales(), totals(json!([{"totalColumn": "shop", "totalRowsLabel": "*"}]), sums(), json!(["week"])));
        assert_eq!(answer["week"], json!([1, 1, 2, 1, 1, 2]));
        assert_eq!(answer["sum"], json!([4, 6, 1, 3, 13, 1]));
        assert_eq!(answer["item"], json!(["tea", "tea", "mug", "tea", null, null]));
    }

    #[test]
    fn a_column_may_keep_its_name_and_a_dimension_of_numbers_becomes_text() {
        let aggregations = json!([{"aggfunction": "max", "columns": ["sold"], "newcolumns": ["sold"]}]);
        let answer =
            run(sales(), totals(json!([{"totalColumn": "week", "totalRowsLabel": "all"}]), aggregations, json!([])));
        assert_eq!(answer["sold"], json!([4, 6, 1, 3, 6]));
        assert_eq!(answer["week"], json!(["1", "1", "2", "1", "all"]));
    }

    #[test]
    fn a_count_of_texts_stands_below_the_texts() {
        let aggregations = json!([{"aggfunction": "count distinct", "columns": ["item"], "newcolumns": ["items"]}]);
        let answer =
            run(sales(), totals(json!([{"totalColumn": "shop", "totalRowsLabel": "all"}]), aggregations, json!([])));
        assert_eq!(answer["items"], json!(["tea", "tea", "mug", "tea", "2"]));
    }

    #[test]
    fn a_sort_before_it_keeps_the_rows_in_order() {
        let mut steps = totals(json!([{"totalColumn": "shop", "totalRowsLabel": "all"}]), sums(), json!([]));
        steps.as_array_mut().unwrap().insert(0, json!({"name": "sort", "columns": [{"column": "sold"}]}));
        assert_eq!(run(sales(), steps)["sum"], json!([1, 3, 4, 6, 14]));
    }

    #[test]
    fn no_rows_have_no_totals() {
        let mut steps = totals(json!([{"totalColumn": "item", "totalRowsLabel": "all"}]), sums(), json!(["shop"]));
        steps
            .as_array_mut()
            .unwrap()
            .insert(0, json!({"name": "filter", "condition": {"column": "sold", "value": 99}}));
        assert_eq!(run(sales(), steps)["sum"], json!([]));
    }

    #[test]
    fn mistakes_say_what_to_do() {
        let shop = json!({"totalColumn": "shop", "totalRowsLabel": "all"});
        for (dimensions, groups, message) in [
            (json!([]), json!([]), "at least one dimension"),
            (json!([shop, shop]), json!([]), "`shop` twice"),
            (json!([shop]), json!(["shop"]), "leave it out of one"),
            (json!([{"totalColumn": "shp", "totalRowsLabel": "all"}]), json!([]), "no column `shp`"),
        ] {
            let found = failure(sales(), totals(dimensions, sums(), groups));
            assert!(found.contains(message), "{found}");
        }
        let taken = json!([{"aggfunction": "sum", "columns": ["sold"], "newcolumns": ["shop"]}]);
        assert!(failure(sales(), totals(json!([shop]), taken, json!([]))).contains("another name"));
        let many: Vec<Value> =
            (0..9).map(|number| json!({"totalColumn": format!("d{number}"), "totalRowsLabel": ""})).collect();
        assert!(failure(sales(), totals(json!(many), sums(), json!([]))).contains("at most 8"));
    }
}
