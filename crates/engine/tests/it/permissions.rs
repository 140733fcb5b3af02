//! No query sees more than its reader may, whatever it asks and however.

use std::sync::Arc;

use aracari_app::{
    BoundRule, ColumnRule, Condition, Dataset, Permissions, Query, Reader, RowPermissions, RowRule, Value,
};
use aracari_engine::{Engine, EngineError, EngineSettings, PolicyError};
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::memory::{
    MemoryCatalog, ask, by_attribute, by_condition, dataset, engine, everyone, memory, reader, secure_over, secured,
    table,
};

type Row = (Option<String>, Option<i64>, Option<f64>);

fn batch(rows: &[Row]) -> RecordBatch {
    let carriers: ArrayRef = Arc::new(rows.iter().map(|row| row.0.clone()).collect::<StringArray>());
    let delays: ArrayRef = Arc::new(rows.iter().map(|row| row.1).collect::<Int64Array>());
    let miles: ArrayRef = Arc::new(rows.iter().map(|row| row.2).collect::<Float64Array>());
    RecordBatch::try_from_iter_with_nullable([
        ("carrier", carriers, true),
        ("delay", delays, true),
        ("miles", miles, true),
    ])
    .unwrap()
}

fn flights() -> RecordBatch {
    let row = |carrier: &str, delay, miles| (Some(carrier.to_owned()), Some(delay), Some(miles));
    batch(&[
        row("UA", 5, 100.0),
        row("DL", 7, 200.0),
        row("UA", 9, 300.0),
        (None, Some(1), Some(1.0)),
        row("O'H", 3, 4.0),
    ])
}

/// What is asked in the differential: each kind of query that a page makes, joins and appends with itself included.
fn questions() -> Vec<Json> {
    let count = json!({"aggfunction": "count distinct including empty", "columns": ["carrier"], "newcolumns": ["n"]});
    let sum = json!({"aggfunction": "sum", "columns": ["delay"], "newcolumns": ["s"]});
    let first = json!({"aggfunction": "first", "columns": ["miles"], "newcolumns": ["f"]});
    vec![
        json!([]),
        json!([{"name": "aggregate", "on": [], "aggregations": [count, sum]}]),
        json!([{"name": "aggregate", "on": ["carrier"], "aggregations": [count, sum, first]},
            {"name": "sort", "columns": [{"column": "s", "order": "desc"}]}]),
        json!([{"name": "uniquegroups", "on": ["carrier"]}]),
        json!([{"name": "filter", "condition": {"or": [{"column": "carrier", "operator": "ne", "value": "UA"},
            {"column": "carrier", "operator": "eq", "value": "UA"}, {"column": "delay", "operator": "isnull"}]}}]),
        json!([{"name": "top", "groups": ["carrier"], "rankOn": "delay", "sort": "desc", "limit": 1}]),
        json!([{"name": "percentage", "column": "delay", "newColumnName": "p"}]),
        json!([{"name": "aggregate", "on": ["carrier"], "keepOriginalGranularity": true, "aggregations": [count]}]),
        json!([{"name": "join", "type": "left outer", "on": [["carrier", "carrier"]], "rightPipeline": "flights"}]),
        json!([{"name": "append", "pipelines": [[{"name": "domain", "domain": "flights"},
            {"name": "filter", "condition": {"column": "delay", "operator": "gt", "value": 0}}]]}]),
        json!([{"name": "domain", "domain": "flights"}]),
        json!([{"name": "domain", "domain": "child"}]),
    ]
}

fn datasets(permissions: Permissions) -> IndexMap<String, Dataset> {
    let child = json!([{"name": "formula", "newColumn": "double", "formula": "delay * 2"}]);
    IndexMap::from([
        dataset("flights", table("flights"), json!([]), permissions),
        dataset("child", aracari_app::DatasetInput::Dataset("flights".into()), child, everyone()),
    ])
}

fn arbitrary_rows() -> impl Strategy<Value = Vec<Row>> {
    let carrier =
        prop::option::weighted(0.9, prop::sample::select(vec!["UA", "DL", "AA", "O'H", ""]).prop_map(str::to_owned));
    prop::collection::vec(
        (carrier, prop::option::weighted(0.9, -3_i64..30), prop::option::weighted(0.9, 0.0..9.0)),
        0..40,
    )
}

fn arbitrary_condition() -> impl Strategy<Value = Condition> {
    let comparison = prop_oneof![
        prop::sample::subsequence(vec!["UA", "DL", "AA", "O'H", "ZZ"], 1..4)
            .prop_map(|carriers| json!({"column": "carrier", "operator": "in", "value": carriers})),
        prop::sample::select(vec!["UA", "O'H", ""])
            .prop_map(|carrier| json!({"column": "carrier", "operator": "ne", "value": carrier})),
        (0_i64..20).prop_map(|delay| json!({"column": "delay", "operator": "ge", "value": delay})),
        Just(json!({"column": "miles", "operator": "notnull"})),
    ];
    let nested = comparison.prop_recursive(2, 6, 3, |inner| {
        let group = prop::collection::vec(inner, 1..3);
        prop_oneof![group.clone().prop_map(|and| json!({"and": and})), group.prop_map(|or| json!({"or": or}))]
    });
    nested.prop_map(|condition| serde_json::from_value(condition).unwrap())
}

/// The rows that a condition lets pass, decided here without the engine.
fn allowed(condition: &Condition, row: &Row) -> bool {
    match condition {
        Condition::And(group) => group.and.iter().all(|inner| allowed(inner, row)),
        Condition::Or(group) => group.or.iter().any(|inner| allowed(inner, row)),
        Condition::Comparison(comparison) => match (comparison.column.as_str(), &comparison.value) {
            ("carrier", Value::List(carriers)) => carriers
                .iter()
                .any(|carrier| matches!(carrier, Value::Text(carrier) if Some(carrier) == row.0.as_ref())),
            ("carrier", Value::Text(carrier)) => row.0.as_ref() != Some(carrier),
            ("delay", Value::Integer(least)) => row.1.is_some_and(|delay| delay >= *least),
            _ => row.2.is_some(),
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// A secured query answers as the same query does on rows that were filtered beforehand; without the permission it
    /// does not, so the test can fail.
    #[test]
    fn a_permission_is_a_filter_on_the_data_itself(rows in arbitrary_rows(), condition in arbitrary_condition()) {
        let kept: Vec<Row> = rows.iter().filter(|row| allowed(&condition, row)).cloned().collect();
        let all = MemoryCatalog::with("flights", &batch(&rows));
        let filtered = MemoryCatalog::with("flights", &batch(&kept));
        let (all, filtered) = (engine(all), engine(filtered));
        let (restricted, open) = (datasets(by_condition(&condition)), datasets(everyone()));
        let nobody = Reader::default();
        for question in questions() {
            let answer = ask(&all, secured(&restricted, "flights", question.clone(), &nobody)).unwrap();
            let expected = ask(&filtered, secured(&open, "flights", question.clone(), &nobody)).unwrap();
            prop_assert_eq!(&answer, &expected, "{}", question);
        }
        if kept.len() < rows.len() {
            let leaked = ask(&all, secured(&open, "flights", json!([]), &nobody)).unwrap();
            let expected = ask(&filtered, secured(&open, "flights", json!([]), &nobody)).unwrap();
            prop_assert_ne!(leaked, expected);
        }
    }
}

fn carriers_seen(attributes: Json) -> Json {
    let datasets = datasets(by_attribute("carrier", "in", "carriers"));
    let engine = engine(MemoryCatalog::with("flights", &flights()));
    ask(&engine, secured(&datasets, "flights", json!([]), &reader(attributes))).unwrap()["carrier"].clone()
}

#[test]
fn a_missing_or_strange_attribute_shows_no_rows() {
    let long: Vec<String> = (0..50_000).map(|number| format!("x{number}")).collect();
    for attributes in [
        json!({}),
        json!({"other": "UA"}),
        json!({"Carriers": ["UA"]}),
        json!({"carriers": null}),
        json!({"carriers": []}),
        json!({"carriers": [null]}),
        json!({"carriers": ""}),
        json!({"carriers": "*"}),
        json!({"carriers": "%"}),
        json!({"carriers": ["*", "%", "_", ".*", "ALL", "All", "__VOID__"]}),
        json!({"carriers": {"$all": true}}),
        json!({"carriers": [{"$all": true}]}),
        json!({"carriers": [["UA"]]}),
        json!({"carriers": true}),
        json!({"carriers": 1}),
        json!({"carriers": "UA' OR '1'='1"}),
        json!({"carriers": ["UA\u{2019} OR 1=1 --", "UA/**/", "UA\u{0}", "ua", " UA", "ＵＡ"]}),
        json!({"carriers": long}),
    ] {
        assert_eq!(carriers_seen(attributes.clone()), json!([]), "{:.80}", attributes.to_string());
    }
    assert_eq!(carriers_seen(json!({"carriers": "UA"})), json!(["UA", "UA"]));
    assert_eq!(carriers_seen(json!({"carriers": ["O'H", "DL", null]})), json!(["DL", "O'H"]));
}

#[test]
fn a_value_that_cannot_fit_shows_no_rows_under_any_operator() {
    let engine = engine(MemoryCatalog::with("flights", &flights()));
    for operator in ["eq", "ne", "lt", "le", "gt", "ge", "in", "nin", "from", "until"] {
        let datasets = datasets(by_attribute("delay", operator, "delay"));
        for value in [json!("many"), json!("1 OR 1=1"), json!(["x"]), json!(null), json!([])] {
            let query = secured(&datasets, "flights", json!([]), &reader(json!({"delay": value})));
            assert_eq!(ask(&engine, query).unwrap()["delay"], json!([]), "{operator} {value}");
        }
    }
}

#[test]
fn nobody_sees_a_dataset_without_permissions_and_groups_give_their_union() {
    let engine = engine(MemoryCatalog::with("flights", &flights()));
    let seen = |permissions: Permissions, groups: &[&str]| {
        let asking = Reader { groups: groups.iter().map(|group| (*group).to_owned()).collect(), ..Reader::default() };
        ask(&engine, secured(&datasets(permissions), "flights", json!([]), &asking)).unwrap()["delay"].clone()
    };
    assert_eq!(seen(Permissions::nobody(), &["admin"]), json!([]));

    let only = |carrier: &str| {
        let condition: Condition = serde_json::from_value(json!({"column": "carrier", "value": carrier})).unwrap();
        let RowPermissions::Rules(mut rules) = by_condition(&condition).rows else { unreachable!() };
        RowRule { groups: vec![carrier.to_owned()], ..rules.remove(0) }
    };
    let all = RowRule { groups: vec!["all".into()], condition: None };
    let rules = Permissions { rows: RowPermissions::Rules(vec![only("UA"), only("DL"), all]), columns: Vec::new() };
    assert_eq!(seen(rules.clone(), &[]), json!([]));
    assert_eq!(seen(rules.clone(), &["UA"]), json!([5, 9]));
    assert_eq!(seen(rules.clone(), &["DL", "UA", "other"]), json!([5, 7, 9]));
    assert_eq!(seen(rules, &["UA", "all"]), json!([5, 7, 9, 1, 3]));
}

#[test]
fn joined_and_parent_datasets_keep_their_own_rules() {
    let catalog = MemoryCatalog::with("flights", &flights());
    catalog.put("open", memory(&flights()));
    let engine = engine(catalog);
    let mut datasets = datasets(by_attribute("carrier", "in", "carriers"));
    datasets.extend([dataset("open", table("open"), json!([]), everyone())]);
    let asking = reader(json!({"carriers": ["DL"]}));
    for (id, question, column, expected) in [
        ("child", json!([]), "double", json!([14])),
        (
            "open",
            json!([{"name": "join", "type": "inner", "on": [["carrier", "carrier"]], "rightPipeline": "flights"}]),
            "delay",
            json!([7]),
        ),
        ("open", json!([{"name": "domain", "domain": "child"}]), "double", json!([14])),
        (
            "open",
            json!([{"name": "filter", "condition": {"column": "delay", "value": -1}},
            {"name": "append", "pipelines": ["child"]}]),
            "delay",
            json!([7]),
        ),
    ] {
        let answer = ask(&engine, secured(&datasets, id, question.clone(), &asking)).unwrap();
        assert_eq!(answer[column], expected, "{id} {question}");
    }
}

fn hiding(columns: &[&str]) -> Permissions {
    let rule =
        ColumnRule { columns: columns.iter().map(|name| (*name).to_owned()).collect(), groups: vec!["finance".into()] };
    Permissions { rows: RowPermissions::Everyone, columns: vec![rule] }
}

#[test]
fn hidden_columns_are_not_there_by_any_way() {
    let engine = engine(MemoryCatalog::with("flights", &flights()));
    let datasets = datasets(hiding(&["miles"]));
    let outsider = Reader::default();
    let all = ask(&engine, secured(&datasets, "flights", json!([]), &outsider)).unwrap();
    assert_eq!(all.as_object().unwrap().keys().collect::<Vec<_>>(), ["carrier", "delay"]);
    for question in [
        json!([{"name": "select", "columns": ["miles"]}]),
        json!([{"name": "filter", "condition": {"column": "miles", "operator": "gt", "value": 100}}]),
        json!([{"name": "formula", "newColumn": "x", "formula": "miles * 1"}]),
        json!([{"name": "sort", "columns": [{"column": "miles"}]}]),
        json!([{"name": "aggregate", "on": ["miles"], "aggregations": []}]),
        json!([{"name": "top", "rankOn": "miles", "sort": "asc", "limit": 1}]),
        json!([{"name": "rename", "toRename": [["miles", "x"]]}]),
        json!([{"name": "append", "pipelines": [[{"name": "domain", "domain": "child"}, {"name": "select", "columns": ["miles"]}]]}]),
    ] {
        let error = ask(&engine, secured(&datasets, "flights", question.clone(), &outsider)).unwrap_err();
        assert!(
            matches!(&error, EngineError::NotPermittedColumn { column } if column == "miles"),
            "{question}: {error}"
        );
    }
    let insider = Reader { groups: vec!["finance".into()], ..Reader::default() };
    let shown = ask(&engine, secured(&datasets, "flights", json!([]), &insider)).unwrap();
    assert_eq!(shown["miles"], json!([100.0, 200.0, 300.0, 1.0, 4.0]));
}

#[test]
fn a_hidden_column_stays_hidden_under_another_name() {
    let engine = engine(MemoryCatalog::with("flights", &flights()));
    let copies = json!([
        {"name": "rename", "toRename": [["miles", "distance"]]},
        {"name": "formula", "newColumn": "copy", "formula": "distance"}]);
    let datasets = IndexMap::from([dataset("flights", table("flights"), copies, hiding(&["miles"]))]);
    let answer = ask(&engine, secured(&datasets, "flights", json!([]), &Reader::default())).unwrap();
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["carrier", "delay"]);
}

/// The columns that a reader without rights gets of a dataset with these steps that hides `miles`.
fn shown(steps: &Json) -> Vec<String> {
    let catalog = MemoryCatalog::with("flights", &flights());
    let bands = RecordBatch::try_from_iter([
        ("at", Arc::new(Float64Array::from(vec![100.0, 200.0])) as ArrayRef),
        ("band", Arc::new(StringArray::from(vec!["near", "far"]))),
        ("carrier", Arc::new(StringArray::from(vec!["UA", "DL"]))),
    ]);
    catalog.put("bands", memory(&bands.unwrap()));
    let mut known = datasets(everyone());
    known.extend([
        dataset("bands", table("bands"), json!([]), everyone()),
        dataset("made", table("flights"), steps.clone(), hiding(&["miles"])),
        dataset("heir", aracari_app::DatasetInput::Dataset("made".into()), json!([]), everyone()),
    ]);
    let names = |prepared_bytes, id: &str| -> Vec<String> {
        let settings = EngineSettings { prepared_bytes, ..EngineSettings::default() };
        let engine = Engine::new(Arc::clone(&catalog) as Arc<_>, settings).unwrap();
        let answer = ask(&engine, secured(&known, id, json!([]), &Reader::default())).unwrap();
        answer.as_object().unwrap().keys().cloned().collect()
    };
    let expected = names(0, "made");
    assert_eq!(names(64 << 20, "made"), expected, "{steps}");
    assert_eq!(names(64 << 20, "heir"), expected, "{steps}");
    expected
}

#[test]
fn what_is_made_of_a_hidden_column_is_hidden() {
    let far = json!({"column": "miles", "operator": "gt", "value": 100});
    let near = json!({"column": "delay", "operator": "gt", "value": 4});
    let aggregated =
        |function: &str| json!({"aggfunction": function, "columns": ["miles", "delay"], "newcolumns": ["x", "late"]});
    let join = |on: Json| json!({"name": "join", "type": "left", "on": on, "rightPipeline": "bands"});
    for steps in [
        json!([{"name": "ifthenelse", "newColumn": "x", "if": far, "then": "1", "else": "0"}]),
        json!([{"name": "ifthenelse", "newColumn": "x", "if": near, "then": "miles", "else": "0"}]),
        json!([{"name": "ifthenelse", "newColumn": "x", "if": near, "then": "1", "else": "miles"}]),
        json!([{"name": "ifthenelse", "newColumn": "x", "if": near, "then": "1",
            "else": {"if": far, "then": "1", "else": "2"}}]),
        json!([{"name": "concatenate", "columns": ["carrier", "miles"], "separator": "-", "newColumnName": "x"}]),
        json!([{"name": "formula", "newColumn": "x", "formula": "delay + miles * 2"}]),
        json!([{"name": "formula", "newColumn": "y", "formula": "[miles] > 5"},
            {"name": "formula", "newColumn": "x", "formula": "y"}]),
        json!([{"name": "formula", "newColumn": "x", "formula": "miles"},
            {"name": "convert", "columns": ["x"], "dataType": "text"}]),
        json!([{"name": "convert", "columns": ["miles"], "dataType": "date"},
            {"name": "dateextract", "column": "miles", "dateInfo": ["year", "day"], "newColumns": ["x"]}]),
        json!([{"name": "convert", "columns": ["miles"], "dataType": "date"},
            {"name": "dategranularity", "column": "miles", "granularity": "day", "newColumn": "x"}]),
        json!([{"name": "convert", "columns": ["miles"], "dataType": "date"},
            {"name": "dateextract", "column": "miles", "operation": "firstDayOfMonth", "newColumnName": "x"}]),
        json!([{"name": "convert", "columns": ["miles"], "dataType": "date"},
            {"name": "duration", "startDateColumn": "miles", "endDateColumn": "miles", "durationIn": "days",
            "newColumnName": "x"}]),
        json!([{"name": "convert", "columns": ["miles"], "dataType": "date"},
            {"name": "fromdate", "column": "miles", "format": "%Y"}, {"name": "duplicate", "column": "miles",
            "newColumnName": "x"}]),
        json!([{"name": "duplicate", "column": "miles", "newColumnName": "x"}, {"name": "trim", "columns": ["x"]},
            {"name": "uppercase", "column": "x"}, {"name": "lowercase", "column": "x"}]),
        json!([{"name": "absolutevalue", "column": "miles", "newColumn": "x"}]),
        json!([{"name": "comparetext", "strCol1": "carrier", "strCol2": "miles", "newColumnName": "x"}]),
        json!([{"name": "substring", "column": "miles", "startIndex": 1, "endIndex": 9}]),
        json!([{"name": "substring", "column": "miles", "startIndex": 1, "endIndex": 9, "newColumnName": "x"}]),
        json!([{"name": "split", "column": "miles", "delimiter": ".", "numberColsToKeep": 2}]),
        json!([{"name": "replace", "searchColumn": "miles", "toReplace": [[100, 1]]},
            {"name": "replacetext", "searchColumn": "miles", "oldStr": "1", "newStr": "2"}]),
        json!([{"name": "percentage", "column": "miles"}]),
        json!([{"name": "percentage", "column": "miles", "newColumnName": "x"}]),
        json!([{"name": "percentage", "column": "delay", "group": ["miles"], "newColumnName": "x"}]),
        json!([{"name": "aggregate", "on": ["miles"], "keepOriginalGranularity": true, "aggregations": [
            {"aggfunction": "count", "columns": ["delay"], "newcolumns": ["x"]}]}]),
        json!([join(json!([["miles", "at"]]))]),
        json!([{"name": "rename", "toRename": [["miles", "x"]]}]),
        json!([{"name": "append", "pipelines": [[{"name": "domain", "domain": "flights"},
            {"name": "formula", "newColumn": "x", "formula": "miles"}]]}]),
        json!([{"name": "formula", "newColumn": "x", "formula": "miles"},
            {"name": "text", "text": 1, "newColumn": "miles"},
            {"name": "formula", "newColumn": "z", "formula": "x"}]),
    ] {
        assert_eq!(shown(&steps), ["carrier", "delay"], "{steps}");
    }
    let over =
        json!([{"name": "substring", "column": "miles", "startIndex": 1, "endIndex": 9, "newColumnName": "delay"}]);
    assert_eq!(shown(&over), ["carrier"], "a name that was seen before");
    for function in ["avg", "sum", "min", "max", "count", "first", "last", "count distinct"] {
        let steps = json!([{"name": "aggregate", "on": ["carrier"], "aggregations": [aggregated(function)]}]);
        assert_eq!(shown(&steps), ["carrier", "late"], "{function}");
    }
    // A join keyed by what anybody sees brings all columns.
    assert_eq!(shown(&json!([join(json!([["carrier", "carrier"]]))])), ["carrier", "delay", "at", "band"]);
}

#[test]
fn what_other_shapes_of_a_table_make_of_a_hidden_column_is_hidden() {
    let far = json!({"name": "ifthenelse", "if": {"column": "miles", "operator": "gt", "value": 100},
        "then": "'delay'", "else": "'other'", "newColumn": "far"});
    let sums = json!([{"aggfunction": "sum", "columns": ["miles"], "newcolumns": ["delay"]}]);
    for (steps, expected) in [
        (
            json!([far, {"name": "pivot", "index": ["carrier"], "columnToPivot": "far", "valueColumn": "delay", "aggFunction": "count"}]),
            vec!["carrier"],
        ),
        (
            json!([{"name": "unpivot", "keep": ["carrier"], "unpivot": ["delay", "miles"], "unpivotColumnName": "what",
            "valueColumnName": "delay", "dropna": false}]),
            vec!["carrier"],
        ),
        (json!([{"name": "rollup", "hierarchy": ["carrier"], "aggregations": sums}]), vec!["carrier"]),
        (
            json!([{"name": "totals", "totalDimensions": [{"totalColumn": "carrier", "totalRowsLabel": "all"}], "aggregations": sums}]),
            vec!["carrier"],
        ),
        (
            json!([{"name": "waterfall", "valueColumn": "delay", "milestonesColumn": "miles", "start": 100, "end": 200,
            "labelsColumn": "delay", "groupby": ["carrier"], "sortBy": "value", "order": "asc"}]),
            vec!["carrier"],
        ),
        (json!([{"name": "customsql", "query": "SELECT * FROM input"}]), vec!["carrier", "delay"]),
    ] {
        assert_eq!(shown(&steps), expected, "{steps}");
    }
    let asked = json!([{"name": "customsql", "query": "SELECT carrier, miles AS x FROM input"}]);
    let known = IndexMap::from([dataset("flights", table("flights"), asked, hiding(&["miles"]))]);
    let engine = engine(MemoryCatalog::with("flights", &flights()));
    let error = ask(&engine, secured(&known, "flights", json!([]), &Reader::default())).unwrap_err();
    assert!(matches!(&error, EngineError::NotPermittedColumn { column } if column == "miles"), "{error}");
}

#[test]
fn steps_may_choose_and_order_rows_by_a_hidden_column() {
    let chosen = json!([
        {"name": "filter", "condition": {"column": "miles", "operator": "ge", "value": 100}},
        {"name": "sort", "columns": [{"column": "miles", "order": "desc"}]},
        {"name": "top", "rankOn": "miles", "sort": "desc", "limit": 2}]);
    let known = IndexMap::from([dataset("flights", table("flights"), chosen, hiding(&["miles"]))]);
    let engine = engine(MemoryCatalog::with("flights", &flights()));
    let answer = ask(&engine, secured(&known, "flights", json!([]), &Reader::default())).unwrap();
    assert_eq!(answer, json!({"carrier": ["UA", "DL"], "delay": [9, 7]}));
}

#[test]
fn asking_for_what_is_made_of_a_hidden_column_is_not_permitted() {
    let made = json!([{"name": "formula", "newColumn": "x", "formula": "miles * 2"}]);
    let known = IndexMap::from([
        dataset("flights", table("flights"), made, hiding(&["miles"])),
        dataset("heir", aracari_app::DatasetInput::Dataset("flights".into()), json!([]), everyone()),
    ]);
    for prepared_bytes in [0, 64 << 20] {
        let settings = EngineSettings { prepared_bytes, ..EngineSettings::default() };
        let engine = Engine::new(MemoryCatalog::with("flights", &flights()), settings).unwrap();
        for id in ["flights", "heir"] {
            let select = json!([{"name": "select", "columns": ["x"]}]);
            let error = ask(&engine, secured(&known, id, select.clone(), &Reader::default())).unwrap_err();
            assert!(matches!(&error, EngineError::NotPermittedColumn { column } if column == "x"), "{id}: {error}");
            let insider = Reader { groups: vec!["finance".into()], ..Reader::default() };
            assert!(ask(&engine, secured(&known, id, select, &insider)).is_ok());
        }
    }
}

#[test]
fn rows_may_be_restricted_by_a_column_that_is_hidden() {
    let engine = engine(MemoryCatalog::with("flights", &flights()));
    let mut permissions = by_attribute("carrier", "in", "carriers");
    permissions.columns = hiding(&["carrier"]).columns;
    let answer =
        ask(&engine, secured(&datasets(permissions), "flights", json!([]), &reader(json!({"carriers": "UA"}))))
            .unwrap();
    assert_eq!(answer, json!({"delay": [5, 9], "miles": [100.0, 300.0]}));
}

#[test]
fn what_cannot_be_secured_does_not_run() {
    let attempt = |datasets: &IndexMap<String, Dataset>, id: &str, question: Json| {
        let query = Query::new(id, crate::memory::steps(question), 10);
        secure_over(datasets, query, &Reader::default()).map(drop)
    };
    let known = datasets(everyone());
    let nowhere = PolicyError::UnknownDataset("nowhere".into());
    assert_eq!(attempt(&known, "nowhere", json!([])), Err(nowhere.clone()));
    let join = json!([{"name": "append", "pipelines": [[{"name": "domain", "domain": "nowhere"}]]}]);
    assert_eq!(attempt(&known, "flights", join), Err(nowhere));
    let circle = IndexMap::from([
        dataset("a", aracari_app::DatasetInput::Dataset("b".into()), json!([]), everyone()),
        dataset("b", aracari_app::DatasetInput::Dataset("a".into()), json!([]), everyone()),
    ]);
    assert!(matches!(attempt(&circle, "a", json!([])), Err(PolicyError::Cycle(_))));
    assert_eq!(Permissions::nobody().bind_rows(&Reader::default()), BoundRule::NoRows);
}

#[cfg(unix)]
#[test]
fn a_query_without_a_fingerprint_does_not_run() {
    use std::os::unix::ffi::OsStringExt;

    let engine = engine(MemoryCatalog::with("flights", &flights()));
    let mut datasets = datasets(by_attribute("carrier", "in", "carriers"));
    let aracari_app::DatasetInput::Table { source, .. } = &mut datasets["flights"].input else { unreachable!() };
    source.folder = std::ffi::OsString::from_vec(b"/apps/\xff".to_vec()).into();
    for carrier in ["UA", "DL"] {
        let query = secured(&datasets, "flights", json!([]), &reader(json!({"carriers": carrier})));
        assert!(matches!(query.fingerprint(), Err(EngineError::Internal { .. })));
        assert!(matches!(ask(&engine, query), Err(EngineError::Internal { .. })));
    }
    assert_eq!(engine.statistics().executions, 0);
}

#[test]
fn fingerprints_tell_permissions_apart() {
    let open = datasets(everyone());
    let own = datasets(by_attribute("carrier", "in", "carriers"));
    let hidden = datasets(hiding(&["miles"]));
    let print = |datasets, asking: &Reader| secured(datasets, "flights", json!([]), asking).fingerprint().unwrap();
    let (united, delta) = (reader(json!({"carriers": ["UA"]})), reader(json!({"carriers": ["DL"]})));
    let prints = [
        print(&open, &united),
        print(&own, &united),
        print(&own, &delta),
        print(&own, &Reader::default()),
        print(&hidden, &united),
    ];
    for (index, left) in prints.iter().enumerate() {
        assert!(prints[index + 1..].iter().all(|right| right != left), "{index}");
    }
    let same = Reader { groups: vec!["unrelated".into()], ..united.clone() };
    assert_eq!(print(&own, &united), print(&own, &same), "readers who see the same share answers");
}

/// Whether a hidden row would make a function fail must not be told by failing.
#[test]
fn what_fails_over_a_hidden_row_fails_for_nobody_else() {
    let row = |carrier: &str, delay| (Some(carrier.to_owned()), Some(delay), Some(1.0));
    let mut rows: Vec<Row> = (0..300).map(|delay| row("UA", delay)).collect();
    rows.insert(150, row("secret", i64::MIN));
    let rows = batch(&rows);
    let sql = |query: &str| json!([{"name": "customsql", "query": query}]);
    let questions = [
        sql("SELECT count(*) AS n FROM input WHERE abs(delay) >= 0"),
        sql("SELECT count(*) AS n FROM input WHERE abs(delay) >= 0 AND abs(delay) < 1000 AND miles > 0"),
        sql("SELECT sum(x) AS n FROM (SELECT abs(delay) AS x, carrier FROM input) WHERE x >= 0 AND x < 1000"),
        sql(
            "SELECT count(*) AS n FROM (SELECT carrier, abs(delay) AS x FROM input) WHERE carrier <> 'nobody' AND x >= 0",
        ),
        sql("SELECT max(x) AS n FROM (SELECT carrier, abs(delay) AS x FROM input)"),
        sql("SELECT carrier, abs(delay) AS n FROM input ORDER BY delay LIMIT 1"),
        sql("SELECT count(*) AS n FROM input WHERE CAST(replace(carrier, 'UA', '1') AS BIGINT) = 1"),
        sql("SELECT count(*) AS n FROM input a JOIN input b ON abs(a.delay) = abs(b.delay) WHERE abs(b.delay) > 3"),
        json!([{"name": "formula", "newColumn": "x", "formula": "delay % 7"}, {"name": "absolutevalue",
            "column": "delay", "newColumn": "y"}, {"name": "filter", "condition": {"and": [
            {"column": "y", "operator": "ge", "value": 0}, {"column": "x", "operator": "ge", "value": 0}]}},
            {"name": "aggregate", "on": [], "aggregations": [
                {"aggfunction": "count", "columns": ["y"], "newcolumns": ["n"]}]}]),
    ];
    let one = json!({"column": "carrier", "operator": "eq", "value": "UA"});
    let other = json!({"and": [{"column": "carrier", "operator": "ne", "value": "secret"},
        {"column": "delay", "operator": "ge", "value": 0}]});
    let mut bad = Vec::new();
    for (question, rule) in questions.iter().flat_map(|question| [&one, &other].map(|rule| (question, rule))) {
        let permissions = by_condition(&serde_json::from_value(rule.clone()).unwrap());
        let answer = |steps: &Json, asked: &Json| {
            let settings = EngineSettings { prepared_bytes: 0, ..EngineSettings::default() };
            let engine = Engine::new(MemoryCatalog::with("t", &rows), settings).unwrap();
            let datasets = IndexMap::from([dataset("d", table("t"), steps.clone(), permissions.clone())]);
            ask(&engine, secured(&datasets, "d", asked.clone(), &Reader::default()))
        };
        for answer in [answer(&json!([]), question), answer(question, &json!([]))] {
            let Ok(answer) = answer else {
                bad.push(format!("{question} under {rule}: {answer:?}"));
                continue;
            };
            assert!(answer["n"].as_array().is_some_and(|found| !found.is_empty()), "{question}: {answer}");
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    let everything = IndexMap::from([dataset("d", table("t"), json!([]), everyone())]);
    let engine = engine(MemoryCatalog::with("t", &rows));
    let failed = ask(&engine, secured(&everything, "d", questions[0].clone(), &Reader::default()));
    assert!(failed.is_err(), "who may see the row is told");
}

/// A database's wide decimal is a float here, and one float stands for several whole numbers that large.
#[test]
fn a_key_that_a_float_cannot_tell_from_others_shows_no_rows() {
    let row = |miles| (Some("UA".to_owned()), Some(1), Some(miles));
    let rows = batch(&[row(9_007_199_254_740_992.0), row(9_007_199_254_740_991.0), row(5.0)]);
    let engine = engine(MemoryCatalog::with("t", &rows));
    let seen = |operator: &str, key: Json| {
        let datasets = IndexMap::from([dataset("d", table("t"), json!([]), by_attribute("miles", operator, "key"))]);
        let select = json!([{"name": "select", "columns": ["miles"]}]);
        ask(&engine, secured(&datasets, "d", select, &reader(json!({"key": key})))).unwrap()["miles"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(seen("eq", json!(9_007_199_254_740_991_i64)), 1);
    assert_eq!(seen("eq", json!("5")), 1);
    for key in [json!(9_007_199_254_740_993_i64), json!("9007199254740993"), json!(9_007_199_254_740_992_i64)] {
        assert_eq!(seen("eq", key.clone()), 0, "{key}");
        assert_eq!(seen("in", json!([key])), 0, "{key}");
        assert_eq!(seen("nin", json!([key])), 0, "{key}");
    }
}
