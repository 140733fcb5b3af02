//! Charts and choices to queries.

use aracari_app::{App, PageRef, Query, QueryRequest, Reader, ResolveError};
use serde_json::{Map, Value as Json, json};

use crate::support::{app, load_with};

fn object(json: Json) -> Map<String, Json> {
    let Json::Object(map) = json else { panic!("{json} is no map") };
    map
}

fn resolve(
    app: &App,
    page: &PageRef,
    block: &str,
    filters: Json,
    view: Json,
) -> Result<Vec<(String, Query)>, ResolveError> {
    let (filters, view, reader) = (object(filters), object(view), Reader::default());
    let request = QueryRequest { page, block, filters: &filters, view: &view, reader: &reader };
    Ok(app.resolve(&request)?.frames.into_iter().collect())
}

fn home(app: &App, block: &str, filters: Json, view: Json) -> String {
    let frames = resolve(app, &PageRef::Home {}, block, filters, view).unwrap();
    let lines = frames.iter().map(|(name, query)| {
        let steps: Vec<String> = query.steps.iter().map(|step| serde_json::to_string(step).unwrap()).collect();
        format!("{name}: {} limit {}\n  {}", query.dataset, query.limit, steps.join("\n  "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_kpi_asks_for_its_value_the_period_before_and_a_trend() {
    insta::assert_snapshot!(home(&app(), "revenue", json!({}), json!({})), @r##"
    main: sales limit 1
      {"name":"filter","condition":{"and":[{"column":"day","operator":"from","value":{"$date":1356998400000000}},{"column":"day","operator":"until","value":{"$date":1364688000000000}}]}}
      {"name":"aggregate","on":[],"aggregations":[{"newcolumns":["revenue"],"aggfunction":"sum","columns":["amount"]},{"newcolumns":["__rows"],"aggfunction":"count distinct including empty","columns":["day"]}],"keepOriginalGranularity":null,"countNulls":false}
      {"name":"filter","condition":{"column":"__rows","operator":"gt","value":0}}
      {"name":"select","columns":["revenue"]}
    previous: sales limit 1
      {"name":"filter","condition":{"and":[{"column":"day","operator":"from","value":{"$date":1349049600000000}},{"column":"day","operator":"until","value":{"$date":1356912000000000}}]}}
      {"name":"aggregate","on":[],"aggregations":[{"newcolumns":["revenue"],"aggfunction":"sum","columns":["amount"]},{"newcolumns":["__rows"],"aggfunction":"count distinct including empty","columns":["day"]}],"keepOriginalGranularity":null,"countNulls":false}
      {"name":"filter","condition":{"column":"__rows","operator":"gt","value":0}}
      {"name":"select","columns":["revenue"]}
    trend: sales limit 10000
      {"name":"filter","condition":{"and":[{"column":"day","operator":"from","value":{"$date":1356998400000000}},{"column":"day","operator":"until","value":{"$date":1364688000000000}}]}}
      {"name":"dategranularity","granularity":"month","column":"day","newColumn":null}
      {"name":"aggregate","on":["day"],"aggregations":[{"newcolumns":["revenue"],"aggfunction":"sum","columns":["amount"]}],"keepOriginalGranularity":null,"countNulls":false}
    "##);
}

#[test]
fn the_period_before_follows_the_calendar_and_stops_where_the_records_begin() {
    let bounded = load_with("filters.yaml", "type: date-range", "type: date-range\n    min: 2013-01-01").app.unwrap();
    let before = |start: &str, end: &str| {
        let asked = home(&bounded, "revenue", json!({"period": {"start": start, "end": end}}), json!({}));
        let days: Vec<i64> = asked
            .split("previous:")
            .nth(1)?
            .split("trend:")
            .next()?
            .split("\"$date\":")
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap().parse::<i64>().unwrap() / 86_400_000_000 - 15_706)
            .collect();
        Some((days[0], days[1]))
    };

    // Day 0 is the first of January 2013. Spring is compared with winter, one month with the month before.
    assert_eq!(before("2013-04-01", "2013-06-30"), Some((0, 89)));
    assert_eq!(before("2013-03-01", "2013-03-31"), Some((31, 58)));
    // Other periods with as many days before.
    assert_eq!(before("2013-01-08", "2013-01-14"), Some((0, 6)));
    // Nothing to compare with before the records begin.
    assert_eq!(before("2013-01-01", "2013-12-31"), None);
    assert_eq!(before("2013-01-05", "2013-01-14"), None);
}

#[test]
fn a_ranking_computes_what_only_its_having_needs() {
    let asked = home(&app(), "best", json!({"period": null, "country": ["FR", "DE"]}), json!({"region": "FR"}));
    insta::assert_snapshot!(asked, @r##"
    main: sales limit 5
      {"name":"filter","condition":{"and":[{"column":"country","operator":"in","value":["FR","DE"]},{"column":"country","operator":"eq","value":"FR"}]}}
      {"name":"aggregate","on":["shop"],"aggregations":[{"newcolumns":["revenue"],"aggfunction":"sum","columns":["amount"]},{"newcolumns":["orders"],"aggfunction":"count distinct including empty","columns":["shop"]}],"keepOriginalGranularity":null,"countNulls":false}
      {"name":"filter","condition":{"column":"orders","operator":"ge","value":3}}
      {"name":"sort","columns":[{"column":"revenue","order":"desc"}]}
      {"name":"select","columns":["shop","revenue"]}
    "##);
}

#[test]
fn all_removes_the_condition_and_nothing_else() {
    let app = app();
    let everything = home(&app, "best", json!({"period": null, "country": null}), json!({}));
    assert!(!everything.contains("2013") && !everything.contains("\"column\":\"country\""), "{everything}");
    // No period, nothing to compare with.
    assert!(!home(&app, "revenue", json!({"period": null}), json!({})).contains("previous:"));
    // A list without a value means no rows, not all rows.
    assert!(home(&app, "best", json!({"country": []}), json!({})).contains(r#""operator":"in","value":[]"#));
}

#[test]
fn a_formula_over_metrics_is_computed_after_aggregation() {
    let story = PageRef::Story { id: "story".to_owned() };
    let frames =
        resolve(&app(), &story, "chart", json!({"period": {"start": "2013-01-01", "end": "2013-01-31"}}), json!({}))
            .unwrap();
    let steps: Vec<String> = frames[0].1.steps.iter().map(|step| serde_json::to_string(step).unwrap()).collect();
    insta::assert_snapshot!(steps.join("\n"), @r##"
    {"name":"filter","condition":{"and":[{"column":"day","operator":"from","value":{"$date":1356998400000000}},{"column":"day","operator":"until","value":{"$date":1359590400000000}}]}}
    {"name":"dategranularity","granularity":"month","column":"day","newColumn":null}
    {"name":"aggregate","on":["day","country"],"aggregations":[{"newcolumns":["revenue"],"aggfunction":"sum","columns":["amount"]},{"newcolumns":["orders"],"aggfunction":"count distinct including empty","columns":["day"]}],"keepOriginalGranularity":null,"countNulls":false}
    {"name":"formula","newColumn":"basket","formula":"revenue / orders"}
    {"name":"select","columns":["day","country","basket"]}
    "##);
}

#[test]
fn only_what_the_page_declares_passes() {
    let app = app();
    let story = PageRef::Story { id: "story".to_owned() };
    let cases = [
        (PageRef::Home {}, "nothing", json!({}), json!({}), "the page has no block `nothing`"),
        (PageRef::Story { id: "x".into() }, "chart", json!({}), json!({}), "there is no such page"),
        (story.clone(), "chart", json!({"country": ["FR"]}), json!({}), "the page has no filter `country`"),
        (story.clone(), "chart", json!({"salary": 1}), json!({}), "the page has no filter `salary`"),
        (story.clone(), "chart", json!({}), json!({"planet": "x"}), "the app has no view `planet`"),
        (
            PageRef::Home {},
            "best",
            json!({"country": "FR"}),
            json!({}),
            "the filter `country` expects a list of values",
        ),
        (
            PageRef::Home {},
            "best",
            json!({"country": [{"$all": true}]}),
            json!({}),
            "the filter `country` expects a text",
        ),
        (PageRef::Home {}, "best", json!({"country": [1]}), json!({}), "the filter `country` expects a text"),
        (PageRef::Home {}, "best", json!({"period": "q1"}), json!({}), "the filter `period` expects"),
        (PageRef::Home {}, "best", json!({"period": {"preset": "q9"}}), json!({}), "one of the presets `q1`"),
        (
            PageRef::Home {},
            "best",
            json!({"period": {"start": "2013-02-01", "end": "2013-01-01"}}),
            json!({}),
            "not after its `end`",
        ),
        (PageRef::Home {}, "best", json!({}), json!({"region": ["FR"]}), "the filter `region` expects a text"),
    ];
    for (page, block, filters, view, expected) in cases {
        let error = resolve(&app, &page, block, filters.clone(), view).unwrap_err().to_string();
        assert!(error.contains(expected), "{filters}: {error}");
    }
}

#[test]
fn a_list_of_choices_is_a_query_like_any_other() {
    let app = app();
    let reader = Reader::default();
    let (filters, view) = (object(json!({"country": ["FR"]})), object(json!({"region": "DE"})));
    let query = app.resolve_filter_values("shop", Some("a.b(c"), &filters, &view, &reader).unwrap();
    let steps: Vec<String> = query.steps.iter().map(|step| serde_json::to_string(step).unwrap()).collect();
    insta::assert_snapshot!(steps.join("\n"), @r##"
    {"name":"filter","condition":{"and":[{"column":"country","operator":"in","value":["FR"]},{"column":"country","operator":"eq","value":"DE"},{"column":"shop","operator":"notnull","value":null}]}}
    {"name":"aggregate","on":["shop"],"aggregations":[],"keepOriginalGranularity":null,"countNulls":false}
    {"name":"rename","toRename":[["shop","value"]]}
    {"name":"formula","newColumn":"label","formula":"[value]"}
    {"name":"filter","condition":{"column":"label","operator":"matches","value":"(?i)a\\.b\\(c"}}
    {"name":"sort","columns":[{"column":"label","order":"asc"},{"column":"value","order":"asc"}]}
    {"name":"select","columns":["value","label"]}
    "##);
    assert_eq!(query.limit, 201);
    let unknown = app.resolve_filter_values("salary", None, &Map::new(), &Map::new(), &reader).unwrap_err();
    assert_eq!(unknown.to_string(), "the page has no filter `salary`");
    let none = app.resolve_filter_values("period", None, &Map::new(), &Map::new(), &reader).unwrap_err();
    assert_eq!(none.to_string(), "the filter `period` has no list of values");
}

#[test]
fn variables_in_steps_keep_their_type() {
    let steps = "steps:\n  - { name: filter, condition: { and: [{ column: day, operator: ge, value: \"{{ filters.period.start }}\" }, \
                 { column: country, operator: in, value: \"{{ filters.country }}\" }, { column: shop, value: \"{{ user.attributes.shop }}\" }] } }";
    let loaded = load_with("datasets/sales.yaml", "steps:", steps);
    let app = loaded.app.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let asked = resolve(&app, &PageRef::Home {}, "best", json!({"country": ["FR"]}), json!({})).unwrap();
    let bound = |asked: &[(String, Query)]| serde_json::to_string(&asked[0].1.bound["sales"][0]).unwrap();
    insta::assert_snapshot!(bound(&asked), @r##"{"name":"filter","condition":{"and":[{"column":"day","operator":"ge","value":{"$date":1356998400000000}},{"column":"country","operator":"in","value":["FR"]},{"column":"shop","operator":"eq","value":null}]}}"##);
    let everything =
        resolve(&app, &PageRef::Home {}, "best", json!({"country": null, "period": null}), json!({})).unwrap();
    insta::assert_snapshot!(bound(&everything), @r##"{"name":"filter","condition":{"and":[{"column":"shop","operator":"eq","value":null}]}}"##);
}

#[test]
fn resolving_is_fast() {
    let app = app();
    let filters = object(json!({"country": ["FR", "DE"], "period": {"preset": "q1"}}));
    let (view, reader) = (Map::new(), Reader::default());
    let request =
        QueryRequest { page: &PageRef::Home {}, block: "best", filters: &filters, view: &view, reader: &reader };
    let started = std::time::Instant::now();
    for _ in 0..1_000 {
        app.resolve(&request).unwrap();
    }
    let each = started.elapsed() / 1_000;
    println!("{each:?} a block");
    assert!(each < std::time::Duration::from_micros(200), "{each:?}");
}

#[test]
fn notes_references_and_steps_that_are_off_are_read_before_anything_else() {
    let other = "\
label: Shops
dataset: sales
steps: [{ name: select, columns: [shop] }]
permissions: { rows: everyone }
";
    let steps = "steps:
  - { name: append, label: More, comment: \"{{ why }}\", pipelines: [{ type: ref, uid: nobody }, { type: ref, uid: shops }] }
  - { name: nonsense, disabled: true, what: \"{{ ever }}\" }
  - { name: append, pipelines: [{ type: ref, uid: nobody }] }
  - { name: fillna, columns: [shop], value: \"{{ user.attributes.shop }}\" }
";
    let mut files = crate::support::files();
    files.push(("datasets/shops.yaml", other.replace("dataset: sales", "source: files\ntable: data/sales.csv")));
    for (path, text) in &mut files {
        if *path == "datasets/sales.yaml" {
            *text = text.replacen("steps:\n", steps, 1);
        }
    }
    let folder = crate::support::folder(&files);
    let loaded = crate::support::load(folder.path());
    let app = loaded.app.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let asked = resolve(&app, &PageRef::Home {}, "best", json!({}), json!({})).unwrap();
    let bound = serde_json::to_string(&asked[0].1.bound["sales"][..4]).unwrap();
    insta::assert_snapshot!(bound, @r##"[{"name":"append","pipelines":["shops"]},{"name":"off"},{"name":"off"},{"name":"fillna","columns":["shop"],"value":null}]"##);
}
