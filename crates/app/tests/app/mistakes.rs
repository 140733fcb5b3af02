//! What authors get wrong, and what they are told.

use crate::support::{files, folder, lines, load, load_with};

#[test]
fn the_small_app_has_no_mistake() {
    let folder = folder(&files());
    let loaded = load(folder.path());
    insta::assert_snapshot!(lines(&loaded), @"filters.yaml:13:11: warning: no page declares the filter `shop`");
    assert!(loaded.app.is_some());
}

#[test]
fn each_mistake_says_where_and_what_was_expected() {
    let cases = [
        ("datasets/sales.yaml", "source: files", "source: fles", "2:9|there is no source `fles`|did you mean `files`?"),
        ("datasets/sales.yaml", "aggregate: sum", "aggregate: summ", "unknown here|did you mean `sum`?"),
        (
            "datasets/sales.yaml",
            "column: amount, format",
            "column: amuont, format",
            "has no column `amuont`|did you mean `amount`?",
        ),
        (
            "datasets/sales.yaml",
            "formula: amount / pieces",
            "formula: amount / piecs",
            "`piecs`|did you mean `pieces`?",
        ),
        (
            "datasets/sales.yaml",
            "formula: revenue / orders",
            "formula: revenue / order",
            "has no metric `order`|did you mean `orders`?",
        ),
        ("datasets/sales.yaml", "formula: revenue / orders", "formula: basket / 2", "computed from itself"),
        ("datasets/sales.yaml", "metrics:", "metric:", "8:1|the key `metric` is unknown here|did you mean `metrics`?"),
        (
            "datasets/sales.yaml",
            "country: { label",
            "contry: { label",
            "7:3|has no column `contry`|did you mean `country`?",
        ),
        (
            "datasets/sales.yaml",
            "column: country, operator: in",
            "column: price, operator: in",
            "what goes into this dataset",
        ),
        (
            "datasets/sales.yaml",
            "user.attributes.countries",
            "filters.period.start",
            "cannot decide what a reader sees",
        ),
        ("datasets/sales.yaml", "operator: in", "operator: matches", "an attribute cannot be a pattern"),
        (
            "datasets/sales.yaml",
            "table: data/sales.csv",
            "table: data/seles.csv",
            "the table `data/seles.csv` cannot be read: there is no such file",
        ),
        ("datasets/sales.yaml", "  - { name: formula,", "  - { name: formla,", "unknown here|did you mean `formula`?"),
        ("datasets/sales.yaml", "newColumn: price", "newColum: price", "unknown here|did you mean `newColumn`?"),
        ("app.yaml", "group: shop", "group: shp", "has no column `shp`|did you mean `shop`?"),
        ("app.yaml", "value: revenue, trend", "value: revenu, trend", "has no metric `revenu`|did you mean `revenue`?"),
        (
            "datasets/sales.yaml",
            "formula: amount / pieces",
            "formula: \"{{ user.attributes.a }}\"",
            "5:49|no variable can stand here",
        ),
        (
            "app.yaml",
            "column: orders, operator: ge",
            "column: ordres, operator: ge",
            "the chart has no field `ordres`|did you mean `orders`?",
        ),
        ("app.yaml", "column: day, by: month", "column: shop, by: month", "`by` needs dates"),
        ("app.yaml", "[period, country]", "[period, contry]", "there is no filter `contry`|did you mean `country`?"),
        ("app.yaml", "[period, country]", "[country]", "`previous-period` needs a `date-range`"),
        ("app.yaml", "type: kpi", "type: kpj", "`kpj` is unknown here|did you mean `kpi`?"),
        ("app.yaml", "access: everyone", "access: [{ groups: [a], privilege: viever }]", "did you mean `viewer`?"),
        ("app.yaml", "id: sales", "id: Sales App", "1:5|expected an id"),
        ("app.yaml", "id: revenue", "id: best", "the tile `best` stands twice"),
        ("filters.yaml", "default: q1", "default: q2", "7:14|the default is not `all`, a period or the id of a preset"),
        ("filters.yaml", "start: 2013-01-01", "start: 2013-02-30", "expected a day such as `2013-01-31`"),
        ("filters.yaml", "depends_on: [country]", "depends_on: [contry]", "there is no filter `contry`"),
        ("filters.yaml", "column: day", "column: shop", "a `date-range` needs a column of dates"),
        ("stories/story.yaml", "chapter: first", "chapter: frist", "there is no chapter `frist`|did you mean `first`?"),
        ("stories/story.yaml", "best.shop", "best.shap", "the value `best` has no field `shap`|did you mean `shop`?"),
        ("stories/story.yaml", "best.shop", "bets.shop", "the text names `bets.shop`|did you mean `best.shop`?"),
        ("stories/story.yaml", "| integer", "| intger", "`intger` is no format|did you mean `integer`?"),
        ("stories/story.yaml", "glossary:revenue", "glossary:revenu", "the glossary has no term `revenu`"),
        ("stories/story.yaml", "sort: [-revenue]", "sort: [-revenu]", "the chart has no field `revenu`"),
        ("stories/story.yaml", "chart: {", "chart: { limit: 0,", "expected a number of at least 1, found 0"),
        (
            "stories/story.yaml",
            "title: Story",
            "title: 2013",
            "expected a text or a map, found the number 2013|write it between quotes",
        ),
    ];
    for (path, from, to, expected) in cases {
        let loaded = load_with(path, from, to);
        let found = lines(&loaded);
        assert!(loaded.app.is_none(), "`{to}` was accepted");
        for part in expected.split('|') {
            assert!(found.contains(part), "`{to}` should say `{part}`, says:\n{found}");
        }
    }
}

#[test]
fn one_mistake_is_told_once() {
    let cases = [
        ("datasets/sales.yaml", "aggregate: sum, column: amount", "aggregate: sum, column: amuont", 1),
        ("datasets/sales.yaml", "aggregate: sum, column: amount", "aggregate: summ, column: amount", 1),
        ("filters.yaml", "start: 2013-01-01", "start: 31/12/2024", 1),
        ("datasets/sales.yaml", "formula: revenue / orders", "formula: basket / 2", 1),
    ];
    for (path, from, to, expected) in cases {
        let found = lines(&load_with(path, from, to));
        assert_eq!(found.matches("error:").count(), expected, "`{to}` says:\n{found}");
    }
    let mut all = files();
    all.push(("datasets/child.yaml", "dataset: sales\npermissions: { rows: everyone }\n".to_owned()));
    all[1].1 = all[1].1.replace("table: data/sales.csv", "table: data/seles.csv");
    let folder = folder(&all);
    let found = lines(&load(folder.path()));
    assert_eq!(found.matches("error:").count(), 1, "a dataset over a wrong one has no mistake of its own:\n{found}");
}

#[test]
fn what_people_write_is_met_with_what_mends_it() {
    let cases = [
        ("app.yaml", "type: kpi", "type: gauge", "`gauge` is unknown here|it is called `kpi` here"),
        ("app.yaml", "type: leaderboard", "type: pie", "it is called `donut` here"),
        ("stories/story.yaml", "type: bar", "type: column", "it is called `bar` here"),
        ("filters.yaml", "start: 2013-01-01", "start: 31/12/2024", "the year stands first: `2024-12-31`"),
        ("filters.yaml", "start: 2013-01-01", "start: 12/31/2024", "the year stands first: `2024-12-31`"),
        ("filters.yaml", "start: 2013-01-01", "start: 1/2/2024", "the year stands first: `2024-MM-DD`"),
        ("datasets/sales.yaml", "label: Sales", "label: Sales: all of them", "1:13|a colon between quotes"),
        (
            "datasets/sales.yaml",
            "  revenue: {",
            "\trevenue: {",
            "9:1: error: this line is indented with a tab, which YAML does not take (indent with spaces)",
        ),
        ("datasets/sales.yaml", "  revenue: {", "   revenue: {", "not indented like those beside it"),
        ("datasets/sales.yaml", "aggregate: count }", "aggregate: count", "close each `{`"),
        ("app.yaml", "title: Revenue", "title: Revenue {{ period }}", "`{{ … }}` is not filled in"),
        (
            "app.yaml",
            "fr: Ventes }",
            "fr: \"Ventes {{ period }}\" }",
            "2:25: error: this text is shown as it is written",
        ),
        (
            "app.yaml",
            "id: revenue",
            "id: best",
            "17:15: error: the tile `best` stands twice|the first is app.yaml:14:15",
        ),
    ];
    for (path, from, to, expected) in cases {
        let loaded = load_with(path, from, to);
        let found = lines(&loaded);
        assert!(loaded.app.is_none(), "`{to}` was accepted");
        for part in expected.split('|') {
            assert!(found.contains(part), "`{to}` should say `{part}`, says:\n{found}");
        }
    }
}

#[test]
fn a_rule_for_a_group_that_cannot_open_the_app_is_suspicious() {
    let mut all = files();
    all[0].1 = all[0].1.replace("access: everyone", "access: [{ groups: [manager, direction], privilege: viewer }]");
    let folder = folder(&all);
    let loaded = load(folder.path());
    let found = lines(&loaded);
    assert!(found.contains("datasets/sales.yaml:15:18: warning: the group `managers` is in no rule"), "{found}");
    assert!(found.contains("did you mean `manager`?"), "{found}");
    assert_eq!(found.matches("is in no rule").count(), 1, "{found}");
    assert!(loaded.app.is_some());
}

#[test]
fn a_very_long_line_is_cut_around_the_place() {
    let long = "x".repeat(400);
    let loaded = load_with("stories/story.yaml", "type: bar", &format!("title: {long}, type: baar, source: {long}"));
    let found = loaded.diagnostics.iter().find(|finding| finding.message.contains("baar")).unwrap();
    let marked: String = found.excerpt.chars().skip(found.column - found.excerpt_column).take(found.length).collect();
    assert_eq!(marked, "baar");
    assert_eq!(found.excerpt.chars().count(), 120);
    assert!(found.excerpt.starts_with('…') && found.excerpt.ends_with('…'), "{}", found.excerpt);
}

#[test]
fn narratives_with_conditions_are_checked() {
    let with = |narrative: &str| {
        let mut all = files();
        let (start, rest) = all[3].1.split_once("narrative:").unwrap();
        let (_, end) = rest.split_once("values:").unwrap();
        all[3].1 = format!("{start}narrative:\n{narrative}\nvalues:{end}");
        let folder = folder(&all);
        let loaded = load(folder.path());
        (loaded.app.is_some(), lines(&loaded))
    };
    let good =
        "  - { when: { value: best.revenue, operator: lt, to: target }, text: \"See [revenue](glossary:revenue).\" }
  - { when: { value: best.shop, operator: isnull }, text: Nobody sold anything. }
  - text: \"{{ best.shop }} leads.\"";
    let (is_good, found) = with(good);
    assert!(is_good, "{found}");
    for (from, to, expected) in [
        ("to: target", "to: taget", "the text names `taget`"),
        ("value: best.shop", "value: best.shap", "the value `best` has no field `shap`|did you mean `shop`?"),
        ("operator: lt, to: target", "operator: lt", "the key `to` is missing"),
        ("operator: isnull", "operator: isnull, to: 1", "`to` has no meaning"),
        (
            "  - text: \"{{ best.shop }} leads.\"",
            "",
            "it is told when no other fits|told when no other fits: it has no `when`",
        ),
        ("{ when: { value: best.shop, operator: isnull }, text", "{ text", "never told"),
        ("{{ best.shop }} leads", "{{ best.shap }} leads", "has no field `shap`"),
    ] {
        let (is_accepted, found) = with(&good.replace(from, to));
        assert!(!is_accepted, "`{to}` was accepted");
        assert!(expected.split('|').any(|part| found.contains(part)), "`{to}` should say `{expected}`, says:\n{found}");
    }
}

#[test]
fn every_mistake_of_a_file_is_reported_at_once() {
    let mut all = files();
    all.push((
        "datasets/broken.yaml",
        "\
source: fles
tabel: data/sales.csv
steps:
  - { name: formla, newColumn: a, formula: 1 }
  - { name: select, colums: [a] }
  - { name: filter, condition: { column: a, operator: equals, value: { a: 1 } } }
metrics:
  total: { label: Total, aggregate: summ, column: amount, higher_is: good }
permissions:
  rows: everybody
"
        .to_owned(),
    ));
    let folder = folder(&all);
    let loaded = load(folder.path());
    insta::assert_snapshot!(lines(&loaded), @r##"
    datasets/broken.yaml:1:9: error: there is no source `fles` (did you mean `files`?)
    datasets/broken.yaml:2:1: error: the key `tabel` is unknown here (did you mean `table`?)
    datasets/broken.yaml:4:13: error: `formla` is unknown here (did you mean `formula`?)
    datasets/broken.yaml:5:21: error: the key `colums` is unknown here (did you mean `columns`?)
    datasets/broken.yaml:6:55: error: `equals` is unknown here (it is called `eq` here)
    datasets/broken.yaml:6:70: error: the key `operator` is missing
    datasets/broken.yaml:6:70: error: the key `quantity` is missing
    datasets/broken.yaml:6:70: error: the key `duration` is missing
    datasets/broken.yaml:6:72: error: the key `a` is unknown here (known are `date`, `operator`, `quantity`, `duration`)
    datasets/broken.yaml:8:37: error: `summ` is unknown here (did you mean `sum`?)
    datasets/broken.yaml:8:70: error: `good` is unknown here (known are `better`, `worse`, `neutral`)
    datasets/broken.yaml:10:9: error: `everybody` is unknown here (did you mean `everyone`?)
    "##);
}

#[test]
fn a_missing_permission_is_an_error() {
    let loaded = load_with("datasets/sales.yaml", "permissions:", "x:");
    let found = lines(&loaded);
    assert!(found.contains("the key `x` is unknown here"), "{found}");
    let mut all = files();
    all.push(("datasets/open.yaml", "dataset: sales\n".to_owned()));
    let folder = folder(&all);
    let missing = lines(&load(folder.path()));
    assert!(missing.contains("datasets/open.yaml:1:1: error: without `permissions` nobody sees a row"), "{missing}");
    assert!(missing.contains("the rules of `sales` apply as well"), "{missing}");
}

#[test]
fn datasets_in_a_circle_are_reported() {
    let mut all = files();
    all.push(("datasets/a.yaml", "dataset: b\npermissions: { rows: everyone }\n".to_owned()));
    all.push(("datasets/b.yaml", "dataset: a\npermissions: { rows: everyone }\n".to_owned()));
    let folder = folder(&all);
    let found = lines(&load(folder.path()));
    assert!(found.contains("datasets need each other in a circle: a → b → a"), "{found}");
}

#[test]
fn keys_that_stand_once_are_not_written_twice() {
    let mut all = files();
    all.push(("other.yaml", "id: second\nhome: { title: Second, sections: [] }\n".to_owned()));
    all.push(("datasets/copy.yaml", "id: sales\ndataset: sales\npermissions: { rows: everyone }\n".to_owned()));
    let folder = folder(&all);
    let found = lines(&load(folder.path()));
    assert!(
        found.contains(
            "other.yaml:1:1: error: the key `id` stands in two places of the app (the first is app.yaml:1:5)"
        ),
        "{found}"
    );
    assert!(found.contains("other.yaml:2:1: error: the key `home` stands in two places"), "{found}");
    assert!(found.contains("the id `sales` is used twice"), "{found}");
}

#[test]
fn steps_take_both_spellings_of_a_key() {
    let loaded = load_with("datasets/sales.yaml", "newColumn: price", "new_column: price");
    assert!(loaded.app.is_some(), "{}", lines(&loaded));
}

#[test]
fn a_condition_compares_with_what_its_column_can_hold() {
    let path = "datasets/sales.yaml";
    let step = "  - { name: formula, newColumn: price, formula: amount / pieces }";
    let filter = |condition: &str| format!("{step}\n  - {{ name: filter, condition: {condition} }}");
    let only_in = "operator: in, value: \"{{ user.attributes.countries }}\"";
    for (from, to, expected) in [
        (
            "value: 100",
            "value: much".to_owned(),
            "12:93: error: `amount` holds numbers, and this is the text \"much\" (write a number",
        ),
        (only_in, "operator: gt, value: [FR]".to_owned(), "15:76: error: `country`: `gt` compares with one value"),
        (
            step,
            filter("{ column: amount, value: [1, 2] }"),
            "error: `amount`: `eq` compares with one value, and this is a list",
        ),
        (step, filter("{ and: [{ column: amount, operator: gt }] }"), "`value` is missing"),
        (
            step,
            filter("{ and: [{ column: pieces, operator: in, value: [1, \"09\"] }] }"),
            "6:83: error: `pieces` holds integers, and this is the text \"09\" (write the number without quotes: 9)",
        ),
        (
            step,
            filter("{ column: amount, operator: gt, value: 1,5 }"),
            "the key `5` is unknown here (decimals stand behind a point: `1.5`)",
        ),
        (only_in, "value: [FR, ES]".to_owned(), "15:62: error: `country`: `eq` compares with one value"),
        (
            only_in,
            "operator: matches, value: \"(F\"".to_owned(),
            "15:81: error: `(F` is no pattern that can be searched for: unclosed group",
        ),
        (
            step,
            filter("{ column: country, value: \"{{ filters.country }}\" }"),
            "6:58: error: `country`: `eq` compares with one value, and `{{ filters.country }}` is a list, which no value is equal to (compare with `in` or `nin`)",
        ),
        (
            step,
            filter("{ column: day, operator: in, value: \"{{ filters.period }}\" }"),
            "6:68: error: `filters.period` is a whole period, from a first day to a last, and no value (compare `from` with `{{ filters.period.start }}` and `until` with `{{ filters.period.end }}`)",
        ),
    ] {
        let loaded = load_with(path, from, &to);
        let found = lines(&loaded);
        assert!(loaded.app.is_none() && found.contains(expected), "`{to}` says:\n{found}");
    }
    for (from, to, expected) in [
        (
            only_in,
            "operator: eq, value: 7".to_owned(),
            "15:76: warning: `country` holds texts, and this is the number 7",
        ),
        (
            step,
            filter("{ column: country, operator: in, value: FR }"),
            "6:72: warning: `country`: `in` compares with a list",
        ),
        (only_in, "operator: in, value: [FR, ES]".to_owned(), ""),
        (
            step,
            filter("{ column: country, operator: from, value: 2024-01-01 }"),
            "6:74: warning: `country` holds texts: which day each means is guessed",
        ),
    ] {
        let loaded = load_with(path, from, &to);
        let found = lines(&loaded);
        assert!(loaded.app.is_some() && found.contains(expected), "`{to}` says:\n{found}");
    }
}

#[test]
fn choices_are_values_of_the_column_that_they_limit() {
    let found = lines(&load_with(
        "filters.yaml",
        "column: country\n    values: { dataset: sales, column: country }",
        "column: amount\n    values: { dataset: sales, column: country }",
    ));
    let expected = "12:39: error: the choices are texts, and the column that they limit holds numbers";
    assert!(found.contains(expected), "{found}");
    let view = "column: country, values: { dataset: sales, column: country }, all_label";
    let found = lines(&load_with("filters.yaml", view, &view.replace("column: country }", "column: day }")));
    assert!(found.contains("error: the choices are dates, and the column that they limit holds texts"), "{found}");

    let mut all = files();
    let steps = "steps: [{ name: convert, columns: [day], dataType: text }]\npermissions: { rows: everyone }\n";
    all.push(("datasets/texts.yaml", format!("dataset: sales\n{steps}")));
    let folder = folder(&all);
    let loaded = load(folder.path());
    let found = lines(&loaded);
    let expected = "filters.yaml:5:13: warning: `day` holds texts in `texts`, and the column limited in `sales` dates";
    assert!(loaded.app.is_some() && found.contains(expected), "{found}");
}

#[test]
fn columns_that_depend_on_the_rows_are_named_before_charts_use_them() {
    let pivot = "  - { name: pivot, index: [day], columnToPivot: country, valueColumn: amount, aggFunction: sum }\n";
    let with = |more: &str, column: &str| {
        let mut all = files();
        all.push((
            "datasets/wide.yaml",
            format!("dataset: sales\nsteps:\n{pivot}{more}metrics:\n  france: {{ label: F, aggregate: sum, column: {column} }}\npermissions: {{ rows: everyone }}\n"),
        ));
        let folder = folder(&all);
        let loaded = load(folder.path());
        (loaded.app.is_some(), lines(&loaded))
    };
    let (_, found) = with("", "FR");
    let expected = "wide.yaml:5:47: error: the dataset `wide` has no column `FR` that is known beforehand";
    assert!(found.contains(expected), "{found}");
    assert!(found.contains("in a step after it: { name: select, columns: [day, FR] }"), "{found}");
    let (is_fine, found) = with("  - { name: select, columns: [day, FR] }\n", "FR");
    assert!(is_fine && !found.contains("gone"), "{found}");
    let (_, found) = with("", "amount");
    let expected = "wide.yaml:5:47: error: the dataset `wide` has no column `amount` any more after a step such as `pivot` (known are `day`;";
    assert!(found.contains(expected) && !found.contains("amount]"), "{found}");
    let (is_fine, found) = with("  - { name: select, columns: [day, amount] }\n", "amount");
    let expected = "wide.yaml:4:36: warning: `amount` is gone after the `pivot`, unless that makes one of the rows (the columns here are `day`, and those that the rows make)";
    assert!(is_fine && found.contains(expected), "{found}");
    for (condition, expected) in [
        ("{ column: day, operator: gt, value: soon }", "4:68: error: `day` holds dates, and this is the text \"soon\""),
        ("{ column: FR, operator: gt, value: much }", "then `FR` holds numbers, and this is the text \"much\""),
        ("{ column: FR, value: [1] }", "4:53: error: `FR`: `eq` compares with one value"),
    ] {
        let (_, found) = with(&format!("  - {{ name: filter, condition: {condition} }}\n"), "FR");
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn names_of_other_tools_lead_to_ours() {
    let step = "  - { name: formula, newColumn: price, formula: amount / pieces }";
    let path = "datasets/sales.yaml";
    let by_attribute = "  - { name: top, rankOn: amount, sort: desc, limit: \"{{ user.attributes.rows }}\" }";
    let found = lines(&load_with(path, step, by_attribute));
    assert!(!found.contains("error"), "{found}");
    for (from, to, expected) in [
        (step, "  - { name: groupby, on: [country] }", "it is called `aggregate` here"),
        (step, "  - { name: order_by, columns: [country] }", "it is called `sort` here"),
        (
            step,
            "  - { name: aggregate, groupby: [country], aggregations: [] }",
            "the key `groupby` is unknown here (it is called `on` here)",
        ),
        (
            step,
            "  - { name: aggregate, on: [], aggregations: [{ aggfunction: mean, columns: [amount], newcolumns: [m] }] }",
            "it is called `avg` here",
        ),
        ("aggregate: sum, column", "aggregate: average, column", "it is called `avg` here"),
        ("operator: in", "operator: \">=\"", "it is called `ge` here"),
        (
            step,
            "  - { name: join, type: left, rightPipeline: sales, on: [shop, country] }",
            "5:57: error: expected a list of pairs, each a list of two (write `[[shop, country]]`, one inner list for each pair)",
        ),
        (step, "  - { name: rename, toRename: shop }", "write `[[shop, shop]]`"),
        (
            step,
            "  - { name: top, rankOn: amount, sort: desc, limit: \"10\" }",
            "expected a whole number, found the text `10` (write the number without quotes: 10)",
        ),
        (
            "aggregate: sum, column: amount",
            "aggregate: sum, column: shop",
            "{ name: convert, columns: [shop], dataType: float }",
        ),
        (
            step,
            "  - { name: top, rankOn: amount, sort: desc, limit: \"{{ filters.shop }}\" }",
            "5:53: error: `{{ filters.shop }}` can be All, and All can stand in the `value` of a condition only",
        ),
    ] {
        let found = lines(&load_with(path, from, to));
        assert!(found.contains(expected), "`{to}` says:\n{found}");
    }
}

#[test]
fn a_pipeline_tells_all_its_mistakes() {
    let step = "  - { name: formula, newColumn: price, formula: amount / pieces }";
    let steps = "  - { name: formula, newColumn: price, formula: amuont / pieces }
  - { name: filter, condition: { or: [{ column: price, operator: gt, value: 1 }, { column: contry, value: FR }, { column: amount, value: much }] } }
  - { name: sort, columns: [{ column: dya, order: asc }] }
  - { name: aggregate, on: [country], aggregations: [{ aggfunction: sum, columns: [shop], newcolumns: [sum] }] }
  - { name: top, rankOn: summ, sort: desc, limit: 3 }";
    let loaded = load_with("datasets/sales.yaml", step, steps);
    let found: Vec<_> =
        loaded.diagnostics.iter().filter(|found| found.code == "bad_step").map(ToString::to_string).collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    datasets/sales.yaml:5:49: error: there is no column `amuont` here (did you mean `amount`?)
    datasets/sales.yaml:6:92: error: there is no column `contry` here (did you mean `country`?)
    datasets/sales.yaml:6:138: error: `amount` holds numbers, and this is the text "much" (write a number, without quotes)
    datasets/sales.yaml:7:39: error: there is no column `dya` here (the columns here are `day`, `country`, `shop`, `amount`, `pieces`, `salary`, `price`)
    datasets/sales.yaml:8:84: error: `sum` needs numbers, and `shop` holds texts (put a step before: { name: convert, columns: [shop], dataType: float }; what is not written as `1234.5`, with a comma or a sign, say, becomes null: `replacetext` that before)
    datasets/sales.yaml:9:26: error: there is no column `summ` here (did you mean `sum`?)
    "#);
}

#[test]
fn conditions_of_charts_are_checked_as_those_of_steps() {
    let chart = "group: shop, value: revenue";
    for (condition, expected) in [
        (
            "{ column: country, operator: ne, value: \"{{ filters.country }}\" }",
            "error: `country`: `ne` compares with one value, and `{{ filters.country }}` is a list",
        ),
        ("{ column: day, operator: from, value: \"{{ filters.period }}\" }", "`filters.period` is a whole period"),
        (
            "{ column: day, value: { start: 2013-01-01, end: 2013-01-31 } }",
            "error: a period is two days, and one value stands here (compare `from` with its start",
        ),
        (
            "{ and: [{ column: shop, operator: matches, value: \"[a\" }, { column: pieces, value: \"+3\" }] }",
            "error: `[a` is no pattern that can be searched for",
        ),
        (
            "{ and: [{ column: shop, operator: matches, value: \"[a\" }, { column: pieces, value: \"+3\" }] }",
            "error: `pieces` holds integers, and this is the text \"+3\"",
        ),
    ] {
        let loaded = load_with("app.yaml", chart, &format!("{chart}, where: {condition}"));
        let found = lines(&loaded);
        assert!(loaded.app.is_none() && found.contains(expected), "`{condition}` says:\n{found}");
    }
}

#[test]
fn braces_that_are_not_closed_are_told() {
    let (sales, story) = ("datasets/sales.yaml", "stories/story.yaml");
    let step = "  - { name: formula, newColumn: price, formula: amount / pieces }";
    let filter = "  - { name: filter, condition: { column: shop, value: \"{{ filters.shop }\" } }";
    for (path, from, to, expected) in [
        (story, "{{ best.shop }}", "{{ best.shop }", "5:13: error: `{{ best.shop }** sold` is not closed (write `}}`"),
        (story, "target | percent }}", "target | percent }", "error: `{{ target | percent }.` is not closed"),
        (
            story,
            "{{ best.shop }}",
            "{ best.shop }",
            "`{ best.shop }` would be shown as it is written (write `{{ best.shop }}`",
        ),
        (
            sales,
            step,
            filter,
            "5:55: error: `filters.shop }` is not a variable: its `{{` is not closed: write `}}` after the name",
        ),
    ] {
        let loaded = load_with(path, from, to);
        let found = lines(&loaded);
        assert!(loaded.app.is_none() && found.contains(expected), "`{to}` says:\n{found}");
        assert_eq!(found.matches("error").count(), 1, "{found}");
    }
}

#[test]
fn a_step_that_begins_pipelines_cannot_stand_in_a_dataset() {
    let step = "  - { name: formula, newColumn: price, formula: amount / pieces }";
    for domain in ["sales", "nothing"] {
        let found =
            lines(&load_with("datasets/sales.yaml", step, &format!("  - {{ name: domain, domain: {domain} }}")));
        assert!(found.contains("sales.yaml:5:13: error: the step `domain` cannot stand here: it begins"), "{found}");
        assert_eq!(found.matches("error").count(), 1, "{found}");
    }
}

#[test]
fn points_of_a_map_stand_where_numbers_say() {
    let bar = "{ type: bar, dataset: sales, x: { column: day, by: month }, y: [basket], series: country }";
    let map = "{ type: point-map, dataset: sales, latitude: country, longitude: amount, label: shop, size: revenue }";
    let found = lines(&load_with("stories/story.yaml", bar, map));
    let expected = "story.yaml:9:53: error: `latitude` needs numbers, degrees such as 45.76, and `country` holds texts (put a step before: { name: convert, columns: [country]";
    assert!(found.contains(expected), "{found}");
    assert_eq!(found.matches("error").count(), 1, "{found}");
}
