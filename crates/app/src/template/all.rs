//! All in a bound tree: it may be the value of a condition, which then disappears, and nothing else.

use serde_json::{Map, Value as Json};

use crate::value::ALL_KEY;

const MISPLACED: &str = "`All` can stand in a condition only";

/// Makes a condition's value All where All is anywhere in it; All in any other place is an error.
pub(super) fn settle(json: &mut Json) -> Result<(), &'static str> {
    match json {
        Json::Array(items) => items.iter_mut().try_for_each(settle),
        Json::Object(entries) if entries.contains_key(ALL_KEY) => Err(MISPLACED),
        Json::Object(entries) => {
            let is_comparison = entries.contains_key("column");
            for (key, item) in entries.iter_mut() {
                if is_comparison && key == "value" && holds_all(item) {
                    *item = Json::Object(Map::from_iter([(ALL_KEY.to_owned(), Json::Bool(true))]));
                } else {
                    settle(item)?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn holds_all(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(holds_all),
        Json::Object(entries) => entries.contains_key(ALL_KEY) || entries.values().any(holds_all),
        _ => false,
    }
}
