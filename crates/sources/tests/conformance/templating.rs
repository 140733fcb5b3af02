//! The public cases of variables in pipelines.

use std::path::Path;

use aracari_app::template::{DocumentPath, DocumentVariables, Template, parse_steps};
use serde_json::Value as Json;

use super::{Listed, folder};

fn run(folder: &Path, listed: &Listed) -> Result<(), String> {
    let text = std::fs::read_to_string(folder.join(&listed.file)).map_err(|error| error.to_string())?;
    let case: Json = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let template =
        Template::<DocumentPath>::parse(&case["pipeline_with_variables"]).map_err(|error| error.to_string())?;
    let bound = template.bind(&DocumentVariables(&case["variables"])).map_err(|error| error.to_string())?;
    let steps = |json: &Json| parse_steps(json.as_array().cloned().unwrap_or_default());
    let (wanted, got) = (steps(&case["expected_pipeline"]), steps(&bound));
    if bound != case["expected_pipeline"] || wanted != got {
        return Err(format!("expected {}, got {bound}", case["expected_pipeline"]));
    }
    got.map(drop).map_err(|error| error.to_string())
}

#[test]
fn the_public_cases_of_variables_pass() {
    let Some(folder) = folder() else {
        println!("Left out: the public cases of variables are not beside this project (../shared/conformance).");
        return;
    };
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let listed: Vec<Listed> = serde_json::from_str(&index).unwrap();
    let cases: Vec<&Listed> = listed.iter().filter(|listed| listed.set == "templating").collect();
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|listed| run(&folder, listed).err().map(|reason| format!("{}: {reason}", listed.id)))
        .collect();
    println!("templating         {:>6} {:>4}", cases.len() - failures.len(), cases.len());
    assert!(!cases.is_empty() && failures.is_empty(), "{}", failures.join("\n"));
}
