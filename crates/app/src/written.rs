//! Pipelines as they are written: notes of their authors, steps that are switched off, references to other pipelines.
//!
//! Every step may have a `label`, a `comment` and `disabled: true`. Where a step names another pipeline, a reference,
//! `{"type": "ref", "uid": "…"}`, may stand for it; what the uid means is the host's matter.

use schemars::{JsonSchema, Schema};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::steps::Step;
use crate::template::TemplateError;

/// How deep pipelines and references may lead into one another.
const MAX_DEPTH: usize = 16;

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Referred {
    Dataset(String),
    /// Steps that begin with `domain`.
    Steps(Vec<Json>),
}

/// Finds what a uid leads to.
pub type References<'a> = &'a dyn Fn(&str) -> Option<Referred>;

/// The steps ready to be parsed, in their places: notes are gone, a step that is switched off is the step `off`, and
/// what a reference leads to stands in its place. An `append` all of whose references lead nowhere is `off` as well.
pub fn settle(steps: Vec<Json>, references: References<'_>) -> Result<Vec<Json>, TemplateError> {
    let mut settler = Settler { references, open: Vec::new() };
    let mut settled = Vec::with_capacity(steps.len());
    for (index, step) in steps.into_iter().enumerate() {
        settled.extend(settler.step(step, 0).map_err(|reason| TemplateError::BadStep { index, reason })?);
    }
    Ok(settled)
}

/// The notes of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    pub name: String,
    pub label: Option<String>,
    pub is_off: bool,
}

impl Notes {
    /// The notes of a step as it is written; a label of several languages shows its first.
    pub fn of(step: &Json) -> Self {
        let text = |json: &Json| json.as_str().map(str::to_owned);
        let label = step.get("label").and_then(|label| match label {
            Json::Object(languages) => languages.values().find_map(text),
            other => text(other),
        });
        Self {
            name: step.get("name").and_then(text).unwrap_or_default(),
            label,
            is_off: step.get("disabled") == Some(&Json::Bool(true)),
        }
    }
}

struct Settler<'a> {
    references: References<'a>,
    /// The uids that lead to where we are.
    open: Vec<String>,
}

impl Settler<'_> {
    /// The step, or the steps that a referred `domain` begins with.
    fn step(&mut self, step: Json, depth: usize) -> Result<Vec<Json>, String> {
        let Json::Object(mut entries) = step else { return Err("expected a map with the key `name`".to_owned()) };
        let name = match entries.get("name") {
            Some(Json::String(name)) => name.clone(),
            _ => return Err("the key `name` is missing".to_owned()),
        };
        entries.shift_remove("comment");
        entries.shift_remove("label");
        match entries.shift_remove("disabled") {
            Some(Json::Bool(true)) => return Ok(vec![off()]),
            None | Some(Json::Bool(false) | Json::Null) => {}
            Some(_) => return Err("`disabled` is true or false".to_owned()),
        }
        match name.as_str() {
            "domain" => self.domain(entries, depth),
            "join" => {
                for key in ["rightPipeline", "right_pipeline"] {
                    let Some(other) = entries.get_mut(key) else { continue };
                    let written = std::mem::take(other);
                    let uid = uid(&written).map(str::to_owned);
                    *other = self.pipeline(written, depth)?.ok_or_else(|| leads_nowhere(uid.as_deref()))?;
                }
                Ok(vec![Json::Object(entries)])
            }
            "append" => {
                let Some(Json::Array(written)) = entries.get_mut("pipelines").map(std::mem::take) else {
                    return Ok(vec![Json::Object(entries)]);
                };
                let was_empty = written.is_empty();
                let mut pipelines = Vec::with_capacity(written.len());
                for pipeline in written {
                    pipelines.extend(self.pipeline(pipeline, depth)?);
                }
                if pipelines.is_empty() && !was_empty {
                    return Ok(vec![off()]);
                }
                entries.insert("pipelines".to_owned(), Json::Array(pipelines));
                Ok(vec![Json::Object(entries)])
            }
            _ => Ok(vec![Json::Object(entries)]),
        }
    }

    fn domain(&mut self, mut entries: Map<String, Json>, depth: usize) -> Result<Vec<Json>, String> {
        let Some(written) = entries.get("domain").filter(|domain| uid(domain).is_some()).cloned() else {
            return Ok(vec![Json::Object(entries)]);
        };
        match self.pipeline(written.clone(), depth)? {
            Some(Json::Array(steps)) => Ok(steps),
            Some(dataset) => {
                entries.insert("domain".to_owned(), dataset);
                Ok(vec![Json::Object(entries)])
            }
            None => Err(leads_nowhere(uid(&written))),
        }
    }

    /// Another pipeline: a dataset, steps or a reference; `None` for a reference that leads nowhere.
    fn pipeline(&mut self, written: Json, depth: usize) -> Result<Option<Json>, String> {
        if depth >= MAX_DEPTH {
            return Err("pipelines are written too deeply inside one another".to_owned());
        }
        if let Some(uid) = uid(&written) {
            if self.open.iter().any(|open| open == uid) {
                return Err(format!("the reference `{uid}` leads back to itself"));
            }
            return match (self.references)(uid) {
                None => Ok(None),
                Some(Referred::Dataset(dataset)) => Ok(Some(Json::String(dataset))),
                Some(Referred::Steps(steps)) => {
                    self.open.push(uid.to_owned());
                    let settled = self.steps(steps, depth + 1)?;
                    self.open.pop();
                    Ok(Some(settled))
                }
            };
        }
        match written {
            Json::Array(steps) => self.steps(steps, depth + 1).map(Some),
            other => Ok(Some(other)),
        }
    }

    fn steps(&mut self, steps: Vec<Json>, depth: usize) -> Result<Json, String> {
        let mut settled = Vec::with_capacity(steps.len());
        for (index, step) in steps.into_iter().enumerate() {
            let inner = |reason| format!("in step {} of the inner pipeline: {reason}", index + 1);
            settled.extend(self.step(step, depth).map_err(inner)?);
        }
        Ok(Json::Array(settled))
    }
}

/// The uid of a reference.
pub(crate) fn uid(json: &Json) -> Option<&str> {
    if json.get("type").and_then(Json::as_str) != Some("ref") {
        return None;
    }
    json.get("uid").and_then(Json::as_str)
}

fn off() -> Json {
    json!({"name": "off"})
}

fn leads_nowhere(uid: Option<&str>) -> String {
    format!("the reference `{}` leads to no dataset", uid.unwrap_or_default())
}

/// A reference as it is written; only the schemas of editors read it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is read")]
pub(crate) struct Reference {
    #[serde(rename = "type")]
    kind: ReferenceKind,
    /// The id of a dataset of the app.
    uid: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
enum ReferenceKind {
    #[serde(rename = "ref")]
    Ref,
}

/// Where a pipeline starts, as it is written: a dataset or a reference to one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is read")]
pub(crate) enum WrittenDomain {
    Dataset(String),
    Reference(Reference),
}

/// Another pipeline, as it is written: a dataset, steps or a reference.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is read")]
pub(crate) enum WrittenPipeline {
    Dataset(String),
    Steps(Vec<Step>),
    Reference(Reference),
}

/// Adds the notes to the schema of every step; a step that is switched off needs a name and nothing else.
pub(crate) fn with_notes(schema: &mut Schema) {
    let notes = json!({
        "disabled": {"type": "boolean", "description": "Switches the step off: rows pass as they are."},
        "label": {
            "type": ["string", "object"], "additionalProperties": {"type": "string"},
            "description": "What the step is called where the pipeline is shown; a text, or a map of languages."},
        "comment": {"type": "string", "description": "For the next author; nothing reads it."},
    });
    let Some(object) = schema.as_object_mut() else { return };
    for variant in object.get_mut("oneOf").and_then(Json::as_array_mut).into_iter().flatten() {
        if let (Some(Json::Object(properties)), Json::Object(notes)) = (variant.get_mut("properties"), &notes) {
            properties.extend(notes.clone());
        }
    }
    let Some(variants) = object.shift_remove("oneOf") else { return };
    object.insert("if".to_owned(), json!({"properties": {"disabled": {"const": true}}, "required": ["disabled"]}));
    object.insert("then".to_owned(), json!({"type": "object", "required": ["name"]}));
    object.insert("else".to_owned(), json!({"oneOf": variants}));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::parse_steps;

    fn refer(uid: &str) -> Option<Referred> {
        let start = json!({"name": "domain", "domain": "sales"});
        let to = |uid: &str| json!({"name": "domain", "domain": {"type": "ref", "uid": uid}});
        match uid {
            "d" => Some(Referred::Dataset("sales".to_owned())),
            "s" => Some(Referred::Steps(vec![start, json!({"name": "trim", "columns": ["a"], "label": "x"})])),
            "deep" => Some(Referred::Steps(vec![to("s"), json!({"name": "sort", "disabled": true})])),
            "round" => Some(Referred::Steps(vec![to("round")])),
            _ => None,
        }
    }

    fn settled(steps: Json) -> Result<Json, String> {
        let Json::Array(steps) = steps else { panic!("no list") };
        settle(steps, &refer).map(Json::Array).map_err(|error| error.to_string())
    }

    #[test]
    fn notes_go_and_what_is_switched_off_need_not_be_right() {
        let steps = json!([
            {"name": "domain", "domain": "sales", "label": "Start", "comment": "why"},
            {"name": "nonsense", "disabled": true, "x": 1},
            {"name": "append", "disabled": false, "pipelines": ["b", [{"name": "domain", "domain": "c", "label": {"en": "C"}},
                {"name": "filter", "disabled": true}]]}]);
        let expected = json!([
            {"name": "domain", "domain": "sales"}, {"name": "off"},
            {"name": "append", "pipelines": ["b", [{"name": "domain", "domain": "c"}, {"name": "off"}]]}]);
        assert_eq!(settled(steps), Ok(expected.clone()));
        let Json::Array(expected) = expected else { unreachable!() };
        assert_eq!(parse_steps(expected).unwrap()[1], Step::Off);
    }

    #[test]
    fn references_are_spliced() {
        let to = |uid: &str| json!({"type": "ref", "uid": uid});
        let steps = json!([
            {"name": "domain", "domain": to("deep")},
            {"name": "join", "rightPipeline": to("s"), "type": "left", "on": [["a", "a"]]},
            {"name": "append", "pipelines": [to("nobody"), to("d")]},
            {"name": "append", "pipelines": [to("nobody")]}]);
        let inner = json!([{"name": "domain", "domain": "sales"}, {"name": "trim", "columns": ["a"]}]);
        let expected = json!([
            inner[0], inner[1], {"name": "off"},
            {"name": "join", "rightPipeline": inner, "type": "left", "on": [["a", "a"]]},
            {"name": "append", "pipelines": ["sales"]}, {"name": "off"}]);
        assert_eq!(settled(steps), Ok(expected));
    }

    #[test]
    fn what_leads_nowhere_or_back_is_an_error() {
        let to = |uid: &str| json!({"type": "ref", "uid": uid});
        for (step, reason) in [
            (json!({"name": "domain", "domain": to("nobody")}), "step 1: the reference `nobody` leads to no dataset"),
            (json!({"name": "join", "right_pipeline": to("nobody")}), "`nobody` leads to no dataset"),
            (
                json!({"name": "domain", "domain": to("round")}),
                "in step 1 of the inner pipeline: the reference `round` leads back",
            ),
            (json!({"name": "trim", "disabled": "yes"}), "`disabled` is true or false"),
            (json!({"columns": []}), "the key `name` is missing"),
            (json!(7), "expected a map"),
        ] {
            let error = settled(json!([step])).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        let mut deep = json!([{"name": "domain", "domain": "a"}]);
        for _ in 0..20 {
            deep = json!([{"name": "domain", "domain": "a"}, {"name": "append", "pipelines": [deep]}]);
        }
        assert!(settled(deep).unwrap_err().contains("too deeply"));
    }
}
