//! Which columns a pipeline produces, without running it, or the step that cannot work and why.

pub(crate) mod comparisons;
pub(crate) mod formulas;
mod limits;
pub(crate) mod shape;
#[cfg(test)]
pub(crate) mod testing;

use std::borrow::Cow;
use std::cell::RefCell;

use crate::condition::Condition;
use crate::diagnostic::shortened;
use crate::schema::{ColumnType, TableSchema};
use crate::steps::customsql::Customsql;
use crate::steps::{FormulaText, PipelineReference, Step};
use crate::value::Value;

/// How deep pipelines may be written inside one another.
const MAX_NESTING: usize = 16;

/// A step that cannot work on what comes in.
#[derive(Debug, Default, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mistake {
    /// The position of the step in its pipeline, from 0.
    pub step_index: usize,
    /// Where in the step: keys, and positions of lists from 0; as far as it is known.
    pub path: Vec<String>,
    /// The name or word of the step that is wrong, where the path leads to several.
    pub about: Option<String>,
    /// Where in the text to which the path leads, in characters from 1.
    pub character: Option<usize>,
    pub message: String,
    pub hint: Option<String>,
}

/// Where a pipeline finds the columns of another dataset.
pub type Datasets<'a> = &'a dyn Fn(&str) -> Option<TableSchema>;

/// What tells which columns a query of SQL makes of these, where it is understood, or what is wrong with it.
pub type Sql<'a> = &'a dyn Fn(&Customsql, &TableSchema) -> Option<Result<TableSchema, String>>;

/// The columns that come out of `steps` when `input` goes in, or the first mistake.
pub fn infer(steps: &[Step], input: TableSchema, datasets: Datasets<'_>) -> Result<TableSchema, Mistake> {
    let found = infer_all(steps, input, datasets);
    match (found.schema, found.mistakes.into_iter().next()) {
        (Some(schema), None) => Ok(schema),
        (_, mistake) => Err(mistake.unwrap_or_else(|| Problem::new("the columns are unknown").at_step(0))),
    }
}

/// What is known of a pipeline without running it.
#[derive(Debug, Default)]
pub struct Findings {
    /// The columns that come out; none after a mistake that hides them.
    pub schema: Option<TableSchema>,
    /// Every mistake; after one that hides the columns those that are wrong whatever the columns are.
    pub mistakes: Vec<Mistake>,
    /// What works and is probably not meant so.
    pub doubts: Vec<Mistake>,
}

/// The columns that come out of `steps` when `input` goes in, every mistake, and what is doubtful.
pub fn infer_all(steps: &[Step], input: TableSchema, datasets: Datasets<'_>) -> Findings {
    infer_with(steps, input, datasets, None)
}

/// The same, with what understands SQL; without it, queries are taken for right.
pub fn infer_with(steps: &[Step], input: TableSchema, datasets: Datasets<'_>, sql: Option<Sql<'_>>) -> Findings {
    match limits::check(steps) {
        Ok(()) => infer_nested(steps, input, (datasets, sql), 0),
        Err(mistake) => Findings { mistakes: vec![mistake], ..Findings::default() },
    }
}

fn infer_nested(
    steps: &[Step],
    input: TableSchema,
    (datasets, sql): (Datasets<'_>, Option<Sql<'_>>),
    depth: usize,
) -> Findings {
    let context = Context::new(datasets, sql, depth);
    let mut findings = Findings::default();
    let mut schema = input;
    let mut is_hidden = false;
    for (step_index, step) in steps.iter().enumerate() {
        let Some(columns) = step.columns() else { continue };
        let unknown = Unknown::of(&schema);
        let at_step = |problem: Problem| unknown.told(problem).at_step(step_index);
        let before: Vec<String> = schema.lost.iter().chain(schema.columns.keys()).cloned().collect();
        let found = columns.infer(schema, &context).and_then(limits::columns);
        let mistakes = context.mistakes.take();
        if found.is_ok() && mistakes.is_empty() {
            findings.doubts.extend(unknown.gone(columns, depth).into_iter().map(at_step));
        }
        findings.mistakes.extend(mistakes.into_iter().map(at_step));
        findings.doubts.extend(context.doubts.take().into_iter().map(at_step));
        match found {
            Ok(known) => schema = with_lost(known, before),
            Err(problem) => {
                findings.mistakes.push(at_step(problem));
                schema = TableSchema { open: Some(ColumnType::Unknown), ..TableSchema::default() };
                is_hidden = true;
            }
        }
    }
    findings.schema = (!is_hidden).then_some(schema);
    findings
}

/// The table, where columns of a known type may come, with those that are no longer there.
fn with_lost(schema: TableSchema, before: Vec<String>) -> TableSchema {
    let is_typed = schema.open.is_some_and(|kind| kind != ColumnType::Unknown);
    let lost = before.into_iter().filter(|name| is_typed && !schema.columns.contains_key(name));
    TableSchema { lost: lost.collect(), ..schema }
}

/// The table that comes into a step, where columns of some type may come that nobody knows before it runs.
struct Unknown(Option<TableSchema>);

impl Unknown {
    fn of(schema: &TableSchema) -> Self {
        let is_typed = schema.open.is_some_and(|kind| kind != ColumnType::Unknown);
        Self(is_typed.then(|| schema.clone()))
    }

    /// The columns that a step reads and that were there before the `pivot`, which alone can have made them again. The
    /// step is asked what it would say if it did not.
    fn gone(&self, step: &dyn Columns, depth: usize) -> Vec<Problem> {
        let Some(known) = self.0.as_ref().filter(|known| !known.lost.is_empty()) else { return Vec::new() };
        let context = Context { is_alone: true, ..Context::new(&|_| None, None, depth) };
        let found = step.infer(TableSchema { is_without_lost: true, ..known.clone() }, &context);
        let problems = context.mistakes.take().into_iter().chain(found.err());
        let doubt = |problem: Problem| {
            let name = known.lost.iter().find(|name| problem.message == no_column(name))?;
            let message = format!("`{name}` is gone after the `pivot`, unless that makes one of the rows");
            let hint = format!("the columns here are {}, and those that the rows make", known_names(known));
            Some(Problem { message, hint: Some(hint), ..problem })
        };
        problems.filter_map(doubt).collect()
    }

    /// What is said of the type of a column that only a `pivot` can have made: it may just as well be gone.
    fn told(&self, problem: Problem) -> Problem {
        let Some(known) = &self.0 else { return problem };
        let mut names = problem.message.split('`').skip(1).step_by(2);
        let typed = names.find(|name| problem.message.contains(&format!("`{name}` holds ")));
        let Some(name) = typed.filter(|name| !known.columns.contains_key(*name)) else { return problem };
        let message =
            format!("`{name}` is no column here, unless a `pivot` makes one of the rows; then {}", problem.message);
        let columns = similar_or_known(known, name);
        let hint = problem.hint.as_ref().map_or_else(|| columns.clone(), |hint| format!("{columns}; else {hint}"));
        Problem { message, hint: Some(hint), ..problem }
    }
}

/// A mistake that does not know its step yet.
#[derive(Debug)]
pub struct Problem {
    path: Vec<String>,
    about: Option<String>,
    character: Option<usize>,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Problem {
    /// What a message is about stands first between backticks in it.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        let about = message.split('`').nth(1).map(str::to_owned);
        Self { path: Vec::new(), about, character: None, message, hint: None }
    }

    /// The same, about all that stands under these keys.
    pub(crate) fn at(self, keys: &[&str]) -> Self {
        Self { about: None, ..self }.inside(keys)
    }

    /// The same, about another name than the first of the message.
    fn about(self, name: &str) -> Self {
        Self { about: Some(name.to_owned()), ..self }
    }

    /// True where the hint has a name that was probably meant.
    fn suggests(&self) -> bool {
        self.hint.as_ref().is_some_and(|hint| hint.starts_with("did you mean"))
    }

    /// The same, in this character of the text that it is about.
    fn at_character(self, character: Option<usize>) -> Self {
        Self { character, ..self }
    }

    /// The same of what contains it, where it stands under these keys.
    pub(crate) fn inside(mut self, keys: &[&str]) -> Self {
        self.path.splice(0..0, keys.iter().map(|key| (*key).to_owned()));
        self
    }

    /// The same, about all that stands under this key instead.
    pub(crate) fn moved(self, key: &str) -> Self {
        Self { path: vec![key.to_owned()], about: None, ..self }
    }

    /// The keys that lead to it.
    pub(crate) fn path(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(String::as_str)
    }

    fn at_step(self, step_index: usize) -> Mistake {
        let Self { path, about, character, message, hint } = self;
        Mistake { step_index, path, about, character, message: shortened(message), hint: hint.map(shortened) }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        self.maybe_hint(Some(hint.into()))
    }

    pub(crate) fn maybe_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }
}

/// What an inference finds.
pub type Inferred<T = TableSchema> = Result<T, Problem>;

/// Where a step finds the columns of other pipelines.
pub struct Context<'a> {
    pub(crate) datasets: Datasets<'a>,
    sql: Option<Sql<'a>>,
    pub(crate) depth: usize,
    /// Other pipelines are not looked at: any column may come of them.
    is_alone: bool,
    mistakes: RefCell<Vec<Problem>>,
    doubts: RefCell<Vec<Problem>>,
}

impl<'a> Context<'a> {
    fn new(datasets: Datasets<'a>, sql: Option<Sql<'a>>, depth: usize) -> Self {
        Self { datasets, sql, depth, is_alone: false, mistakes: RefCell::default(), doubts: RefCell::default() }
    }
}

impl Context<'_> {
    /// Says what is wrong where the columns that come out are known all the same.
    pub(crate) fn mistake(&self, problem: Problem) {
        self.mistakes.borrow_mut().push(problem);
    }

    /// What was found; a mistake is said, and it goes on with what would be right.
    pub(crate) fn or<T>(&self, found: Inferred<T>, otherwise: T) -> T {
        found.unwrap_or_else(|problem| {
            self.mistake(problem);
            otherwise
        })
    }

    /// Says what works and is probably not meant so.
    pub(crate) fn doubt(&self, problem: Problem) {
        self.doubts.borrow_mut().push(problem);
    }

    /// The columns that a query makes of these, where all of them and somebody who understands it are known.
    pub(crate) fn sql(&self, step: &Customsql, input: &TableSchema) -> Option<Inferred> {
        let is_known = input.open.is_none() && input.columns.values().all(|kind| *kind != ColumnType::Unknown);
        let told = self.sql.filter(|_| is_known)?(step, input)?;
        Some(told.map_err(|message| Problem::new(message).at(&["query"])))
    }

    /// The columns of another pipeline, which a step names under these keys.
    pub(crate) fn pipeline(&self, reference: &PipelineReference, keys: &[&str]) -> Inferred {
        if self.is_alone {
            return Ok(TableSchema { open: Some(ColumnType::Unknown), ..TableSchema::default() });
        }
        if self.depth >= MAX_NESTING {
            return Err(Problem::new("pipelines are written too deeply inside one another"));
        }
        match reference {
            PipelineReference::Dataset(name) => {
                (self.datasets)(name).ok_or_else(|| Problem::new(format!("there is no dataset `{name}`")).at(keys))
            }
            PipelineReference::Steps(steps) => {
                if !matches!(steps.first(), Some(Step::Domain(_))) {
                    return Err(Problem::new("a pipeline written inside a step starts with a `domain` step")
                        .hint("begin it with { name: domain, domain: a dataset }")
                        .inside(keys));
                }
                let inside = |mistake: Mistake| {
                    let step_index = mistake.step_index;
                    let (number, name) = (step_index + 1, steps[step_index].name());
                    let message = format!("in step {number} (`{name}`) of the inner pipeline: {}", mistake.message);
                    let Mistake { path, about, character, hint, .. } = mistake;
                    let problem = Problem { path, about, character, message, hint };
                    problem.inside(&[&step_index.to_string()]).inside(keys)
                };
                let found = infer_nested(steps, TableSchema::default(), (self.datasets, self.sql), self.depth + 1);
                self.doubts.borrow_mut().extend(found.doubts.into_iter().map(inside));
                let mut mistakes: Vec<Problem> = found.mistakes.into_iter().map(inside).collect();
                let hiding = if found.schema.is_none() { mistakes.pop() } else { None };
                self.mistakes.borrow_mut().extend(mistakes);
                match hiding {
                    Some(problem) => Err(problem),
                    None => Ok(found.schema.unwrap_or_default()),
                }
            }
        }
    }
}

/// What a step tells of its columns without running.
pub trait Columns {
    /// The columns that come out when `input` goes in.
    fn infer(&self, input: TableSchema, context: &Context<'_>) -> Inferred;

    /// Which columns it reads and which names it gives out. A column that is made of one that the reader may not see
    /// may not be seen either; columns that come out under a name that did not come in count as written.
    fn flow(&self) -> Flow<'_>;
}

/// The columns that a step reads, and those that it writes under names of its own.
#[derive(Debug, Default)]
pub struct Flow<'a> {
    reads: Vec<Cow<'a, str>>,
    writes: Vec<Cow<'a, str>>,
    keeps: Option<Vec<&'a str>>,
}

impl<'a> Flow<'a> {
    pub(crate) fn read(mut self, name: &'a str) -> Self {
        self.reads.push(name.into());
        self
    }

    pub(crate) fn read_all(mut self, names: impl IntoIterator<Item = &'a String>) -> Self {
        self.reads.extend(names.into_iter().map(Cow::from));
        self
    }

    /// Every column of the formula; one that is no formula computes nothing.
    pub(crate) fn read_formula(mut self, text: &FormulaText) -> Self {
        if let Ok(formula) = text.parse() {
            formula.visit_columns(&mut |name| self.reads.push(name.to_owned().into()));
        }
        self
    }

    pub(crate) fn read_condition(mut self, condition: &'a Condition) -> Self {
        condition.visit_columns(&mut |name| self.reads.push(name.into()));
        self
    }

    pub(crate) fn write(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.writes.push(name.into());
        self
    }

    /// Only these columns come out as they came in; every other one is written, whatever its name.
    pub(crate) fn keep_only(mut self, names: impl IntoIterator<Item = &'a String>) -> Self {
        self.keeps.get_or_insert_default().extend(names.into_iter().map(String::as_str));
        self
    }

    /// The columns that come out as they came in, where the step names them all.
    pub fn keeps(&self) -> Option<&[&'a str]> {
        self.keeps.as_deref()
    }

    /// True when one of these is read.
    pub fn reads_any<'n>(&self, mut names: impl Iterator<Item = &'n str>) -> bool {
        names.any(|name| self.reads.iter().any(|read| read == name))
    }

    pub fn writes(&self) -> impl Iterator<Item = &str> {
        self.writes.iter().map(AsRef::as_ref)
    }
}

/// How long a name may be, in bytes, that is compared with others: comparing takes as long as both are, multiplied.
const MAX_COMPARED: usize = 200;

/// The name among `known` that `wanted` was probably meant to be.
#[must_use]
pub fn suggest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wanted.len() > MAX_COMPARED {
        return None;
    }
    let lower = wanted.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.len() <= MAX_COMPARED)
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

pub(crate) fn column(schema: &TableSchema, name: &str) -> Inferred<ColumnType> {
    if let Some(kind) = schema.get(name) {
        return Ok(kind);
    }
    Err(Problem::new(no_column(name)).hint(similar_or_known(schema, name)))
}

fn no_column(name: &str) -> String {
    format!("there is no column `{name}` here")
}

/// What a column that is not there was probably meant to be, or else which there are.
pub(crate) fn similar_or_known(schema: &TableSchema, name: &str) -> String {
    match suggest(name, schema.columns.keys().map(String::as_str)) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("the columns here are {}", known_names(schema)),
    }
}

/// The columns that there are in any case.
pub(crate) fn known_names(schema: &TableSchema) -> String {
    list(schema.columns.keys().map(String::as_str))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut shown: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    if shown.len() > 12 {
        let more = shown.len() - 12;
        shown.truncate(12);
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

pub(crate) fn date_column(schema: &TableSchema, name: &str) -> Inferred<()> {
    match column(schema, name)? {
        ColumnType::Date | ColumnType::Unknown => Ok(()),
        other => Err(not_dates(name, other)),
    }
}

/// A column of dates, or of texts that are read as dates.
pub(crate) fn dates_or_texts(schema: &TableSchema, name: &str, context: &Context<'_>) -> Inferred<()> {
    if column(schema, name)? != ColumnType::Text {
        return date_column(schema, name);
    }
    context.doubt(guessed_days(name, "is null"));
    Ok(())
}

/// A column that puts the rows in order; days and numbers that are written as texts seldom stand in theirs.
pub(crate) fn order_column(schema: &TableSchema, name: &str, context: &Context<'_>) -> Inferred<()> {
    if column(schema, name)? == ColumnType::Text {
        let message =
            format!("`{name}` holds texts: the rows stand in the order of their letters, 10/01/2024 before 9/01/2023");
        let hint = format!("{}; texts such as 2024-01-09 need none", made_dates(name));
        context.doubt(Problem::new(message).hint(hint));
    }
    Ok(())
}

/// Says that days are guessed from texts, and what becomes of those that are none.
pub(crate) fn guessed_days(name: &str, others: &str) -> Problem {
    let message = format!(
        "`{name}` holds texts: which day each means is guessed, of 05/06/2024 the 6th of May, and what is no date {others}"
    );
    Problem::new(message).hint(made_dates(name))
}

/// The step that makes dates of texts.
fn made_dates(name: &str) -> String {
    format!("put a step before: {{ name: todate, column: {name}, format: \"%d/%m/%Y\" }}")
}

fn not_dates(name: &str, kind: ColumnType) -> Problem {
    Problem::new(format!("`{name}` holds {}, not dates", describe(kind)))
        .hint(format!("put a step before: {{ name: todate, column: {name} }}"))
}

/// The type of a column that is computed with; booleans count as 0 and 1.
pub(crate) fn numbers(schema: &TableSchema, name: &str, what: &str) -> Inferred<ColumnType> {
    match column(schema, name)? {
        ColumnType::Boolean => Ok(ColumnType::Integer),
        kind @ (ColumnType::Integer | ColumnType::Float | ColumnType::Unknown) => Ok(kind),
        other => {
            let problem = Problem::new(format!("{what} needs numbers, and `{name}` holds {}", describe(other)));
            Err(problem.about(name).maybe_hint(made_numbers(name, other)))
        }
    }
}

/// The step that makes numbers of a column, where one can.
pub(crate) fn made_numbers(name: &str, kind: ColumnType) -> Option<String> {
    (kind == ColumnType::Text).then(|| {
        format!(
            "put a step before: {{ name: convert, columns: [{name}], dataType: float }}; what is not written as `1234.5`, \
             with a comma or a sign, say, becomes null: `replacetext` that before"
        )
    })
}

/// A column whose values can be read as texts: every one but shapes.
pub(crate) fn texts(schema: &TableSchema, name: &str) -> Inferred<()> {
    match column(schema, name)? {
        ColumnType::Geometry => Err(Problem::new(format!("`{name}` holds shapes, not texts"))),
        _ => Ok(()),
    }
}

/// A column whose values have an order.
pub(crate) fn ordered(schema: &TableSchema, step: &str, name: &str) -> Inferred<()> {
    match column(schema, name)? {
        ColumnType::Geometry => {
            Err(Problem::new(format!("`{step}` needs values with an order, and `{name}` holds shapes")))
        }
        _ => Ok(()),
    }
}

pub(crate) fn describe(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Boolean => "booleans",
        ColumnType::Integer => "integers",
        ColumnType::Float => "numbers",
        ColumnType::Text => "texts",
        ColumnType::Date => "dates",
        ColumnType::Geometry => "shapes",
        ColumnType::Unknown => "values of a type known only when it runs",
    }
}

pub(crate) fn type_of(value: &Value) -> ColumnType {
    match value {
        Value::Boolean(_) => ColumnType::Boolean,
        Value::Integer(_) => ColumnType::Integer,
        Value::Float(_) => ColumnType::Float,
        Value::Text(text) if text.contains("{{") => ColumnType::Unknown,
        Value::Text(_) => ColumnType::Text,
        Value::Date(_) => ColumnType::Date,
        Value::Null | Value::List(_) | Value::All => ColumnType::Unknown,
    }
}

/// The type of a column that is made of one value.
pub(crate) fn single(value: &Value) -> Inferred<ColumnType> {
    match value {
        Value::List(_) => Err(Problem::new("a column cannot hold a list").hint("write one value")),
        one => Ok(type_of(one)),
    }
}

/// The type of a column that a value is put into; a null fits into every one, and a text makes texts of numbers.
pub(crate) fn holding(name: &str, kind: ColumnType, value: &Value, context: &Context<'_>) -> Inferred<ColumnType> {
    if let (ColumnType::Integer | ColumnType::Float, Value::Text(text)) = (kind, value)
        && !text.contains("{{")
    {
        let message = format!("`{name}` holds {}; with the text \"{text}\" all of them become texts", describe(kind));
        let number = || format!("write a number, or `convert` `{name}` to texts before");
        context.doubt(Problem::new(message).hint(comparisons::number_hint(text).unwrap_or_else(number)));
    }
    match value {
        Value::Null => Ok(kind),
        one => Ok(unite(kind, single(one)?)),
    }
}

/// The type of the columns that may come of either of two tables.
pub(crate) fn open_beside(left: Option<ColumnType>, right: Option<ColumnType>) -> Option<ColumnType> {
    match (left, right) {
        (Some(first), Some(second)) if first != second => Some(ColumnType::Unknown),
        _ => left.or(right),
    }
}

/// True where no value of one type is one of the other.
pub(crate) fn differ(left: ColumnType, right: ColumnType) -> bool {
    left != right && unite(left, right) == ColumnType::Text
}

/// The type that holds both, where both are known.
pub(crate) fn unite(left: ColumnType, right: ColumnType) -> ColumnType {
    match (left, right) {
        _ if left == right => left,
        (ColumnType::Unknown, _) | (_, ColumnType::Unknown) => ColumnType::Unknown,
        (ColumnType::Integer, ColumnType::Float) | (ColumnType::Float, ColumnType::Integer) => ColumnType::Float,
        _ => ColumnType::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn flights() -> TableSchema {
        let columns = [
            ("carrier", ColumnType::Text),
            ("dep_delay", ColumnType::Integer),
            ("distance", ColumnType::Float),
            ("date", ColumnType::Date),
        ];
        TableSchema::new(columns.into_iter().map(|(name, kind)| (name.to_owned(), kind)))
    }

    fn airlines(name: &str) -> Option<TableSchema> {
        let columns = [("carrier".to_owned(), ColumnType::Text), ("name".to_owned(), ColumnType::Text)];
        (name == "airlines").then(|| TableSchema::new(columns))
    }

    fn infer_json(steps: serde_json::Value) -> Result<TableSchema, Mistake> {
        let steps: Vec<Step> = serde_json::from_value(steps).unwrap();
        infer(&steps, flights(), &airlines)
    }

    fn columns(steps: serde_json::Value) -> Vec<(String, ColumnType)> {
        infer_json(steps).unwrap().columns.into_iter().collect()
    }

    #[test]
    fn a_pipeline_of_many_steps_tells_its_columns() {
        let found = columns(json!([
            {"name": "join", "type": "left", "rightPipeline": "airlines", "on": [["carrier", "carrier"]]},
            {"name": "formula", "newColumn": "on_time", "formula": "dep_delay <= 15"},
            {"name": "dategranularity", "column": "date", "granularity": "month", "newColumn": "month"},
            {"name": "aggregate", "on": ["name", "month"], "aggregations": [
                {"aggfunction": "avg", "columns": ["on_time"], "newcolumns": ["rate"]},
                {"aggfunction": "count distinct", "columns": ["carrier"], "newcolumns": ["carriers"]},
                {"aggfunction": "max", "columns": ["date"], "newcolumns": ["latest"]}]}
        ]));
        let expected = [
            ("name", ColumnType::Text),
            ("month", ColumnType::Date),
            ("rate", ColumnType::Float),
            ("carriers", ColumnType::Integer),
            ("latest", ColumnType::Date),
        ];
        assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
    }

    #[test]
    fn names_that_clash_in_a_join_are_told_apart() {
        let found = columns(json!([
            {"name": "rename", "toRename": [["distance", "name"]]},
            {"name": "join", "type": "inner", "rightPipeline": "airlines", "on": [["carrier", "carrier"]]}
        ]));
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["carrier", "dep_delay", "name", "date", "name_JOIN"]);
    }

    #[test]
    fn a_mistake_names_its_step_and_suggests() {
        for (steps, index, message, hint) in [
            (json!([{"name": "select", "columns": ["carier"]}]), 0, "no column `carier`", "`carrier`"),
            (
                json!([{"name": "delete", "columns": ["date"]}, {"name": "sort", "columns": [{"column": "date"}]}]),
                1,
                "no column `date`",
                "",
            ),
            (json!([{"name": "formula", "newColumn": "x", "formula": "dep_delay - carrier"}]), 0, "texts", ""),
            (json!([{"name": "formula", "newColumn": "x", "formula": "dep_delay -"}]), 0, "character 12", ""),
            (json!([{"name": "dategranularity", "column": "carrier", "granularity": "day"}]), 0, "not dates", "todate"),
            (
                json!([{"name": "join", "type": "left", "rightPipeline": "nobody", "on": []}]),
                0,
                "no dataset `nobody`",
                "",
            ),
            (
                json!([{"name": "append", "pipelines": [[{"name": "domain", "domain": "airlines"},
                       {"name": "select", "columns": ["nam"]}]]}]),
                0,
                "in step 2 (`select`) of the inner pipeline: there is no column `nam`",
                "`name`",
            ),
            (
                json!([{"name": "aggregate", "on": [], "aggregations": [
                    {"aggfunction": "sum", "columns": ["carrier"], "newcolumns": ["x"]}]}]),
                0,
                "`sum` needs numbers",
                "",
            ),
            (
                json!([{"name": "absolutevalue", "column": "carrier", "newColumn": "x"}]),
                0,
                "an absolute value needs numbers, and `carrier` holds texts",
                "",
            ),
            (
                json!([{"name": "comparetext", "strCol1": "carrier", "strCol2": "carier", "newColumnName": "x"}]),
                0,
                "no column `carier`",
                "`carrier`",
            ),
            (
                json!([{"name": "duration", "startDateColumn": "date", "endDateColumn": "distance",
                    "durationIn": "days", "newColumnName": "x"}]),
                0,
                "`distance` holds numbers, not dates",
                "todate",
            ),
            (json!([{"name": "fromdate", "column": "carrier", "format": "%Y"}]), 0, "not dates", "todate"),
            (json!([{"name": "fromdate", "column": "date", "format": "yyyy"}]), 0, "`yyyy` holds no part", ""),
            (json!([{"name": "todate", "column": "carrier", "format": "%Q"}]), 0, "`%Q` is no pattern", ""),
            (json!([{"name": "text", "text": [1, 2], "newColumn": "x"}]), 0, "a list", "one value"),
            (json!([{"name": "fillna", "columns": ["date"], "value": [1]}]), 0, "a list", ""),
            (json!([{"name": "replace", "searchColumn": "carrier", "toReplace": [["AA", [1]]]}]), 0, "a list", ""),
            (
                json!([{"name": "split", "column": "carrier", "delimiter": "", "numberColsToKeep": 1}]),
                0,
                "`delimiter` is empty",
                "",
            ),
            (
                json!([{"name": "formula", "newColumn": "late", "formula": "dep_delay > 15"},
                    {"name": "todate", "column": "late"}]),
                1,
                "`late` holds booleans",
                "",
            ),
            (
                json!([{"name": "convert", "columns": ["carrier", "date"], "dataType": "boolean"}]),
                0,
                "`date` holds dates, which cannot become booleans",
                "",
            ),
        ] {
            let mistake = infer_json(steps.clone()).unwrap_err();
            assert_eq!(mistake.step_index, index, "{steps}");
            assert!(mistake.message.contains(message), "{steps}: {mistake}");
            assert!(mistake.hint.unwrap_or_default().contains(hint), "{steps}");
        }
    }
}
