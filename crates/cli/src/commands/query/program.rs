//! A pipeline file, made ready to run: read, variables bound, checked against the tables without running.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use aracari_app::infer::{Mistake, infer_with, suggest};
use aracari_app::schema::TableSchema;
use aracari_app::steps::customsql::Customsql;
use aracari_app::template::{DocumentPath, DocumentVariables, Resolver, Size, Template, TemplateError, parse_bound};
use aracari_app::written::{Notes, Referred, settle};
use aracari_app::{PipelineFinding, PipelinePlaces, Step, check_pipeline, check_variables, read_yaml};
use aracari_engine::standalone::Standalone;
use aracari_engine::{EngineError, columns_of_sql};
use serde_json::{Map, Value as Json};

use super::problem::Problem;

/// Size of a file with steps or variables.
const MAX_BYTES: u64 = 8 << 20;

/// Values in such a file.
const MAX_VALUES: usize = 200_000;

/// Steps that can run, and how they were written.
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// One for each step.
    pub(super) notes: Vec<Notes>,
    /// Where each step begins, as it is told.
    starts: Vec<Option<String>>,
    /// What works and is probably not meant so.
    pub(super) doubts: Vec<Problem>,
}

impl Program {
    /// Reads a pipeline; only the steps up to `until`, counted from 1, have to be right.
    pub(super) fn read(
        file: &Path,
        variables: Option<&Path>,
        until: Option<usize>,
        tables: &Standalone,
    ) -> Result<Self, Problem> {
        let text = read(file)?;
        let document = if is_yaml(file) { yaml(&text, file)? } else { json(&text, file)? };
        let Json::Array(mut written) = document else {
            let message = format!("`{}` holds no pipeline: expected a list of steps", file.display());
            return Err(Problem::new(message).hint("begin with [{\"name\": \"domain\", \"domain\": \"<a table>\"}]"));
        };
        if let Some(until) = until {
            if until == 0 || until > written.len() {
                let message = format!("there is no step {until} to stop after: the pipeline has {}", written.len());
                return Err(Problem::new(message).hint("steps are counted from 1, `domain` is the first"));
            }
            written.truncate(until);
        }
        let notes: Vec<Notes> = written.iter().map(Notes::of).collect();
        let variables = match variables {
            Some(path) => match json(&read(path)?, path)? {
                object @ Json::Object(_) => object,
                _ => {
                    let message = format!("`{}` holds no variables: expected a JSON object", path.display());
                    return Err(Problem::new(message));
                }
            },
            None => Json::Object(Map::new()),
        };
        let steps = match bind(written, &variables, tables) {
            Ok(steps) => steps,
            Err(error) => return Err(unreadable(error, (file, &text), &notes, &variables)),
        };
        let places = PipelinePlaces::of(&text);
        let place_of = |mistake: &Mistake| {
            places.of_mistake(mistake).map(|(line, column)| format!("{}:{line}:{column}", file.display()))
        };
        let starts = (0..steps.len()).map(|step_index| place_of(&Mistake { step_index, ..Mistake::default() }));
        let mut program = Self { starts: starts.collect(), steps, notes, doubts: Vec::new() };
        program.doubts = program.check(tables, &place_of)?;
        Ok(program)
    }

    /// The step's number and name, and its label where it has one.
    pub(super) fn place(&self, index: usize) -> String {
        place(&self.notes, index)
    }

    /// The same, and where it begins in the file.
    fn placed(&self, index: usize) -> String {
        match self.starts.get(index).and_then(Option::as_ref) {
            Some(start) => format!("{} at {start}", self.place(index)),
            None => self.place(index),
        }
    }

    /// Finds what cannot work without running, or else what is doubtful.
    fn check(
        &self,
        tables: &Standalone,
        place_of: &dyn Fn(&Mistake) -> Option<String>,
    ) -> Result<Vec<Problem>, Problem> {
        if !matches!(self.steps.first(), Some(Step::Domain(_))) {
            let hint = format!("begin with {{\"name\": \"domain\", \"domain\": …}}; {}", listed(tables));
            return Err(Problem::new("a pipeline starts with a `domain` step").hint(hint));
        }
        let missing = RefCell::new(Vec::new());
        let columns = |name: &str| {
            let found = tables.columns(name);
            if found.is_none() {
                missing.borrow_mut().push(name.to_owned());
            }
            found
        };
        let problem = |mistake: Mistake| {
            let step = self.place(mistake.step_index);
            let at = place_of(&mistake).map_or_else(|| step.clone(), |place| format!("{step} at {place}"));
            Problem::new(mistake.message).at(at).maybe_hint(mistake.hint)
        };
        let sql = |step: &Customsql, input: &TableSchema| Some(columns_of_sql(step, input));
        let mut found = infer_with(&self.steps, TableSchema::default(), &columns, Some(&sql));
        for name in missing.take() {
            let hint = match suggest(&name, tables.names()) {
                Some(similar) => format!("did you mean `{similar}`? {}", listed(tables)),
                None => listed(tables),
            };
            let told = format!("there is no dataset `{name}`");
            for mistake in found.mistakes.iter_mut().filter(|mistake| mistake.message.ends_with(&told)) {
                mistake.hint = Some(hint.clone());
            }
        }
        match Problem::all(found.mistakes.into_iter().map(problem)) {
            Some(problem) => Err(problem),
            None => Ok(found.doubts.into_iter().map(|doubt| problem(doubt).doubt()).collect()),
        }
    }

    /// What a person is told of a failure while running; `step` is where it begins to fail, counted from 1.
    pub(super) fn problem_of(&self, error: EngineError, step: Option<usize>) -> Problem {
        let place = match (step, self.steps.len()) {
            (Some(number), _) | (None, number @ 1) => self.placed(number - 1),
            (None, last) => format!("steps 1 to {last} together"),
        };
        let which = "`--profile` runs step by step; `--until N` stops after a step";
        match error {
            EngineError::UnknownColumn { ref suggestion, .. } => {
                let hint = suggestion.as_ref().map(|similar| format!("did you mean `{similar}`?"));
                Problem::new(error.to_string()).maybe_hint(hint)
            }
            EngineError::MemoryLimit { .. } => {
                Problem::new(error.to_string()).at(place).hint(format!("give more with `--memory`; {which}"))
            }
            EngineError::Timeout { .. } => {
                Problem::new(error.to_string()).at(place).hint(format!("give more with `--time`; {which}"))
            }
            EngineError::Failed { message } => Problem::new(message).at(place),
            other => Problem::new(other.to_string()),
        }
    }
}

/// Reads a pipeline or its variables.
fn read(file: &Path) -> Result<String, Problem> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::new(format!("there is no file `{}`", file.display())),
        _ => Problem::new(format!("`{}` cannot be read: {error}", file.display())),
    };
    let mut bytes = Vec::new();
    File::open(file).and_then(|opened| opened.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("`{}` is larger than {} MB", file.display(), MAX_BYTES >> 20);
        return Err(Problem::new(message).hint("keep long lists and texts in a table and join it"));
    }
    String::from_utf8(bytes).map_err(|_| Problem::new(format!("`{}` is not written in UTF-8", file.display())))
}

fn is_yaml(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml"))
}

fn yaml(text: &str, file: &Path) -> Result<Json, Problem> {
    read_yaml(file, text).map_err(|found| match found.into_iter().next() {
        Some(first) => Problem::new(first.message)
            .at(format!("{}:{}:{}", file.display(), first.line, first.column))
            .maybe_hint(first.hint),
        None => Problem::new(format!("`{}` cannot be read", file.display())),
    })
}

/// Where a text of JSON holds more values than a file may.
fn too_many(text: &str) -> Option<(usize, usize)> {
    let (mut values, mut quoted, mut escaped) = (0_usize, false, false);
    let (mut line, mut start) = (1, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' | b'[' | b'{' if !quoted => values += 1,
            b'\n' => (line, start) = (line + 1, at + 1),
            _ => {}
        }
        if values > MAX_VALUES {
            return Some((line, at - start + 1));
        }
    }
    None
}

fn json(text: &str, file: &Path) -> Result<Json, Problem> {
    if let Some((line, column)) = too_many(text) {
        return Err(Problem::new(format!("more than {MAX_VALUES} values in one file"))
            .at(format!("{}:{line}:{column}", file.display()))
            .hint("keep long lists in a table and join it"));
    }
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let told = error.to_string();
        let reason = told.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&told);
        let before = text.lines().nth(line.saturating_sub(1)).and_then(|written| written.as_bytes().get(..column));
        let is_zero = matches!(before, Some([.., b'0', b'0'..=b'9'])) && reason == "invalid number";
        let hint = "a number does not begin with 0: write a text between quotes, and a number without the 0";
        Problem::new(format!("this is not JSON: {reason}"))
            .at(format!("{}:{line}:{column}", file.display()))
            .maybe_hint(is_zero.then(|| hint.to_owned()))
    })
}

fn bind(written: Vec<Json>, variables: &Json, tables: &Standalone) -> Result<Vec<Step>, TemplateError> {
    let references = |uid: &str| tables.columns(uid).map(|_| Referred::Dataset(uid.to_owned()));
    let known = DocumentVariables(variables);
    let (mut templates, mut bound) = (Vec::with_capacity(written.len()), Vec::with_capacity(written.len()));
    let mut size = Size::default();
    for (index, step) in settle(written, &references)?.into_iter().enumerate() {
        let template = Template::<DocumentPath>::parse(&step).map_err(|error| error.in_step(index))?;
        bound.push(template.bind_within(&known, &mut size).map_err(|error| error.in_step(index))?);
        templates.push(template);
    }
    parse_bound(bound).map_err(|error| match &error {
        TemplateError::BadStep { index, reason } if reason.contains("found a map") => {
            let of_map = templates.get(*index).and_then(|template| map_for_value(template, known));
            of_map.map_or(error.clone(), |of_map| of_map.in_step(*index))
        }
        _ => error,
    })
}

/// A variable that holds a map, where a value is needed.
fn map_for_value(template: &Template<DocumentPath>, known: DocumentVariables<'_>) -> Option<TemplateError> {
    template.variables().into_iter().find_map(|name| {
        let Ok(Json::Object(entries)) = known.value(name) else { return None };
        let parts: Vec<String> = entries.keys().map(|key| format!("`{{{{ {name}.{key} }}}}`")).collect();
        let reason = format!("it holds a map, and one value is needed: write {}", parts.join(" or "));
        Some(TemplateError::NotAVariable { text: name.to_string(), reason })
    })
}

/// What is wrong with the file: at its place where the schema of steps or the variables tell it, else at the step.
fn unreadable(error: TemplateError, (file, text): (&Path, &str), notes: &[Notes], variables: &Json) -> Problem {
    let told = |PipelineFinding { step_index, diagnostic }: PipelineFinding| {
        let (file, line, column) = (file.display(), diagnostic.line, diagnostic.column);
        let at = format!("{} at {file}:{line}:{column}", place(notes, step_index));
        Problem::new(diagnostic.message).at(at).maybe_hint(diagnostic.hint)
    };
    // Steps that do not run need not be right.
    let all = |found: Vec<PipelineFinding>| {
        Problem::all(found.into_iter().filter(|found| found.step_index < notes.len()).map(told))
    };
    let hint = error.hint().map(str::to_owned);
    match error {
        TemplateError::InStep { index, error } => all(check_variables(file, text, DocumentVariables(variables)))
            .unwrap_or_else(|| Problem::new(error.to_string()).at(place(notes, index)).maybe_hint(hint)),
        TemplateError::BadStep { index, reason } => {
            all(check_pipeline(file, text)).unwrap_or_else(|| Problem::new(reason).at(place(notes, index)))
        }
        other => Problem::new(other.to_string()).maybe_hint(hint),
    }
}

fn place(notes: &[Notes], index: usize) -> String {
    match notes.get(index) {
        Some(Notes { name, label: Some(label), .. }) => format!("step {} (`{name}`, “{label}”)", index + 1),
        Some(Notes { name, .. }) if !name.is_empty() => format!("step {} (`{name}`)", index + 1),
        _ => format!("step {}", index + 1),
    }
}

fn listed(tables: &Standalone) -> String {
    let mut names: Vec<String> = tables.names().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return "give a table with `--table NAME=FILE`".to_owned();
    }
    names.sort();
    format!("the tables are {}", names.join(", "))
}
