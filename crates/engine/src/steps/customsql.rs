//! `customsql`: one read-only SQL query over the rows so far.
//!
//! The query knows one table, the rows so far, and functions whose answer depends on nothing but what they are given.
//! It is parsed to a plan over those rows; nothing of it is ever text again.

mod bounds;
mod named;
mod subqueries;
mod words;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

use aracari_app::schema::{ColumnType, TableSchema};
use aracari_app::steps::customsql::Customsql;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{TableReference, plan_err};
use datafusion::datasource::{empty::EmptyTable, provider_as_source};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::planner::{ContextProvider, ExprPlanner};
use datafusion::logical_expr::{
    AggregateUDF, Expr, ExprSchemable, HigherOrderUDF, LogicalPlan, LogicalPlanBuilder, ScalarUDF, SortExpr,
    TableSource, Volatility, WindowUDF,
};
use datafusion::optimizer::Analyzer;
use datafusion::sql::planner::{NullOrdering, ParserOptions, SqlToRel};
use datafusion::sql::sqlparser::ast::{ObjectName, Query, Statement, Visit, Visitor};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::column_type::{canonical_type, column_type};
use crate::error::EngineError;
use crate::functions::{one_zero, signed};
use crate::geometry;
use crate::run::STACK_BYTES;
use crate::table::{HIDDEN, Names, Table, column};
use words::explained;

/// What the rows so far are called.
const INPUT: &str = "input";
/// What the public step language calls them.
const PREVIOUS_STEP: &str = "##PREVIOUS_STEP##";

const MAX_CHARACTERS: usize = 20_000;
const MAX_WORDS: usize = 2_000;
const MAX_NESTING: usize = 50;
/// Deeper expressions could exhaust the stack of whoever plans them.
const MAX_DEPTH: usize = 200;

/// Every part that `WITH` names is planned anew wherever it is read.
const MAX_TABLES: usize = 200;

/// Functions that tell of the engine, make texts as long as one likes out of nothing, or values of any type and size.
const REFUSED: [&str; 8] =
    ["version", "repeat", "lpad", "rpad", "arrow_cast", "arrow_try_cast", "cast_to_type", "try_cast_to_type"];

pub(super) fn compile(step: &Customsql, table: Table) -> Result<Table, EngineError> {
    let visible = table.without_restricted()?;
    let input = visible.clone().finish(None)?;
    let query = parse(&step.query)?;
    let plan = plan(query, input).map_err(|error| explained(&error, &visible))?;
    let (plan, order) = unordered(plan)?;
    answer(step, &visible, plan, &order)
}

/// The columns that a query makes of these, or what is wrong with it; no row is read.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn columns_of_sql(step: &Customsql, input: &TableSchema) -> Result<TableSchema, String> {
    let understood = || {
        let fields = input.columns.iter().map(|(name, kind)| match kind {
            ColumnType::Geometry => geometry::geometry_field(name),
            kind => Field::new(name, canonical_type(*kind), true),
        });
        let empty = EmptyTable::new(Arc::new(Schema::new(fields.collect::<Vec<_>>())));
        let scan = LogicalPlanBuilder::scan(INPUT, provider_as_source(Arc::new(empty)), None)?.build()?;
        let made = compile(step, Table::scan(scan, Names::default())?)?;
        let typed = made.columns().iter().map(|name| Ok((name.clone(), made.typed(name)?.1)));
        Ok::<_, EngineError>(TableSchema::new(typed.collect::<Result<Vec<_>, EngineError>>()?))
    };
    let planned = std::thread::scope(|scope| {
        let planning = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, understood);
        planning.map(std::thread::ScopedJoinHandle::join)
    });
    match planned {
        Ok(Ok(columns)) => columns.map_err(|error| error.to_string()),
        Ok(Err(_)) => Err("the query could not be planned: this is a mistake of the program".into()),
        Err(error) => Err(format!("no thread can be started: {error}")),
    }
}

/// The one query that a text is.
fn parse(text: &str) -> Result<Statement, EngineError> {
    let refused = |reason: String| EngineError::invalid(reason);
    let characters = text.chars().count();
    if characters > MAX_CHARACTERS {
        return Err(refused(format!("the query has {characters} characters, and {MAX_CHARACTERS} are the most")));
    }
    if text.contains(HIDDEN) {
        return Err(refused("the query holds a control character, U+0001; leave it out".into()));
    }
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, text)
        .tokenize_with_location()
        .map_err(|error| refused(format!("this is no SQL: {error}")))?;
    let words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).count();
    if words > MAX_WORDS {
        return Err(refused(format!("the query has {words} words and signs, and {MAX_WORDS} are the most")));
    }
    let too_deep = || refused("the query is nested too deeply; write parts of it as steps of their own".into());
    if depth(&tokens) > MAX_DEPTH {
        return Err(too_deep());
    }
    if makes_rows_of_lists(&tokens) {
        return Err(refused("`unnest` does not work here; the step `unpivot` makes rows of columns".into()));
    }
    let mut statements = Parser::new(&dialect)
        .with_recursion_limit(MAX_NESTING)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| match error {
            ParserError::RecursionLimitExceeded => too_deep(),
            ParserError::ParserError(reason) | ParserError::TokenizerError(reason) => {
                refused(format!("this is no SQL: {reason}"))
            }
        })?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(mut query)), true) => {
            named::settle(&mut query, &|name| {
                FUNCTIONS.scalar.get(&name.to_lowercase()).map(|function| function.name())
            });
            let tables = tables(&query, &mut HashMap::new())
                .ok_or_else(|| refused("`WITH` stands at the beginning of a query, not inside it".into()))?;
            if tables > MAX_TABLES {
                let message = format!(
                    "the query reads tables {tables} times, those of its `WITH` parts counted each time; {MAX_TABLES} are the most"
                );
                return Err(refused(message));
            }
            Ok(Statement::Query(query))
        }
        (Some(_), false) => Err(refused("write one query, not several".into())),
        _ => Err(refused(format!("only a query that reads works here: SELECT … FROM {INPUT}"))),
    }
}

/// How often a query reads a table, when what `WITH` names is written out in each place; `None` where a query inside it
/// has a `WITH` of its own.
fn tables(query: &Query, named: &mut HashMap<String, usize>) -> Option<usize> {
    for part in query.with.iter().flat_map(|with| &with.cte_tables) {
        let read = read_in(&part.query, named)?;
        named.insert(part.alias.name.value.to_lowercase(), read);
    }
    let mut body = query.clone();
    body.with = None;
    read_in(&body, named)
}

fn read_in(query: &Query, named: &HashMap<String, usize>) -> Option<usize> {
    struct Tables<'a> {
        named: &'a HashMap<String, usize>,
        read: usize,
    }
    impl Visitor for Tables<'_> {
        type Break = ();

        fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
            if query.with.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }

        fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
            let read = self.named.get(&relation.to_string().trim_matches('"').to_lowercase()).copied().unwrap_or(1);
            self.read = self.read.saturating_add(read);
            ControlFlow::Continue(())
        }
    }
    let mut tables = Tables { named, read: 0 };
    query.visit(&mut tables).is_continue().then_some(tables.read)
}

/// How deep the expressions of a query can be at most: a chain has two words a level, and parentheses stand in chains.
fn depth(tokens: &[TokenWithSpan]) -> usize {
    /// One list in parentheses: the words of its present item, and the deepest of the item's lists and of all items.
    #[derive(Default)]
    struct List {
        words: usize,
        inner: usize,
        deepest: usize,
    }
    impl List {
        fn item(&mut self) -> usize {
            self.deepest = self.deepest.max(self.words.div_ceil(2) + self.inner);
            (self.words, self.inner) = (0, 0);
            self.deepest
        }
    }
    let mut open = vec![List::default()];
    for token in tokens {
        match (&token.token, open.len()) {
            (Token::Whitespace(_), _) => {}
            (Token::LParen | Token::LBracket | Token::LBrace, _) => open.push(List::default()),
            (Token::RParen | Token::RBracket | Token::RBrace, 2..) => {
                let inner = open.pop().map_or(0, |mut list| list.item());
                if let Some(around) = open.last_mut() {
                    around.inner = around.inner.max(inner + 1);
                }
            }
            (token, _) => {
                let Some(list) = open.last_mut() else { continue };
                if *token == Token::Comma {
                    list.item();
                } else {
                    list.words += 1;
                }
            }
        }
    }
    open.iter_mut().map(List::item).sum()
}

/// True where `unnest` is called: it makes as many rows at once as its lists are long.
fn makes_rows_of_lists(tokens: &[TokenWithSpan]) -> bool {
    let words: Vec<&Token> =
        tokens.iter().map(|token| &token.token).filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    words.windows(2).any(|pair| match pair {
        [Token::Word(word), Token::LParen] => word.value.eq_ignore_ascii_case("unnest"),
        _ => false,
    })
}

fn plan(query: Statement, input: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    let mut config = ConfigOptions::new();
    config.execution.enable_recursive_ctes = false;
    // It would take the order from below a limit, too: other rows would be the first.
    config.sql_parser.enable_subquery_sort_elimination = false;
    let context = OneTable { source: Arc::new(Input(Arc::clone(input.schema().inner()))), config: &config };
    let options =
        ParserOptions::new().with_enable_ident_normalization(false).with_default_null_ordering(NullOrdering::NullsLast);
    let plan = SqlToRel::new_with_options(&context, options).sql_statement_to_plan(query)?;
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false).verify_plan(&plan)?;
    if let Some(parameter) = plan.get_parameter_names()?.into_iter().next() {
        return plan_err!("there is no value for the parameter {parameter}; write the value itself");
    }
    let typed = Analyzer::new().execute_and_check(bounds::in_our_types(plan)?, &config, |_, _| {})?;
    let bounded = bounds::bounded(typed)?;
    subqueries::check(&bounded)?;
    over(bounded, &input)
}

/// The plan of a query with the plan of its input, which has been checked.
fn over(query: LogicalPlan, input: &LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    let whole = query.transform_up_with_subqueries(|node| match node {
        LogicalPlan::TableScan(scan) => {
            Ok(Transformed::yes(LogicalPlanBuilder::from(input.clone()).alias(scan.table_name)?.build()?))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(whole.data)
}

/// The plan without the order of its rows, and that order: a sort in the middle of a plan may be dropped.
fn unordered(plan: LogicalPlan) -> Result<(LogicalPlan, Vec<SortExpr>), EngineError> {
    if let LogicalPlan::Sort(sort) = &plan
        && sort.fetch.is_none()
    {
        return Ok((sort.input.as_ref().clone(), sort.expr.clone()));
    }
    if let LogicalPlan::Projection(projection) = &plan
        && let LogicalPlan::Sort(sort) = projection.input.as_ref()
        && sort.fetch.is_none()
    {
        let mut columns = projection.expr.clone();
        let mut order = Vec::with_capacity(sort.expr.len());
        for (position, key) in sort.expr.iter().enumerate() {
            let name = format!("{HIDDEN_KEY}{position}");
            columns.push(key.expr.clone().alias(&name));
            order.push(SortExpr::new(column(&name), key.asc, key.nulls_first));
        }
        let below = LogicalPlanBuilder::from(sort.input.as_ref().clone());
        return Ok((below.project(columns)?.build()?, order));
    }
    Ok((plan, Vec::new()))
}

/// Keys of the order that are no columns of the answer start so.
const HIDDEN_KEY: &str = "\u{1}sql";

fn answer(step: &Customsql, input: &Table, plan: LogicalPlan, order: &[SortExpr]) -> Result<Table, EngineError> {
    let refused = |reason: String| EngineError::invalid(reason);
    let mut columns: Vec<String> = Vec::new();
    let mut expressions: Vec<Expr> = Vec::new();
    for (qualifier, field) in plan.schema().iter() {
        let name = field.name();
        let hidden = name.starts_with(HIDDEN_KEY);
        let is_shape = geometry::is_geometry(field);
        let known = column_type(field.data_type()).is_some() && (is_shape || !geometry::is_binary(field.data_type()));
        if !known && !hidden {
            let kind = described(field.data_type());
            return Err(refused(format!(
                "the column `{name}` of the answer would hold {kind}; cast it, or leave it out"
            )));
        }
        if columns.contains(name) {
            return Err(refused(format!("two columns of the answer are called `{name}`; rename one with AS")));
        }
        expressions.push(Expr::from((qualifier, field)).alias(name));
        columns.push(name.clone());
    }
    let mut keys = Vec::new();
    for key in order {
        if key.nulls_first {
            keys.push((key.expr.clone().is_not_null(), true));
        }
        keys.push((key.expr.clone(), key.asc));
    }
    let shown: Vec<String> = match &step.columns {
        None => columns.iter().filter(|name| !name.starts_with(HIDDEN_KEY)).cloned().collect(),
        Some(wanted) => wanted.clone(),
    };
    if let Some(missing) = shown.iter().find(|name| !columns.contains(name)) {
        return Err(refused(format!("`columns` has `{missing}`, which the query does not give")));
    }

    // The order is told by columns of what the query reads, so it is put there before the columns get their names.
    let mut with_keys = expressions;
    let mut key_columns = Vec::new();
    for (key, ascending) in keys {
        let name = input.names().next();
        with_keys.push(key.alias(&name));
        key_columns.push((column(&name), ascending));
        columns.push(name);
    }
    let plan = LogicalPlanBuilder::from(plan).project(with_keys)?.build()?;
    let answered = Table::from_parts(plan, columns, Vec::new(), input);
    let ordered = if key_columns.is_empty() { answered } else { answered.ordered_by(key_columns)? };
    let plain = |name: String| {
        let value = ordered.column(&name)?;
        let is_float = value.get_type(ordered.plan().schema().as_ref())? == DataType::Float64;
        Ok((name, if is_float { one_zero(value, ColumnType::Float) } else { value }))
    };
    let visible = shown.into_iter().map(plain).collect::<Result<_, EngineError>>()?;
    ordered.project(visible).map_err(|error| match error {
        EngineError::Invalid { message } => refused(message),
        other => other,
    })
}

fn described(data_type: &DataType) -> String {
    match data_type {
        DataType::List(_) | DataType::LargeList(_) | DataType::ListView(_) | DataType::FixedSizeList(..) => {
            "lists".into()
        }
        DataType::Struct(_) | DataType::Map(..) => "structures".into(),
        DataType::Interval(_) | DataType::Duration(_) => "spans of time".into(),
        DataType::Time32(_) | DataType::Time64(_) => "times of day".into(),
        kind if geometry::is_binary(kind) => "bytes".into(),
        kind => format!("values of type {kind}"),
    }
}

/// The rows so far, as a table of the query.
#[derive(Debug)]
struct Input(SchemaRef);

impl TableSource for Input {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.0)
    }
}

/// All that a query may name.
struct OneTable<'a> {
    source: Arc<dyn TableSource>,
    config: &'a ConfigOptions,
}

struct Functions {
    scalar: HashMap<String, Arc<ScalarUDF>>,
    aggregate: HashMap<String, Arc<AggregateUDF>>,
    window: HashMap<String, Arc<WindowUDF>>,
    planners: Vec<Arc<dyn ExprPlanner>>,
}

/// The functions whose answer depends on nothing but what they are given; none makes lists out of nothing.
static FUNCTIONS: LazyLock<Functions> = LazyLock::new(|| {
    let mut scalar = HashMap::new();
    for function in datafusion::functions::all_default_functions() {
        let names = || std::iter::once(function.name()).chain(function.aliases().iter().map(String::as_str));
        if function.signature().volatility == Volatility::Immutable && !names().any(|name| REFUSED.contains(&name)) {
            scalar.extend(names().map(|name| (name.to_owned(), Arc::clone(&function))));
        }
    }
    let mut aggregate = HashMap::new();
    for function in datafusion::functions_aggregate::all_default_aggregate_functions() {
        let names = std::iter::once(function.name()).chain(function.aliases().iter().map(String::as_str));
        aggregate.extend(names.map(|name| (name.to_owned(), Arc::clone(&function))));
    }
    let mut window = HashMap::new();
    for function in datafusion::functions_window::all_default_window_functions() {
        let names = std::iter::once(function.name()).chain(function.aliases().iter().map(String::as_str));
        window.extend(names.map(|name| (name.to_owned(), signed(Arc::clone(&function)))));
    }
    Functions { scalar, aggregate, window, planners: SessionStateDefaults::default_expr_planners() }
});

impl ContextProvider for OneTable<'_> {
    fn get_table_source(&self, name: TableReference) -> Result<Arc<dyn TableSource>, DataFusionError> {
        match &name {
            TableReference::Bare { table }
                if table.eq_ignore_ascii_case(INPUT) || table.eq_ignore_ascii_case(PREVIOUS_STEP) =>
            {
                Ok(Arc::clone(&self.source))
            }
            other => plan_err!("there is no table `{other}`; the rows so far are called `{INPUT}`"),
        }
    }

    fn get_table_function_source(&self, name: &str, _: Vec<Expr>) -> Result<Arc<dyn TableSource>, DataFusionError> {
        plan_err!("there is no table function `{name}`; the rows so far are called `{INPUT}`")
    }

    fn get_expr_planners(&self) -> &[Arc<dyn ExprPlanner>] {
        &FUNCTIONS.planners
    }

    fn get_function_meta(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        FUNCTIONS.scalar.get(&name.to_lowercase()).cloned()
    }

    fn get_higher_order_meta(&self, _: &str) -> Option<Arc<HigherOrderUDF>> {
        None
    }

    fn get_aggregate_meta(&self, name: &str) -> Option<Arc<AggregateUDF>> {
        FUNCTIONS.aggregate.get(&name.to_lowercase()).cloned()
    }

    fn get_window_meta(&self, name: &str) -> Option<Arc<WindowUDF>> {
        FUNCTIONS.window.get(&name.to_lowercase()).cloned()
    }

    fn get_variable_type(&self, _: &[String]) -> Option<DataType> {
        None
    }

    fn options(&self) -> &ConfigOptions {
        self.config
    }

    fn udf_names(&self) -> Vec<String> {
        FUNCTIONS.scalar.keys().cloned().collect()
    }

    fn higher_order_function_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn udaf_names(&self) -> Vec<String> {
        FUNCTIONS.aggregate.keys().cloned().collect()
    }

    fn udwf_names(&self) -> Vec<String> {
        FUNCTIONS.window.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnType, TableSchema, columns_of_sql};
    use crate::steps::testing::{failure, run, table};
    use arrow::array::RecordBatch;
    use serde_json::{Value, json};

    #[test]
    fn a_query_tells_its_columns_without_running() {
        let columns = TableSchema::new(
            [("shop", ColumnType::Text), ("amount", ColumnType::Integer)].map(|(name, kind)| (name.to_owned(), kind)),
        );
        let asked = |query: &str, columns_told: Value| {
            let step = serde_json::from_value(json!({"query": query, "columns": columns_told})).unwrap();
            columns_of_sql(&step, &columns)
        };
        let told = asked("SELECT shop, avg(amount) AS mean FROM input GROUP BY shop", json!(null)).unwrap();
        assert_eq!(
            told.columns.into_iter().collect::<Vec<_>>(),
            [("shop".to_owned(), ColumnType::Text), ("mean".to_owned(), ColumnType::Float)]
        );
        for (query, told, reason) in [
            ("SELECT shp FROM input", json!(null), "there is no column `shp` here; did you mean \"shop\"?"),
            ("SELECT shop FROM input", json!(["amount"]), "`columns` has `amount`, which the query does not give"),
            ("selct shop", json!(null), "this is no SQL"),
            ("DELETE FROM input", json!(null), "only a query that reads works here"),
        ] {
            let reason_told = asked(query, told).unwrap_err();
            assert!(reason_told.contains(reason), "{query}: {reason_told}");
        }
        let summed = asked("SELECT avg(shop) AS m FROM input", json!(null)).unwrap_err();
        assert!(!summed.contains("bug"), "{summed}");
    }

    #[test]
    fn division_by_zero_is_null() {
        let input = table(json!({"a": [7, 8, null], "b": [2, 0, 0], "c": [0.5, 0.0, -0.0]}));
        let asked = |sql: &str| run(input.clone(), json!([{"name": "customsql", "query": sql}]));
        let divided = asked("SELECT a / b AS q, a % b AS r, a / c AS f, a % 0 AS z, a / 2 AS h FROM input");
        let expected = json!({"q": [3, null, null], "r": [1, null, null], "f": [14.0, null, null],
            "z": [null, null, null], "h": [3, 4, null]});
        assert_eq!(divided, expected);
        assert_eq!(asked("SELECT sum(a / b) AS s FROM input GROUP BY b ORDER BY b")["s"], json!([null, 3]));
    }

    #[test]
    fn what_cannot_be_computed_says_so() {
        let asked = |sql: &str| {
            let step = json!([{"name": "customsql", "query": sql}]);
            failure(table(json!({"k": [1, 2, 3], "t": ["1", "x", "3"]})), step)
        };
        for (sql, reason) in [
            ("SELECT CAST(t AS INT) AS n FROM input", "Cannot cast string 'x'"),
            ("SELECT abs(k - 9223372036854775807 - 2) AS n FROM input", "overflow"),
            ("SELECT factorial(k + 40) AS n FROM input", "Overflow"),
            ("SELECT chr(k - 100) AS n FROM input", "-99"),
            ("SELECT (SELECT k FROM input) AS n FROM input", "more than one row"),
        ] {
            let message = asked(sql);
            assert!(message.contains("a value cannot be computed") && message.contains(reason), "{sql}: {message}");
        }
        for sql in [
            "SELECT a.k, b.n FROM input a, LATERAL (SELECT count(*) AS n FROM input c WHERE c.k < a.k) b",
            "SELECT k FROM input WHERE k IN (SELECT k FROM input b WHERE b.t = input.t LIMIT 1)",
            "SELECT a.k, b.m FROM input a, LATERAL (SELECT max(k) AS m FROM input c WHERE c.t = a.t) b",
        ] {
            let message = asked(sql);
            assert!(message.contains("write it as a join"), "{sql}: {message}");
        }
        for sql in [
            "SELECT ntile(k) OVER (ORDER BY k) AS n FROM input",
            "SELECT lag(k, k) OVER (ORDER BY k) AS n FROM input",
            "SELECT nth_value(k, k) OVER (ORDER BY k) AS n FROM input",
            "SELECT approx_percentile_cont(k, k) AS n FROM input",
        ] {
            let message = asked(sql);
            assert!(message.contains("has to be written as a number"), "{sql}: {message}");
        }
        for (sql, reason) in [
            ("SELECT k FROM input LIMIT -1", "LIMIT must be >= 0"),
            ("SELECT k FROM input OFFSET -5", "OFFSET must be >=0"),
            (
                "SELECT sum(k) OVER (ORDER BY k ROWS BETWEEN 5 FOLLOWING AND 2 PRECEDING) AS n FROM input",
                "Invalid window frame: start bound (5 FOLLOWING) cannot be larger",
            ),
            ("SELECT approx_percentile_cont(2.0) WITHIN GROUP (ORDER BY k) AS n FROM input", "between 0.0 and 1.0"),
            ("SELECT digest(t, 'sha512')::text AS n FROM input", "it holds bytes that are no text"),
            ("SELECT max(*) AS n FROM input", "`WILDCARD` does not work here"),
            ("SELECT * FROM input PIVOT (sum(k) FOR t IN ('a'))", "`PIVOT` does not work here"),
            ("SELECT (k).a AS n FROM input", "Dot access not supported for non-string expr"),
        ] {
            let message = asked(sql);
            assert!(message.contains(reason) && !message.contains('{'), "{sql}: {message}");
        }
        let joined = json!([{"name": "customsql",
            "query": "SELECT k FROM input a WHERE EXISTS (SELECT 1 FROM input b WHERE b.k > a.k + 1)"}]);
        assert_eq!(run(table(json!({"k": [1, 2, 3]})), joined), json!({"k": [1]}));
    }

    fn people() -> RecordBatch {
        table(json!({
            "Name": ["Ada", "Bo", "Cy", "Di"],
            "age": [36, null, 17, 36],
            "born": ["1990-05-01T00:00:00Z", "2001-01-01T00:00:00Z", null, "1990-05-02T00:00:00Z"]
        }))
    }

    fn sql(query: &str) -> Value {
        json!([{"name": "customsql", "query": query}])
    }

    #[test]
    fn the_first_rows_of_a_step_before_are_its_first_rows() {
        let input = table(json!({"n": [1, 5, 3, 4]}));
        let top = json!({"name": "top", "rankOn": "n", "sort": "desc", "limit": 2});
        let sql = json!({"name": "customsql", "query": "SELECT n FROM input WHERE n < 9 ORDER BY n"});
        assert_eq!(run(input, json!([top, sql])), json!({"n": [4, 5]}));
    }

    #[test]
    fn a_query_reads_the_rows_so_far() {
        for query in [
            "SELECT Name FROM input WHERE age > 20 ORDER BY Name",
            "select \"Name\" from ##PREVIOUS_STEP## where age > 20 order by \"Name\";",
            "WITH old AS (SELECT * FROM INPUT WHERE age > 20) SELECT Name FROM old ORDER BY 1",
            "SELECT i.Name FROM input i WHERE EXISTS (SELECT 1 FROM input o WHERE o.age = i.age AND i.age > 20) ORDER BY 1",
        ] {
            assert_eq!(run(people(), sql(query)), json!({"Name": ["Ada", "Di"]}), "{query}");
        }
    }

    #[test]
    fn the_order_is_that_of_the_query_with_nulls_last_and_survives_later_steps() {
        let later = |query: &str| {
            let mut steps = sql(query);
            let more = json!([{"name": "text", "text": 1, "newColumn": "one"}, {"name": "sort", "columns": [{"column": "one"}]}]);
            steps.as_array_mut().unwrap().extend(more.as_array().unwrap().clone());
            run(people(), steps)["Name"].clone()
        };
        assert_eq!(later("SELECT Name FROM input ORDER BY age DESC, Name DESC"), json!(["Di", "Ada", "Cy", "Bo"]));
        assert_eq!(
            later("SELECT Name FROM input ORDER BY age NULLS FIRST, born DESC"),
            json!(["Bo", "Cy", "Di", "Ada"])
        );
        assert_eq!(later("SELECT Name FROM input ORDER BY Name DESC LIMIT 2"), json!(["Di", "Cy"]));
        assert_eq!(later("SELECT Name FROM input"), json!(["Ada", "Bo", "Cy", "Di"]));
    }

    #[test]
    fn answers_have_our_types() {
        let query = "SELECT CAST(age AS SMALLINT) AS i, CAST(age AS DECIMAL(8, 2)) / 8 AS f, CAST(born AS DATE) AS d, \
                     age > 20 AS b, count(*) OVER () AS c FROM input WHERE Name = 'Ada' \
                     UNION ALL SELECT 1, 2.5, NULL, NULL, 4.5";
        let expected = json!({"i": [36, 1], "f": [4.5, 2.5], "d": ["1990-05-01T00:00:00Z", null], "b": [true, null], "c": [1.0, 4.5]});
        assert_eq!(run(people(), sql(query)), expected);
        let grouped =
            "SELECT age, min(born) AS first, string_agg(Name, '+') AS names FROM input GROUP BY age ORDER BY age";
        let names = run(people(), sql(grouped))["names"].clone();
        assert_eq!(names, json!(["Cy", "Ada+Di", "Bo"]));
    }

    #[test]
    fn the_columns_can_be_named_beforehand() {
        let step = json!([{"name": "customsql", "query": "SELECT 1 AS a, 2 AS b, 3 AS c FROM input LIMIT 1", "columns": ["c", "a"]}]);
        assert_eq!(run(people(), step), json!({"c": [3], "a": [1]}));
        let missing = json!([{"name": "customsql", "query": "SELECT 1 AS a FROM input", "columns": ["x"]}]);
        assert!(failure(people(), missing).contains("`columns` has `x`"));
    }

    #[test]
    fn what_reaches_outside_or_writes_is_refused() {
        for (query, message) in [
            ("SELECT * FROM other", "no table `other`; the rows so far are called `input`"),
            ("SELECT * FROM 'data.csv'", "no table"),
            ("SELECT * FROM information_schema.tables", "no table"),
            ("SELECT * FROM read_csv('data.csv')", "no table function"),
            ("SELECT * FROM generate_series(1, 9)", "no table function"),
            ("SELECT now() FROM input", "now"),
            ("SELECT current_date FROM input", "current_date"),
            ("SELECT random() FROM input", "random"),
            ("SELECT uuid() FROM input", "uuid"),
            ("SELECT version() FROM input", "version"),
            ("SELECT repeat(Name, 1000000000) FROM input", "repeat"),
            ("SELECT range(1, 1000000000) FROM input", "range"),
            ("SELECT arrow_cast(NULL, 'FixedSizeList(1000000000, Int8)') AS a FROM input", "arrow_cast"),
            ("SELECT @@version", "version"),
            ("SELECT $1 FROM input", "$1"),
            ("INSERT INTO input VALUES (1)", "only a query that reads"),
            ("DELETE FROM input", "only a query that reads"),
            ("DROP TABLE input", "only a query that reads"),
            ("CREATE VIEW x AS SELECT 1", "only a query that reads"),
            ("COPY input TO 'x.csv'", "only a query that reads"),
            ("SET datafusion.execution.batch_size = 1", "only a query that reads"),
            ("EXPLAIN SELECT 1", "only a query that reads"),
            ("SHOW TABLES", "only a query that reads"),
            ("SELECT 1; SELECT 2", "one query, not several"),
            ("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT * FROM n", "ecursive"),
            ("", "only a query that reads"),
            ("SELEC 1", "no SQL: Expected"),
            ("SELECT 1 AS \"\u{1}sql0\" FROM input", "a control character"),
            ("SELECT 'x", "no SQL"),
        ] {
            let found = failure(people(), sql(query));
            assert!(found.contains("`customsql`") && found.contains(message), "{query}: {found}");
        }
    }

    #[test]
    fn names_are_as_they_are_written() {
        assert!(
            failure(people(), sql("SELECT name FROM input")).contains("no column `name` here; did you mean \"Name\"?")
        );
        assert!(failure(people(), sql("SELECT x.Name FROM input")).contains("no `x` with a column `Name`"));
    }

    #[test]
    fn columns_without_a_name_are_called_as_they_are_written() {
        let input = table(json!({"k": [1, 2], "t": ["a", "b"]}));
        for (query, names) in [
            (
                "SELECT count(*), SUM(k), k+1, (k), (k * 2) FROM input GROUP BY k",
                vec!["count(*)", "SUM(k)", "k + 1", "k", "k * 2"],
            ),
            ("SELECT k + 1 FROM input UNION ALL SELECT k FROM input ORDER BY 1", vec!["k + 1"]),
            ("WITH a AS (SELECT k + 1 FROM input) SELECT \"k + 1\", upper('x') FROM a", vec!["k + 1", "upper('x')"]),
            ("SELECT sum(k) FROM input HAVING sum(k) > 1 ORDER BY sum(k)", vec!["sum(k)"]),
            ("SELECT t || 'b' FROM input GROUP BY t || 'b' ORDER BY t || 'b' DESC", vec!["t || 'b'"]),
            ("SELECT (SELECT max(k) FROM input) FROM input", vec!["(SELECT max(k) FROM input)"]),
            ("SELECT DISTINCT upper(t) AS u FROM input ORDER BY upper(t)", vec!["u"]),
            ("SELECT DISTINCT k % 2 FROM input WHERE k IN (SELECT k + 0 FROM input) ORDER BY k % 2", vec!["k % 2"]),
        ] {
            let answer = run(input.clone(), json!([{"name": "customsql", "query": query}]));
            let found: Vec<&String> = answer.as_object().unwrap().keys().collect();
            assert_eq!(found.len(), names.len(), "{query}: {answer}");
            assert!(names.iter().all(|name| answer.get(name).is_some()), "{query}: {answer}");
        }
    }

    #[test]
    fn answers_that_are_no_table_say_so() {
        assert!(failure(people(), sql("SELECT Name, age AS Name FROM input")).contains("AS"));
        assert!(
            failure(people(), sql("SELECT array_agg(age) AS ages FROM input"))
                .contains("`ages` of the answer would hold lists")
        );
        assert!(failure(people(), sql("SELECT sha256(Name) AS s FROM input")).contains("bytes"));
        assert!(failure(people(), sql("SELECT born - born AS s FROM input")).contains("spans of time"));
    }

    #[test]
    fn long_and_deep_queries_are_refused_and_wide_ones_are_not() {
        let deep = format!("SELECT {}1{} FROM input", "(".repeat(200), ")".repeat(200));
        assert!(failure(people(), sql(&deep)).contains("nested too deeply"));
        let subqueries = format!("{}SELECT 1{}", "SELECT * FROM (".repeat(100), ")".repeat(100));
        assert!(failure(people(), sql(&subqueries)).contains("nested too deeply"));
        let long = format!("SELECT '{}' FROM input", "x".repeat(30_000));
        assert!(failure(people(), sql(&long)).contains("characters"));
        let words = format!("SELECT {}1 FROM input", "1, ".repeat(1_500));
        assert!(failure(people(), sql(&words)).contains("words"));
        let chain = |length: usize| format!("SELECT {}1 AS n FROM input LIMIT 1", "age + ".repeat(length));
        assert!(failure(people(), sql(&chain(900))).contains("nested too deeply"));
        assert_eq!(run(people(), sql(&chain(190))), json!({"n": [36 * 190 + 1]}));
        let unions = format!("SELECT 1 AS n {}", "UNION ALL SELECT 1 ".repeat(90));
        assert_eq!(run(people(), sql(&unions))["n"].as_array().unwrap().len(), 91);
        let columns: Vec<_> = (0..200).map(|number| format!("age * {number} + 1 AS c{number}")).collect();
        let wide = run(people(), sql(&format!("SELECT {} FROM input", columns.join(", "))));
        assert_eq!(wide.as_object().unwrap().len(), 200);
    }

    #[test]
    fn a_query_that_doubles_itself_without_end_is_refused() {
        let double = |number: usize| format!("c{} AS (SELECT a.v FROM c{number} a CROSS JOIN C{number} b)", number + 1);
        let parts: Vec<String> = (0..39).map(double).collect();
        let query = format!("WITH c0 AS (SELECT v FROM input), {} SELECT v FROM c39", parts.join(", "));
        let message = failure(table(json!({"v": [1]})), json!([{"name": "customsql", "query": query}]));
        assert!(message.contains("200 are the most"), "{message}");
        let inside = "SELECT v FROM (WITH c AS (SELECT v FROM input) SELECT v FROM c)";
        let message = failure(table(json!({"v": [1]})), json!([{"name": "customsql", "query": inside}]));
        assert!(message.contains("`WITH` stands at the beginning"), "{message}");
    }
}
