//! What is said of pipelines that cannot work: one problem, the step, what to do.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use crate::support::Folder;

/// The problem of the step after `domain`.
fn problem_of(step: Json) -> String {
    let folder = Folder::new();
    folder.write("variables.json", r#"{"country": "FR", "period": {"start": "2024-01-01"}}"#);
    let outcome =
        folder.query(&json!([{"name": "domain", "domain": "sales"}, step]), &["--variables", "variables.json"]);
    assert!(!outcome.succeeded);
    assert_eq!(outcome.output, "");
    outcome.errors
}

#[test]
fn a_mistake_names_its_step_and_suggests() {
    for (step, expected) in [
        (
            json!({"name": "formula", "label": "Price", "newColumn": "price", "formula": "amout / pieces"}),
            "error: step 2 (`formula`, “Price”) at steps.json:1:102: there is no column `amout` here\n  hint: did you mean `amount`?\n",
        ),
        (
            json!({"name": "join", "type": "left", "rightPipeline": "shop", "on": [["shop", "name"]]}),
            "there is no dataset `shop`\n  hint: did you mean `shops`? the tables are `sales`, `shops`\n",
        ),
        (json!({"name": "filtr", "condition": {}}), "`filtr` is unknown here\n  hint: did you mean `filter`?\n"),
        (
            json!({"name": "select", "colums": ["shop"]}),
            "step 2 (`select`) at steps.json:1:54: the key `colums` is unknown here\n  hint: did you mean `columns`?\n",
        ),
        (
            json!({"name": "text", "text": "{{ contry }}", "newColumn": "c"}),
            "error: step 2 (`text`) at steps.json:1:59: there is no variable `contry`\n  hint: did you mean `country`? there are `country`, `period`\n",
        ),
        (
            json!({"name": "text", "text": "{{ country | upper }}", "newColumn": "c"}),
            "error: step 2 (`text`) at steps.json:1:59: `country | upper` is not a variable: filters (`|`) are not supported",
        ),
        (
            json!({"name": "append", "pipelines": [[{"name": "domain", "domain": "shops"}, {"name": "select", "columns": ["town"]}]]}),
            ": in step 2 (`select`) of the inner pipeline: there is no column `town` here\n",
        ),
        (
            json!({"name": "join", "type": "left", "rightPipeline": {"type": "ref", "uid": "x"}, "on": []}),
            "error: step 2 (`join`): the reference `x` leads to no dataset\n",
        ),
    ] {
        let problem = problem_of(step.clone());
        assert!(problem.contains(expected), "{step}\n{problem}");
        assert!(problem.lines().count() <= 2, "{problem}");
    }
}

#[test]
fn what_a_column_cannot_be_is_a_mistake_and_what_may_not_be_meant_a_warning() {
    let filter = |condition: Json| json!({"name": "filter", "condition": condition});
    for (condition, expected) in [
        (
            json!({"column": "amount", "operator": "gt", "value": "much"}),
            ": `amount` holds numbers, and this is the text \"much\"\n  hint: write a number, without quotes\n",
        ),
        (
            json!({"and": [{"column": "day", "operator": "from", "value": "soon"}]}),
            ": `day` holds dates, and this is the text \"soon\"\n  hint: write a date",
        ),
        (
            json!({"column": "shop", "value": ["Lyon"]}),
            "and this is a list, which no value is equal to\n  hint: compare with `in`",
        ),
        (json!({"column": "shop", "operator": "ne"}), "`value` is missing: `ne` compares the column with it"),
        (
            json!({"column": "day", "value": "{{ period }}"}),
            "`period` is not a variable: it holds a map, and one value is needed: write `{{ period.start }}`",
        ),
        (json!({"column": "shop", "operator": "matches", "value": "(L"}), "no pattern that can be searched for"),
    ] {
        let problem = problem_of(filter(condition));
        assert!(problem.contains(expected), "{problem}");
    }
    let folder = Folder::new();
    let steps = json!([{"name": "domain", "domain": "sales"},
        {"name": "join", "type": "left", "rightPipeline": "shops", "on": [["pieces", "name"]]},
        filter(json!({"column": "shop", "value": 5}))]);
    let outcome = folder.query(&steps, &["--format", "csv"]);
    assert!(outcome.succeeded);
    let expected = "warning: step 2 (`join`) at steps.json:1:97: `pieces` holds integers here, and `name` texts there: they are compared as texts\n  \
        hint: `convert` one of them before, so that both hold the same\n\
        warning: step 3 (`filter`) at steps.json:1:170: `shop` holds texts, and this is the number 5: they are compared as texts\n  \
        hint: write the text, \"5\", or `convert` the column before\n";
    assert_eq!(outcome.errors, expected);
}

#[test]
fn a_file_that_is_no_pipeline_is_told() {
    let folder = Folder::new();
    folder.write("broken.json", "[\n  {\"name\": }\n]");
    folder.write("object.json", "{\"name\": \"domain\"}");
    folder.write("list.json", "[]");
    folder.write("zero.json", "[\n  {\"value\": 01234}\n]");
    folder.write("empty.csv", "");
    folder.write("points.csv", "name;points\nAda;1,5\n");
    std::fs::write(folder.path().join("latin.csv"), b"name\nZo\xeb\n").unwrap();
    folder.write("broken.yaml", "- name: domain\n  domain: sales\n\tlabel: x\n- name: text\n");
    folder.write("table.xyz", "");
    folder.write("text.sqlite", "this is no database, however long it goes on");
    folder.write("empty.db", "");
    folder.write("no-table.json", "{\"a\": 1}");
    folder.write("start.json", "[{\"name\": \"domain\", \"domain\": \"sals\"}]");
    let sales = ["--table", "sales=sales.json"];
    for (arguments, expected) in [
        (vec!["broken.json"], "error: broken.json:2:12: this is not JSON: expected value\n"),
        (
            vec!["zero.json"],
            "2:14: this is not JSON: invalid number\n  hint: a number does not begin with 0: write a text",
        ),
        (
            vec!["list.json", "--table", "x=empty.csv"],
            "from `empty.csv`: it is empty: its first line names the columns",
        ),
        (vec!["object.json"], "error: `object.json` holds no pipeline: expected a list of steps"),
        (vec!["none.json"], "error: there is no file `none.json`"),
        (vec!["list.json", sales[0], sales[1]], "starts with a `domain` step\n  hint: begin with"),
        (vec!["list.json", "--table", "x=table.xyz"], "`x` cannot be read from `table.xyz`: expected a `.json`"),
        (vec!["list.json", "--table", "x=none.db#goods"], "from `none.db#goods`: there is no such file"),
        (vec!["list.json", "--table", "x=text.sqlite"], "from `text.sqlite`: file is not a database"),
        (vec!["list.json", "--table", "x=empty.db"], "there is no table `x`; `empty.db#TABLE` names a table"),
        (
            vec!["list.json", "--table", "x=sale.json"],
            "from `sale.json`: there is no such file\n  hint: did you mean `sales.json`?",
        ),
        (vec!["list.json", "--table", "x=points.csv"], "its first line holds `;` and no `,`"),
        (vec!["list.json", "--table", "x=latin.csv"], "not encoded in UTF-8"),
        (vec!["broken.yaml"], "error: broken.yaml:3:1: this line is indented with a tab"),
        (vec!["list.json", "--table", "x=none.csv"], "`x` cannot be read from `none.csv`: there is no such file"),
        (vec!["list.json", "--table", "x=no-table.json"], "`x` cannot be read from `no-table.json`: expected"),
        (vec!["list.json", "--table", "x"], "expected NAME=FILE"),
        (vec!["list.json", sales[0], sales[1], sales[0], sales[1]], "two tables are called `sales`"),
        (vec!["start.json", sales[0], sales[1]], "there is no dataset `sals`\n  hint: did you mean `sales`?"),
        (vec!["start.json"], "hint: give a table with `--table NAME=FILE`"),
        (vec!["start.json", sales[0], sales[1], "--until", "2"], "there is no step 2 to stop after"),
        (vec!["start.json", sales[0], sales[1], "--variables", "list.json"], "holds no variables"),
    ] {
        let outcome = folder.run(&[vec!["query"], arguments.clone()].concat());
        assert!(!outcome.succeeded, "{arguments:?}");
        assert!(outcome.errors.contains(expected), "{arguments:?}\n{}", outcome.errors);
    }
}

#[test]
fn a_file_with_too_many_values_is_refused_before_it_is_held() {
    let folder = Folder::new();
    folder.write("steps.json", &format!("[{}1]", "1,".repeat(3_900_000)));
    folder.write("steps.yaml", &format!("- [{}]", ",".repeat(4_000_000)));
    folder.write("variables.json", &format!("{{\"x\":\n[{}[]]}}", "[],".repeat(2_000_000)));
    folder.write("domain.json", r#"[{"name": "domain", "domain": "sales"}]"#);
    for (arguments, expected) in [
        (
            vec!["steps.json"],
            "error: steps.json:1:400001: more than 200000 values in one file\n  hint: keep long lists",
        ),
        (vec!["steps.yaml"], "error: steps.yaml:1:1: more than 1000000 commas and brackets in one file"),
        (
            vec!["domain.json", "--variables", "variables.json"],
            "error: variables.json:2:299999: more than 200000 values",
        ),
    ] {
        let outcome = folder.run(&[&["query", "--table", "sales=sales.json"], arguments.as_slice()].concat());
        assert!(!outcome.succeeded && outcome.errors.starts_with(expected), "{arguments:?}: {}", outcome.errors);
    }
    folder.write(
        "steps.json",
        &json!([{"name": "domain", "domain": "sales"}, {"name": "x".repeat(100_000)}]).to_string(),
    );
    let outcome = folder.run(&["query", "--table", "sales=sales.json", "steps.json"]);
    assert!(!outcome.succeeded && outcome.errors.len() < 5_000, "{}", outcome.errors.len());
}

#[test]
fn memory_is_limited() {
    let folder = Folder::new();
    let mut rows = String::from("n,t\n");
    for number in 0..200_000 {
        writeln!(rows, "{number},text number {number}").unwrap();
    }
    folder.write("many.csv", &rows);
    let steps = json!([
        {"name": "domain", "domain": "many"},
        {"name": "sort", "columns": [{"column": "t", "order": "desc"}]},
        {"name": "aggregate", "on": ["t"], "aggregations": []}]);
    let outcome = folder.query(&steps, &["--table", "many=many.csv", "--memory", "1"]);
    assert!(!outcome.succeeded);
    assert!(
        outcome.errors.starts_with("error: step 2 (`sort`) at steps.json:1:44: the query needs more memory"),
        "{}",
        outcome.errors
    );
    assert!(outcome.errors.contains("hint: give more with `--memory`"), "{}", outcome.errors);

    // A table that is read whole takes its part.
    let records: Vec<_> = (0..20_000).map(|number| json!({"n": number})).collect();
    folder.write("many.json", &json!(records).to_string());
    let steps = json!([{"name": "domain", "domain": "many"}]);
    let arguments = ["--table", "many=many.json", "--memory"];
    let outcome = folder.query(&steps, &[arguments.as_slice(), &["1"]].concat());
    assert!(!outcome.succeeded);
    let expected = "error: the table `many` cannot be read from `many.json`: it needs more memory than there is";
    assert!(outcome.errors.starts_with(expected), "{}", outcome.errors);
    assert!(outcome.errors.contains("hint: give more with `--memory`"), "{}", outcome.errors);
    assert!(folder.query(&steps, &[arguments.as_slice(), &["16"]].concat()).succeeded);
}

#[test]
fn time_is_limited() {
    let folder = Folder::new();
    let rows: Vec<String> = (0..200_000).map(|number| number.to_string()).collect();
    folder.write("many.csv", &format!("n\n{}\n", rows.join("\n")));
    let pairs = "SELECT count(*) AS pairs FROM input a JOIN input b ON a.n <> b.n";
    let steps = json!([
        {"name": "domain", "domain": "many"},
        {"name": "filter", "condition": {"column": "n", "operator": "gt", "value": 0}},
        {"name": "customsql", "query": pairs},
        {"name": "formula", "newColumn": "half", "formula": "pairs / 2"}]);
    let outcome = folder.query(&steps, &["--table", "many=many.csv", "--time", "1"]);
    assert!(!outcome.succeeded);
    assert!(
        outcome.errors.contains("error: step 3 (`customsql`) at steps.json:1:115: the query ran longer than 1000 ms"),
        "{}",
        outcome.errors
    );
}

#[test]
fn a_table_that_is_not_there_in_time_is_an_error() {
    let folder = Folder::new();
    let database = rusqlite::Connection::open(folder.path().join("shop.db")).unwrap();
    let endless =
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT max(n) AS n FROM numbers";
    database.execute_batch(&format!("CREATE VIEW endless AS {endless}")).unwrap();
    let steps = json!([{"name": "domain", "domain": "endless"}]);
    let begun = std::time::Instant::now();
    let outcome = folder.query(&steps, &["--table", "endless=shop.db", "--time", "1"]);
    assert!(!outcome.succeeded);
    let expected = "the table `endless` cannot be read from `shop.db`: that takes longer than 1 s";
    assert!(outcome.errors.contains(expected), "{}", outcome.errors);
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn what_fails_while_running_names_its_step_too() {
    let folder = Folder::new();
    let steps = json!([
        {"name": "domain", "domain": "sales"},
        {"name": "append", "pipelines": ["sales"]},
        {"name": "evolution", "label": "Growth", "dateCol": "day", "valueCol": "pieces", "evolutionType": "vsLastDay", "evolutionFormat": "abs"},
        {"name": "select", "columns": ["shop", "pieces_EVOL_ABS"]}]);
    let problem = folder.query(&steps, &[]).errors;
    assert!(
        problem.starts_with(
            "error: step 3 (`evolution`, “Growth”) at steps.json:1:85: there are several rows for 2024-01-0"
        ),
        "{problem}"
    );
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let folder = Folder::new();
    folder.write(
        "steps.yaml",
        "\
- { name: domain, domain: sales }
- { name: filter, condition: { and: [{ column: pieces, value: \"09\" }, { column: amount, operator: in, value: [1, true] }] } }
- { name: formula, newColumn: n, formula: shop > 3 }
- { name: append, pipelines: [[{ name: domain, domain: shops }, { name: sort, columns: [{ column: town, order: asc }] }]] }
- { name: join, type: left, rightPipeline: shop, on: [[shop, name]] }
- { name: sort, columns: [{ column: nothing, order: asc }] }
- { name: formula, newColumn: m, formula: nothing + }
",
    );
    let tables = ["--table", "sales=sales.json", "--table", "shops=shops.csv"];
    let outcome = folder.run(&[["query", "steps.yaml"].as_slice(), &tables].concat());
    assert!(!outcome.succeeded);
    insta::assert_snapshot!(outcome.errors, @r#"
    error: step 2 (`filter`) at steps.yaml:2:63: `pieces` holds integers, and this is the text "09"
      hint: write the number without quotes: 9
    error: step 2 (`filter`) at steps.yaml:2:114: `amount` holds numbers, and this is the boolean true
      hint: compare with a number
    error: step 3 (`formula`) at steps.yaml:3:43: `shop` holds texts, and 3 is a number: they cannot be compared
      hint: put a step before: { name: convert, columns: [shop], dataType: float }; what is not written as `1234.5`, with a comma or a sign, say, becomes null: `replacetext` that before
    error: step 4 (`append`) at steps.yaml:4:99: in step 2 (`sort`) of the inner pipeline: there is no column `town` here
      hint: the columns here are `name`, `city`, `since`
    error: step 5 (`join`) at steps.yaml:5:44: there is no dataset `shop`
      hint: did you mean `shops`? the tables are `sales`, `shops`
    error: step 7 (`formula`) at steps.yaml:7:52: expected a column, a number or a text at character 10
    "#);
}

#[test]
fn a_file_without_rows_is_told() {
    let folder = Folder::new();
    folder.write("empty.csv", "shop,day,amount\n");
    let steps = |more: Json| {
        let sum = json!({"name": "aggregate", "on": ["shop"], "aggregations": [
            {"aggfunction": "sum", "columns": ["amount"], "newcolumns": ["total"]}]});
        let mut steps = vec![json!({"name": "domain", "domain": "empty"})];
        steps.extend(more.as_array().cloned().unwrap_or_default());
        steps.push(sum);
        Json::Array(steps)
    };
    let table = ["--table", "empty=empty.csv", "--format", "csv"];
    let outcome = folder.query(&steps(json!([])), &table);
    let warning = "warning: the table `empty` holds no rows: its columns are taken for texts\n  hint: put rows into `empty.csv`, or say the types: { name: convert, ";
    assert!(!outcome.succeeded && outcome.errors.starts_with(warning), "{}", outcome.errors);
    let expected = "`sum` needs numbers, and `amount` holds texts\n  hint: put a step before: { name: convert, columns: [amount], dataType: float }; what";
    assert!(outcome.errors.contains(expected), "{}", outcome.errors);
    let convert = json!([{"name": "convert", "columns": ["amount"], "dataType": "float"}]);
    let outcome = folder.query(&steps(convert), &table);
    assert!(outcome.succeeded && outcome.errors.starts_with(warning), "{}", outcome.errors);
    assert_eq!(outcome.output, "shop,total\r\n");
}

#[test]
fn every_step_that_cannot_be_read_is_told() {
    let folder = Folder::new();
    folder.write(
        "steps.yaml",
        "\
- { name: domain, domain: sales }
- { name: groupby, on: [shop] }
- { name: top, rankOn: pieces, sort: descending, limit: \"3\" }
- { name: filter, condition: { column: amount, operator: gt, value: 1,5 } }
- { name: selct, columns: [shop] }
",
    );
    let outcome = folder.run(&["query", "steps.yaml", "--table", "sales=sales.json", "--until", "4"]);
    insta::assert_snapshot!(outcome.errors, @r"
    error: step 2 (`groupby`) at steps.yaml:2:11: `groupby` is unknown here
      hint: it is called `aggregate` here
    error: step 3 (`top`) at steps.yaml:3:38: `descending` is unknown here
      hint: it is called `desc` here
    error: step 3 (`top`) at steps.yaml:3:57: expected a whole number, found the text `3`
      hint: write the number without quotes: 3
    error: step 4 (`filter`) at steps.yaml:4:71: the key `5` is unknown here
      hint: decimals stand behind a point: `1.5`
    ");
}
