//! How much a pipeline may hold once the values of variables are in it: planning takes many times as much.

use serde_json::Value as Json;

use super::TemplateError;

/// Values, lists and maps, those inside others included.
const MAX_VALUES: usize = 100_000;
/// Bytes of texts, the keys of maps among them.
const MAX_TEXT: usize = 8 << 20;

/// What a pipeline holds, counted while it grows: a short text may name a long variable many times.
#[derive(Debug, Default)]
pub struct Size {
    values: usize,
    text: usize,
}

impl Size {
    /// Counts a tree that becomes part of the pipeline.
    pub(super) fn add(&mut self, json: &Json) -> Result<(), TemplateError> {
        self.value()?;
        match json {
            Json::String(text) => self.text(text.len()),
            Json::Array(items) => items.iter().try_for_each(|item| self.add(item)),
            Json::Object(entries) => entries.iter().try_for_each(|(key, item)| {
                self.text(key.len())?;
                self.add(item)
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) => Ok(()),
        }
    }

    /// Counts one value, whatever is in it.
    pub(super) fn value(&mut self) -> Result<(), TemplateError> {
        self.values += 1;
        if self.values > MAX_VALUES {
            let message = format!("a pipeline holds at most {MAX_VALUES} values, those of variables included");
            return Err(TemplateError::TooLarge { message, hint: "join a table of them instead of a long list" });
        }
        Ok(())
    }

    /// Counts some bytes of text.
    pub(super) fn text(&mut self, length: usize) -> Result<(), TemplateError> {
        self.text = self.text.saturating_add(length);
        if self.text > MAX_TEXT {
            let message =
                format!("a pipeline holds at most {} MB of texts, those of variables included", MAX_TEXT >> 20);
            return Err(TemplateError::TooLarge { message, hint: "keep long texts in a table and join it" });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::template::{DocumentPath, DocumentVariables, Size, Template, parse_steps};

    #[test]
    fn what_variables_add_up_to_is_bounded_before_it_is_written() {
        let variables = json!({"s": "x".repeat(1 << 20), "a": vec![1; 10_000], "m": {"k".repeat(1 << 20): 1}});
        let steps = |value: serde_json::Value| json!([{"name": "text", "newColumn": "t", "text": value}]);
        for (value, times, expected) in [
            ("{{s}}", 7, None),
            ("{{s}}", 9, Some("8 MB of texts")),
            ("{{a}}", 9, None),
            ("{{a}}", 11, Some("100000 values")),
            ("{{m}}", 9, Some("8 MB of texts")),
        ] {
            for tree in [steps(json!(vec![value; times])), steps(json!(vec![json!({"in": value}); times]))] {
                let told = Template::<DocumentPath>::parse(&tree).unwrap().bind(&DocumentVariables(&variables));
                let told = told.err().map(|error| format!("{error} {:?}", error.hint()));
                assert_eq!(told.is_some(), expected.is_some(), "{value} {told:?}");
                assert!(told.unwrap_or_default().contains(expected.unwrap_or_default()), "{value}");
            }
        }
        let written_out = steps(json!("{{s}}".repeat(5_000)));
        let error = Template::<DocumentPath>::parse(&written_out).unwrap().bind(&DocumentVariables(&variables));
        assert!(error.unwrap_err().to_string().contains("8 MB of texts"));
    }

    #[test]
    fn many_steps_are_counted_together() {
        let variables = json!({"a": vec![1; 60_000]});
        let template = Template::<DocumentPath>::parse(&json!({"in": ["{{a}}"]})).unwrap();
        let mut size = Size::default();
        assert!(template.bind_within(&DocumentVariables(&variables), &mut size).is_ok());
        assert!(template.bind_within(&DocumentVariables(&variables), &mut size).is_err());
        let step = json!({"name": "filter", "condition": {"column": "n", "operator": "in", "value": vec![1; 60_000]}});
        assert!(parse_steps(vec![step.clone()]).is_ok());
        let error = parse_steps(vec![step.clone(), step]).unwrap_err();
        assert!(error.to_string().starts_with("step 2: a pipeline holds at most 100000 values"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("join")), "{error:?}");
    }
}
