//! What is written in another form than ours is met with ours, and each mistake stands where it is made.

use std::path::Path;

use aracari_app::{check_pipeline, read_yaml};

use crate::support::{lines, load_with};

const STEP: &str = "  - { name: formula, newColumn: price, formula: amount / pieces }";
const SALES: &str = "datasets/sales.yaml";
const STORY: &str = "stories/story.yaml";

fn assert_says(path: &str, from: &str, to: &str, expected: &str) {
    let found = lines(&load_with(path, from, to));
    assert!(found.contains(expected), "`{to}` should say `{expected}`, says:\n{found}");
}

/// The same, and it is all that is wrong.
fn assert_says_only(path: &str, from: &str, to: &str, expected: &str) {
    let loaded = load_with(path, from, to);
    let found = lines(&loaded);
    assert!(loaded.app.is_none() && found.contains(expected), "`{to}` should say `{expected}`, says:\n{found}");
    assert_eq!(found.matches("error: ").count(), 1, "`{to}` says:\n{found}");
}

#[test]
fn a_step_in_another_form_is_met_with_ours() {
    let written = |step: &str| format!("  - {{ name: {step} }}");
    for (to, expected) in [
        (
            "filter, condition: \"shop == 'a' and amount > 3\"",
            "5:32: error: expected a map, found the text `shop == 'a' and amount > 3` (write `{ and: [{ column: shop, operator: eq, value: \"a\" }, { column: amount, operator: gt, value: 3 }] }`)",
        ),
        ("filter, condition: cheap", "found the text `cheap` (write `{ column: …, operator: eq, value: … }`"),
        (
            "filter, condition: [{ column: shop, value: a }]",
            "expected a map, found a list (join several by `and` or `or`",
        ),
        (
            "filter, condition: { and: { column: shop, value: a } }",
            "expected a list, found a map (write a list, even of one: `[{ … }]`)",
        ),
        (
            "filter, condition: { and: [{ column: shop, value: a }], or: [{ column: shop, value: b }] }",
            "5:69: error: `or` stands beside `and`: a condition is one of them (write one inside the other",
        ),
        (
            "filter, condition: { shop: a }",
            "this map holds none of the keys that are known here (known are `and`; or `or`; or `column`, `operator`, `value`)",
        ),
        (
            "filter, condition: { columns: shop, value: a }",
            "the key `columns` is unknown here (did you mean `column`?)",
        ),
        (
            "filter, condition: { or: [{ column: shop }, { column: amount, operator: gt }] }",
            "5:39: error: `value` is missing: `eq` compares the column with it",
        ),
        ("sort, columns: [shop, -amount]", "found the text `-amount` (write `{ column: amount, order: desc }`)"),
        (
            "sort, columns: [{ column: -amount }]",
            "there is no column `-amount` here (write `{ column: amount, order: desc }`)",
        ),
        (
            "join, type: full, rightPipeline: sales, on: [[shop, shop]]",
            "`full` is unknown here (it is called `left outer` here: every row of both sides)",
        ),
        (
            "join, type: left, rightPipeline: sales, on: [[shop]]",
            "expected a list of pairs, each a list of two (write `[[shop, shop]]`",
        ),
        (
            "join, type: left, rightPipeline: sales, on: [{ left: shop, right: country }, [day]]",
            "(write `[[shop, country], [day, day]]`",
        ),
        ("rename, toRename: { shop: store }", "(write `[[shop, store]]`"),
        (
            "dateextract, column: day, dateInfo: [weekday]",
            "`weekday` is unknown here (it is called `isoDayOfWeek` here: 1 is Monday)",
        ),
        ("dategranularity, column: day, granularity: weekday", "`weekday` is unknown here (known are `day`"),
        (
            "aggregate, on: [shop], aggregations: [{ aggfunction: median, columns: [amount], newcolumns: [m] }]",
            "`median` is unknown here (the step `statistics` computes medians",
        ),
        ("top, sort: desc", "5:13: error: the key `limit` is missing"),
        (
            "aggregate, on: [shop], aggregations: [{ aggfunction: sum, columns: [amount, pieces], newcolumns: [a] }]",
            "5:110: error: `columns` names 2, and `newcolumns` 1: each column needs a new name",
        ),
        (
            "aggregate, on: [shop], aggregations: [{ aggfunction: sum, columns: [amount] }]",
            "5:51: error: the key `newcolumns` is missing",
        ),
        (
            "ifthenelse, newColumn: x, if: { column: amount, value: 3 }, then: big, else: very small",
            "`salary`; a text stands between quotes of its own: \"'big'\")",
        ),
        (
            "ifthenelse, newColumn: x, if: { column: amount, value: 3 }, then: big, else: very small",
            "(a text stands between quotes of its own: \"'very small'\")",
        ),
        ("formula, newColumn: x, formula: shop == Lyon", "`salary`; a text stands between quotes of its own: 'Lyon')"),
        (
            "formula, newColumn: x, formula: round(amount, 2)",
            "5:59: error: the key `2)` is unknown here (a comma ends a text between braces: write \"round(amount, 2)\")",
        ),
        (
            "formula, newColumn: x, formula: \"round(amount, 2)\"",
            "error: there is no function `round`: formulas have `+ - * / %`, comparisons, `and`, `or`, `not` and no functions at character 6 (numbers are rounded where they are shown",
        ),
        ("filter, condition: { column: shop, value: 01234 }", "5:55: error: `01234` would lose its first 0"),
    ] {
        assert_says(SALES, STEP, &written(to), expected);
    }
}

#[test]
fn so_is_what_stands_elsewhere_in_the_files() {
    for (path, from, to, expected) in [
        (
            SALES,
            STEP,
            "  - formula: { newColumn: x, formula: amount }",
            "5:5: error: the key `name` is missing (write `name: formula`)",
        ),
        (
            STORY,
            "chart: { type: bar",
            "chart: { kind: bar",
            "9:10: error: the key `type` is missing (write `type: bar`)",
        ),
        (SALES, "format: compact", "format: €", "`€` is unknown here (write `{ style: currency, currency: EUR }`)"),
        (SALES, "format: compact", "format: currency", "(write `{ style: currency }`)"),
        (
            STORY,
            "| percent",
            "| euro",
            "5:106: error: `euro` is no format (give the metric the format `{ style: currency, currency: EUR }`",
        ),
        (STORY, "sort: [-revenue]", "sort: [{ column: revenue, order: desc }]", "(write the name alone: `-revenue`)"),
        (STORY, "by: month", "by: week", "(it is called `isoWeek` here)"),
    ] {
        assert_says(path, from, to, expected);
    }
}

#[test]
fn each_mistake_stands_where_it_is_made() {
    let chart = "series: country }";
    for (path, from, to, expected) in [
        (SALES, "formula: amount / pieces", "formula: amount / piecs", "5:58: error: there is no column `piecs`"),
        (
            SALES,
            "formula: amount / pieces",
            "formula: \"amount / [pieces\"",
            "5:59: error: this column name has no closing",
        ),
        (
            SALES,
            "formula: amount / pieces",
            "formula: 'amount * shop'",
            "5:59: error: arithmetic needs numbers, and `shop`",
        ),
        (
            SALES,
            "formula: revenue / orders",
            "formula: revenue / order",
            "11:47: error: the dataset has no metric `order`",
        ),
        (SALES, "formula: revenue / orders", "formula: revenue / ", "error: this is no formula: expected a column"),
        (
            SALES,
            STEP,
            "  - { name: text, text: \"{{ a }}\", newColumn: a }\n  - { name: text, text: \"{{ b }}\", newColumn: b }",
            "5:25: error: `a` is not a variable: expected `filters.<id>`",
        ),
        (
            SALES,
            STEP,
            "  - { name: text, text: \"{{ a }}\", newColumn: a }\n  - { name: text, text: \"{{ b }}\", newColumn: b }",
            "6:25: error: `b` is not a variable: expected `filters.<id>`",
        ),
        (
            STORY,
            chart,
            "series: country, steps: [{ name: select, columns: [day, country] }] }",
            "error: what comes out of the chart's steps cannot be shown: there is no column `amount` here",
        ),
        (STORY, "best.shop }}", "best.shap }}", "5:13: error: the value `best` has no field `shap`"),
        (STORY, "glossary:revenue", "glossary:revenu", "5:77: error: the glossary has no term `revenu`"),
    ] {
        assert_says(path, from, to, expected);
    }
}

#[test]
fn a_needless_zero_is_told_once_and_as_what_is_asked_for() {
    let top = |limit: &str| format!("  - {{ name: top, rankOn: amount, sort: desc, limit: {limit} }}");
    let filter = |value: &str| format!("  - {{ name: filter, condition: {{ column: shop, value: {value} }} }}");
    for (path, from, to, expected) in [
        (SALES, STEP, top("010"), "5:53: error: a number does not begin with 0, as `010` does (write 10)"),
        (SALES, STEP, top("00"), "(write 0)"),
        (
            SALES,
            STEP,
            filter("01.5"),
            "`01.5` would lose its first 0, as the number that it is without quotes (write a text between quotes, \"01.5\", and a number without the 0, 1.5)",
        ),
        (SALES, STEP, filter("-00.5"), "\"-00.5\", and a number without the 0, -0.5)"),
        (SALES, STEP, filter("01e3"), "\"01e3\", and a number without the 0, 1e3)"),
        (SALES, "label: Sales", "label: 007".to_owned(), "1:8: error: `007` would lose its first 0"),
        ("app.yaml", "title: Revenue", "title: 007".to_owned(), "(write the text between quotes: \"007\")"),
    ] {
        assert_says_only(path, from, &to, expected);
    }
    let found = read_yaml(Path::new("steps.yaml"), "- { name: top, limit: 010 }\n").unwrap_err();
    assert!(found[0].to_string().starts_with("steps.yaml:1:23: error: `010` would lose its first 0"), "{found:?}");
}

#[test]
fn what_a_variable_holds_is_not_counted() {
    let aggregate = |columns: &str, names: &str| {
        let aggregation = format!(r#"{{"aggfunction": "sum", "columns": {columns}, "newcolumns": {names}}}"#);
        let steps = format!(r#"[{{"name": "aggregate", "on": [], "aggregations": [{aggregation}, 1]}}]"#);
        let found = check_pipeline(Path::new("steps.json"), &steps);
        found.into_iter().map(|found| found.diagnostic.message).filter(|message| message.contains("names")).count()
    };
    assert_eq!(aggregate(r#""{{ c }}""#, r#"["a", "b"]"#), 0);
    assert_eq!(aggregate(r#"["a", "b"]"#, r#""{{ c }}""#), 0);
    assert_eq!(aggregate(r#"["{{ c }}", "b"]"#, r#"["a", "b", "c"]"#), 0);
    assert_eq!(aggregate(r#"["a", "b"]"#, r#"["a"]"#), 1);
}

#[test]
fn what_yaml_reads_in_another_way_is_met_with_how_it_is_written() {
    for (text, expected) in [
        (
            "- name: filter\n  condition: { column: shop, value: {{ shop }} }\n",
            "2:37: error: the variable `{{ shop }}` stands without quotes (write \"{{ shop }}\")",
        ),
        ("- name: text\n  text: {{ a }}\n", "2:9: error: the variable `{{ a }}` stands without quotes"),
        (
            "- name: formula\n  formula: [amount] * 2\n  x: 1\n",
            "2:12: error: what begins with a bracket is a list, and more stands after its end (write a formula between quotes: `\"[amount] * 2\"`)",
        ),
        ("- { name: formula, formula: [a b] / [c], x: 1 }\n", "1:29: error: what begins with a bracket"),
        ("- { name: formula, formula: [a b] / [c], x: 1 }\n", "between quotes: `\"[a b] / [c]\"`)"),
        ("- name: formula\n  formula: [a] - [b]\n", "`\"[a] - [b]\"`"),
        ("- name: formula\n  formula: [a] == \"x\" # why\n", "`'[a] == \"x\"'`"),
        ("- name: formula\n  formula: [a] and [b]\n", "`\"[a] and [b]\"`"),
        (
            "title: 'l'eau'\nb: 1\n",
            "1:10: error: a text between quotes ends at the next one, and more stands after it (write `'l''eau'` or `\"l'eau\"`)",
        ),
        ("{ title: 'l'eau', b: 1 }\n", "(write `'l''eau'` or `\"l'eau\"`)"),
        ("a: \"an \"x\" b\"\n", "(write `\"an \\\"x\\\" b\"` or `'an \"x\" b'`)"),
        (
            "- name:domain\n  domain: sales\n",
            "1:3: error: `name:domain` is one text, without a key (a colon needs a blank after it: `name: domain`)",
        ),
        ("title:Our sales\nid: a\n", "1:1: error: `title:Our sales` is one text"),
        ("id: a\n  # more\n\nlabel:Our sales\n\nb: c\n", "4:1: error: `label:Our sales` is one text"),
        ("a:\n  id: a\n  label:x\n  b: c\n", "3:3: error: `label:x` is one text"),
        ("id: a\nlabel: at:once\n  more: 1\n", "3:7: error: this is not valid YAML"),
    ] {
        let found = read_yaml(Path::new("f.yaml"), text).unwrap_err();
        assert!(found.len() == 1 && found[0].to_string().contains(expected), "{text}: {found:?}");
    }
    let missing = "a colon needs a blank after it: `name: filter`";
    assert_says_only(SALES, STEP, "  - name:filter", missing);
    assert_says_only(SALES, STEP, "  - { name:filter, condition: { column: shop, value: a } }", missing);
    assert_says_only(SALES, "label: Sales", "label: { en:Sales }", "a colon needs a blank after it: `en: Sales`");
    assert_says_only(
        "filters.yaml",
        "label: Period",
        "label:Period",
        "a colon needs a blank after it: `label: Period`",
    );
}

#[test]
fn a_pipeline_is_a_name_or_a_list_of_steps() {
    let domain = "{ name: domain, domain: sales }";
    for (step, expected) in [
        (
            format!("append, pipelines: [{domain}, {{ name: trim, columns: [shop] }}]"),
            "5:32: error: this is one list of steps, and a list of pipelines is expected (each pipeline is the name of a dataset, or a list of steps of its own: `[[{ name: domain, … }]]`)",
        ),
        (
            format!("join, type: left, on: [[shop, shop]], rightPipeline: {domain}"),
            "error: this is one step, and a pipeline is expected (a pipeline is the name of a dataset, or a list of steps: `[{ name: domain, … }]`)",
        ),
    ] {
        assert_says_only(SALES, STEP, &format!("  - {{ name: {step} }}"), expected);
    }
}

#[test]
fn conditions_that_are_written_empty_are_doubtful() {
    let warning = "is empty: nothing has to hold (write the conditions into it, or leave it out)";
    for (step, count) in [
        ("filter, condition: { or: [] }", 1),
        ("filter, condition: { and: [{ column: shop, value: a }, { or: [] }] }", 1),
        ("ifthenelse, newColumn: a, if: { and: [] }, then: 1, else: 2", 1),
        ("filter, condition: { or: [{ column: shop, value: \"{{ filters.shop }}\" }] }", 0),
    ] {
        let loaded = load_with(SALES, STEP, &format!("  - {{ name: {step} }}"));
        let found = lines(&loaded);
        assert!(!found.contains("error: "), "{found}");
        assert_eq!(found.matches(warning).count(), count, "{step}: {found}");
    }
    let condition = "where: { column: country, operator: in, value: \"{{ user.attributes.countries }}\" }";
    let found = lines(&load_with(SALES, condition, "where: { or: [] }"));
    assert!(found.contains("`or` needs at least one condition") && !found.contains(warning), "{found}");
}
