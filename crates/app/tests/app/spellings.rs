//! Every key of every step, in both spellings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aracari_app::{Step, check_pipeline};
use serde_json::{Map, Value as Json, json};

/// Every step with every key; a key with two spellings holds both, as `first|other`.
#[expect(clippy::too_many_lines, reason = "one entry a step")]
fn steps() -> Vec<(&'static str, Json)> {
    let condition = json!({"column": "sold", "operator": "gt", "value": 3});
    let sums = json!([{"newcolumns": ["all"], "aggfunction": "sum", "columns": ["sold"]}]);
    vec![
        ("absolutevalue", json!({"column": "sold", "newColumn|new_column": "size"})),
        (
            "addmissingdates",
            json!({"datesColumn|dates_column": "day", "datesGranularity|dates_granularity": "week", "groups": ["shop"]}),
        ),
        (
            "aggregate",
            json!({"on": ["shop"], "aggregations": sums, "keepOriginalGranularity|keep_original_granularity": true, "countNulls|count_nulls": true}),
        ),
        (
            "aggregate",
            json!({"on": [], "aggregations": [{"newcolumn": "all", "aggfunction": "first", "column": "sold"}]}),
        ),
        ("append", json!({"pipelines": ["shops", [{"name": "domain", "domain": "shops"}]]})),
        ("argmax", json!({"column": "sold", "groups": ["shop"]})),
        ("argmin", json!({"column": "sold", "groups": ["shop"]})),
        (
            "comparetext",
            json!({"newColumnName|new_column_name": "same", "strCol1|str_col_1": "shop", "strCol2|str_col_2": "town"}),
        ),
        (
            "concatenate",
            json!({"columns": ["shop", "town"], "separator": ", ", "newColumnName|new_column_name": "place"}),
        ),
        ("convert", json!({"columns": ["sold"], "dataType|data_type": "text"})),
        (
            "cumsum",
            json!({"toCumSum|to_cumsum": [["sold", "so far"], ["cost", null]], "referenceColumn|reference_column": "day", "groupby": ["shop"]}),
        ),
        (
            "cumsum",
            json!({"valueColumn|value_column": "sold", "newColumn|new_column": "so far", "referenceColumn|reference_column": "day", "groupby": null}),
        ),
        ("custom", json!({"query": "[]"})),
        ("customsql", json!({"query": "SELECT 1 AS one", "columns": ["one"]})),
        (
            "dateextract",
            json!({"column": "day", "dateInfo|date_info": ["year", "isoWeek"], "newColumns|new_columns": ["y", "w"]}),
        ),
        ("dateextract", json!({"column": "day", "operation": "month", "newColumnName|new_column_name": "m"})),
        ("dategranularity", json!({"granularity": "isoWeek", "column": "day", "newColumn|new_column": "week"})),
        ("delete", json!({"columns": ["cost"]})),
        ("dissolve", json!({"groups": ["land"], "aggregations": sums, "includeNulls|include_nulls": true})),
        ("domain", json!({"domain": "sales"})),
        ("duplicate", json!({"column": "shop", "newColumnName|new_column_name": "again"})),
        (
            "duration",
            json!({"newColumnName|new_column_name": "took", "startDateColumn|start_date_column": "day", "endDateColumn|end_date_column": "until", "durationIn|duration_in": "hours"}),
        ),
        (
            "evolution",
            json!({"dateCol|date_col": "day", "valueCol|value_col": "sold", "evolutionType|evolution_type": "vsLastMonth", "evolutionFormat|evolution_format": "pct", "indexColumns|index_columns": ["shop"], "newColumn|new_column": "grown"}),
        ),
        ("fillna", json!({"columns": ["sold", "cost"], "value": 0})),
        ("fillna", json!({"column": "sold", "value": 0})),
        ("filter", json!({"condition": {"and": [condition, {"or": [condition]}]}})),
        ("formula", json!({"newColumn|new_column": "gain", "formula": "sold - cost"})),
        ("fromdate", json!({"column": "day", "format": "%d %b %Y"})),
        (
            "hierarchy",
            json!({"hierarchyLevelColumn|hierarchy_level_column": "level", "hierarchy": ["land", "town"], "includeNulls|include_nulls": true}),
        ),
        (
            "ifthenelse",
            json!({"newColumn|new_column": "kind", "if|condition": condition, "then": "'much'", "else|else_value": {"if|condition": condition, "then": "'some'", "else|else_value": "'none'"}}),
        ),
        (
            "join",
            json!({"type": "left outer", "on": [["shop", "name"]], "rightPipeline|right_pipeline": [{"name": "domain", "domain": "shops"}]}),
        ),
        ("lowercase", json!({"column": "shop"})),
        (
            "movingaverage",
            json!({"valueColumn|value_column": "sold", "columnToSort|column_to_sort": "day", "movingWindow|moving_window": 3, "groups": ["shop"], "newColumnName|new_column_name": "calm"}),
        ),
        ("percentage", json!({"column": "sold", "group": ["shop"], "newColumnName|new_column_name": "share"})),
        (
            "pivot",
            json!({"index": ["shop"], "columnToPivot|column_to_pivot": "year", "valueColumn|value_column": "sold", "aggFunction|agg_function": "avg"}),
        ),
        (
            "rank",
            json!({"valueCol|value_col": "sold", "order": "asc", "method": "dense", "groupby": ["shop"], "newColumnName|new_column_name": "place"}),
        ),
        ("rename", json!({"toRename|to_rename": [["shop", "store"]]})),
        ("rename", json!({"oldname": "shop", "newname": "store"})),
        ("replace", json!({"searchColumn|search_column": "shop", "toReplace|to_replace": [["a", "b"], [null, "c"]]})),
        ("replacetext", json!({"searchColumn|search_column": "shop", "oldStr|old_str": "-", "newStr|new_str": " "})),
        (
            "rollup",
            json!({"hierarchy": ["land", "town"], "aggregations": sums, "groupby": ["year"], "labelCol|label_col": "label", "levelCol|level_col": "level", "childLevelCol|child_level_col": "below", "parentLabelCol|parent_label_col": "above"}),
        ),
        ("select", json!({"columns": ["shop", "sold"]})),
        ("simplify", json!({"tolerance": 0.5})),
        ("sort", json!({"columns": [{"column": "sold", "order": "desc"}]})),
        ("split", json!({"column": "shop", "delimiter": "-", "numberColsToKeep|number_cols_to_keep": 2})),
        (
            "statistics",
            json!({"column": "sold", "groupbyColumns|groupby_columns": ["shop"], "statistics": ["count", "standard deviation"], "quantiles": [{"label": "median", "nth": 1, "order": 2}]}),
        ),
        (
            "substring",
            json!({"column": "shop", "newColumnName|new_column_name": "start", "startIndex|start_index": 1, "endIndex|end_index": -1}),
        ),
        ("text", json!({"text": "a", "newColumn|new_column": "letter"})),
        ("todate", json!({"column": "day", "format": "%Y"})),
        ("top", json!({"groups": ["shop"], "rankOn|rank_on": "sold", "sort": "desc", "limit": 3})),
        (
            "totals",
            json!({"totalDimensions|total_dimensions": [{"totalColumn|total_column": "shop", "totalRowsLabel|total_rows_label": "every shop"}], "aggregations": sums, "groups": ["year"]}),
        ),
        ("trim", json!({"columns": ["shop"]})),
        ("uniquegroups", json!({"on": ["shop"]})),
        (
            "unpivot",
            json!({"keep": ["shop"], "unpivot": ["sold", "cost"], "unpivotColumnName|unpivot_column_name": "what", "valueColumnName|value_column_name": "amount", "dropna": false}),
        ),
        ("uppercase", json!({"column": "shop"})),
        (
            "waterfall",
            json!({"valueColumn|value_column": "sold", "milestonesColumn|milestones_column": "year", "start": 2020, "end": 2021, "labelsColumn|labels_column": "shop", "sortBy|sort_by": "label", "order": "asc", "parentsColumn|parents_column": "land", "groupby": ["kind"], "backfill": false}),
        ),
    ]
}

/// The same with each key in one of its spellings.
fn spelt(written: &Json, choose: fn(&str) -> &str) -> Json {
    match written {
        Json::Object(entries) => {
            let chosen = |(key, value): (&String, &Json)| (choose(key).to_owned(), spelt(value, choose));
            Json::from(entries.iter().map(chosen).collect::<Map<_, _>>())
        }
        Json::Array(items) => items.iter().map(|item| spelt(item, choose)).collect(),
        other => other.clone(),
    }
}

fn first(key: &str) -> &str {
    key.split('|').next().unwrap_or(key)
}

fn other(key: &str) -> &str {
    key.split('|').next_back().unwrap_or(key)
}

fn named(name: &str, mut step: Json) -> Json {
    step["name"] = json!(name);
    step
}

#[test]
fn both_spellings_are_one_step_which_is_written_in_the_first() {
    for (name, written) in steps() {
        let [step, twin] = [first, other].map(|choose| named(name, spelt(&written, choose)));
        for spelling in [&step, &twin] {
            let findings = check_pipeline(Path::new("steps.json"), &json!([spelling]).to_string());
            assert!(findings.is_empty(), "{spelling}: {}", findings[0].diagnostic);
        }
        let read = |json: &Json| serde_json::from_value::<Step>(json.clone());
        let known = read(&step).unwrap_or_else(|error| panic!("{step}: {error}"));
        assert_eq!(read(&twin).unwrap_or_else(|error| panic!("{twin}: {error}")), known);
        let saved = serde_json::to_value(&known).unwrap();
        assert_eq!(read(&saved).unwrap(), known, "{saved}");
        assert!(saved.as_object().unwrap().keys().all(|key| !key.contains('_')), "{saved}");
        if step != twin {
            let mut both = step.clone();
            both.as_object_mut().unwrap().extend(twin.as_object().unwrap().clone());
            assert!(read(&both).is_err(), "a key stands in both spellings: {both}");
        }
    }
}

#[test]
fn the_schema_has_every_key_in_both_spellings() {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, written) in steps() {
        let keys = written.as_object().unwrap().keys().flat_map(|key| key.split('|')).map(str::to_owned);
        known.entry(name.to_owned()).or_default().extend(keys);
    }
    let schema = aracari_app::schema_json("step").unwrap();
    let in_schema: BTreeMap<String, BTreeSet<String>> = schema["else"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variant| {
            let properties = variant["properties"].as_object().unwrap();
            let notes = ["name", "label", "comment", "disabled"];
            let keys = properties.keys().filter(|key| !notes.contains(&key.as_str())).cloned().collect();
            (properties["name"]["const"].as_str().unwrap().to_owned(), keys)
        })
        .collect();
    assert_eq!(in_schema, known);
}
