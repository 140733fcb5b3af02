//! `__VOID__`, by which the public step language says what we call All.

use serde_json::{Value as Json, json};

use crate::value::ALL_KEY;

pub(crate) const VOID: &str = "__VOID__";

/// Puts All into every condition that an author made void, by its column or its value.
///
/// Only what an author wrote may come here: the same letters in the value of a variable are a text like any other.
pub(super) fn mark(steps: &mut Json) {
    mark_inside(steps, false);
}

fn mark_inside(json: &mut Json, in_condition: bool) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| mark_inside(item, in_condition)),
        Json::Object(entries) => {
            if in_condition && ["column", "value"].iter().any(|key| entries.get(*key).is_some_and(is_void)) {
                entries.insert("value".to_owned(), json!({ALL_KEY: true}));
                return;
            }
            for (key, item) in entries {
                mark_inside(item, in_condition || matches!(key.as_str(), "condition" | "if"));
            }
        }
        _ => {}
    }
}

fn is_void(json: &Json) -> bool {
    match json {
        Json::String(text) => text == VOID,
        Json::Array(items) => items.iter().any(is_void),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::steps::Step;
    use crate::template::parse_steps;
    use serde_json::{Value as Json, json};

    fn left(steps: Json) -> Json {
        let parsed: Vec<Step> = parse_steps(steps.as_array().unwrap().clone()).unwrap();
        serde_json::to_value(parsed).unwrap()
    }

    #[test]
    fn a_void_condition_is_gone_and_nothing_else() {
        let one = json!({"column": "a", "operator": "eq", "value": 1});
        for void in [
            json!({"column": "a", "operator": "eq", "value": "__VOID__"}),
            json!({"column": "__VOID__", "operator": "isnull"}),
            json!({"column": "a", "operator": "in", "value": ["__VOID__"]}),
        ] {
            assert_eq!(left(json!([{"name": "filter", "condition": void}])), json!([]), "{void}");
            let both = left(json!([{"name": "filter", "condition": {"and": [one, {"or": [void]}]}}]));
            assert_eq!(both, json!([{"name": "filter", "condition": {"and": [one]}}]), "{void}");
            let cases = left(json!([{"name": "ifthenelse", "newColumn": "c", "if": void, "then": "1", "else": "2"}]));
            assert_eq!(cases, json!([{"name": "formula", "newColumn": "c", "formula": "1"}]), "{void}");
            let inner = left(json!([{"name": "append", "pipelines": [[{"name": "filter", "condition": void}]]}]));
            assert_eq!(inner, json!([{"name": "append", "pipelines": [[]]}]), "{void}");
        }
    }

    #[test]
    fn elsewhere_the_word_is_a_text() {
        let steps = json!([{"name": "text", "text": "__VOID__", "newColumn": "t"}]);
        assert_eq!(left(steps.clone()), steps);
    }
}
