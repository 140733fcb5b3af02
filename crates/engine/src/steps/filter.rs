//! `filter`: keeps the rows for which a condition holds.

use aracari_app::steps::filter::Filter;

use crate::condition::{self, Purpose};
use crate::error::EngineError;
use crate::table::Table;

pub(super) fn compile(step: &Filter, table: Table) -> Result<Table, EngineError> {
    let Some(condition) = step.condition.clone().without_all() else { return Ok(table) };
    let predicate = condition::compile(&condition, &table, Purpose::Question)?;
    table.check_choice(&predicate)?;
    table.filter(predicate)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use serde_json::{Value, json};

    fn kept(condition: Value) -> Value {
        let input = table(json!({
            "n": [1, 2, 3, 4, 5],
            "text": ["a", "b", null, "A", "12"],
            "date": ["2020-01-01T00:00:00Z", "2020-01-01T23:59:59Z", "2020-01-02T00:00:00Z", null, "2021-01-01T00:00:00Z"],
            "flag": [true, false, null, true, false]
        }));
        let answer =
            run(input, json!([{"name": "filter", "condition": condition}, {"name": "select", "columns": ["n"]}]));
        answer["n"].clone()
    }

    #[test]
    fn comparisons_mean_what_they_say_and_negatives_keep_nulls() {
        for (condition, expected) in [
            (json!({"column": "text", "value": "a"}), json!([1])),
            (json!({"column": "text", "operator": "ne", "value": "a"}), json!([2, 3, 4, 5])),
            (json!({"column": "text", "operator": "eq", "value": null}), json!([])),
            (json!({"column": "text", "operator": "ne", "value": null}), json!([1, 2, 3, 4, 5])),
            (json!({"column": "text", "operator": "in", "value": ["a", null, "A"]}), json!([1, 4])),
            (json!({"column": "text", "operator": "nin", "value": ["a", "A"]}), json!([2, 3, 5])),
            (json!({"column": "text", "operator": "in", "value": []}), json!([])),
            (json!({"column": "text", "operator": "nin", "value": []}), json!([1, 2, 3, 4, 5])),
            (json!({"column": "text", "operator": "isnull"}), json!([3])),
            (json!({"column": "text", "operator": "notnull"}), json!([1, 2, 4, 5])),
            (json!({"column": "text", "operator": "matches", "value": "^[ab]$"}), json!([1, 2])),
            (json!({"column": "text", "operator": "notmatches", "value": "^[ab]$"}), json!([3, 4, 5])),
            (json!({"column": "n", "operator": "gt", "value": 3.5}), json!([4, 5])),
            (json!({"column": "n", "operator": "le", "value": 2}), json!([1, 2])),
            (json!({"column": "n", "operator": "eq", "value": "3"}), json!([3])),
            (json!({"column": "flag", "operator": "eq", "value": false}), json!([2, 5])),
            (json!({"column": "date", "operator": "from", "value": "2020-01-01T12:00:00"}), json!([1, 2, 3, 5])),
            (json!({"column": "date", "operator": "until", "value": "2020-01-01"}), json!([1, 2])),
            (
                json!({"column": "date", "operator": "until", "value":
                    {"date": "2020-02-01", "operator": "until", "quantity": 1, "duration": "month"}}),
                json!([1, 2]),
            ),
            (json!({"column": "n", "operator": "matches", "value": "[12]"}), json!([1, 2])),
            (json!({"column": "n", "operator": "notmatches", "value": 3}), json!([1, 2, 4, 5])),
            (json!({"column": "date", "operator": "matches", "value": "^2020-01-0\\d$"}), json!([1, 3])),
            (
                json!({"or": [{"column": "n", "value": 1}, {"and": [{"column": "n", "operator": "gt", "value": 2},
                {"column": "n", "operator": "lt", "value": 4}]}]}),
                json!([1, 3]),
            ),
        ] {
            assert_eq!(kept(condition.clone()), expected, "{condition}");
        }
    }

    #[test]
    fn all_removes_its_own_condition_and_no_more() {
        let all = json!({"$all": true});
        assert_eq!(kept(json!({"column": "n", "value": all})), json!([1, 2, 3, 4, 5]));
        assert_eq!(
            kept(json!({"and": [{"column": "text", "operator": "in", "value": [all]}, {"column": "n", "value": 2}]})),
            json!([2])
        );
        assert_eq!(kept(json!({"or": [{"column": "n", "value": all}, {"column": "n", "value": 2}]})), json!([2]));
    }

    #[test]
    fn values_are_data_whatever_they_look_like() {
        for value in [
            "' OR '1'='1",
            "a'; DROP TABLE x; --",
            "\" OR \"\"=\"",
            "1 OR 1=1",
            "%",
            "*",
            "_",
            "",
            " a",
            "a ",
            "\u{2019}a\u{2019}",
            "{{ user }}",
            "$1",
            "?",
            "\\",
            "a\u{0}b",
            "N'a'",
            "CAST(1 AS INT)",
            "__VOID__",
            "null",
            "NaN",
            "true OR",
            "ａ",
            "𝒶",
            "(select 1)",
            "/* */",
            "0x61",
            "1e0",
            "+1",
            "01",
            "1.0",
        ] {
            assert_eq!(kept(json!({"column": "text", "value": value})), json!([]), "{value:?}");
            assert_eq!(
                kept(json!({"column": "text", "operator": "in", "value": [value, "b"]})),
                json!([2]),
                "{value:?}"
            );
            assert_eq!(kept(json!({"column": "n", "value": value})), json!([]), "{value:?}");
            assert_eq!(kept(json!({"column": "n", "operator": "in", "value": [value]})), json!([]), "{value:?}");
            assert_eq!(kept(json!({"column": "date", "operator": "from", "value": value})), json!([]), "{value:?}");
            assert_eq!(kept(json!({"column": "date", "operator": "gt", "value": value})), json!([]), "{value:?}");
            assert_eq!(kept(json!({"column": "flag", "value": value})), json!([]), "{value:?}");
        }
        assert_eq!(kept(json!({"column": "text", "value": ["a", "b"]})), json!([]));
        let long: Vec<String> = (0..20_000).map(|number| format!("x{number}")).chain(["b".into()]).collect();
        assert_eq!(kept(json!({"column": "text", "operator": "in", "value": long})), json!([2]));
    }

    #[test]
    fn identifiers_are_looked_up_never_quoted() {
        for name in ["text\"", "text' --", "TEXT", "\"text\"", "t.text", "`text`", "", "\u{1}0", "text; select 1"] {
            let input = table(json!({"text": ["a"]}));
            let message = failure(input, json!([{"name": "filter", "condition": {"column": name, "value": "a"}}]));
            assert!(message.contains("no column"), "{name}: {message}");
        }
    }

    #[test]
    fn patterns_are_bounded() {
        for pattern in ["(", "(a{1000}){1000}{1000}", &"a".repeat(5000)] {
            let input = table(json!({"text": ["a"]}));
            let step =
                json!([{"name": "filter", "condition": {"column": "text", "operator": "matches", "value": pattern}}]);
            assert!(failure(input, step).contains("pattern"), "{pattern:.20}");
        }
    }
}
