//! What a query may make of its rows: every function that makes texts within bounds, and nothing that takes more memory
//! or time with every row than can be told from the query.

use std::sync::Arc;

use aracari_app::schema::ColumnType;
use aracari_app::search_pattern::MAX_PATTERN;
use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, ExprSchema, ScalarValue};
use datafusion::error::{DataFusionError, Result};
use datafusion::functions::core::expr_fn::nullif;
use datafusion::logical_expr::expr::{
    AggregateFunction, Cast, Like, NullTreatment, ScalarFunction, TryCast, WindowFunction,
};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    BinaryExpr, Distinct, Expr, ExprSchemable, GroupingSet, LogicalPlan, Operator, WindowFrameBound, WindowFrameUnits,
    WindowFunctionDefinition, binary_expr, cast, try_cast,
};

use crate::column_type::TEXT;
use crate::condition::check_pattern;
use crate::error::EngineError;
use crate::exact::{self, exact_sum, is_exact, is_sum};
use crate::functions::{Growth, bounded as within, is_bounded, join_texts, one_zero};
use crate::stop;
use crate::table::MAX_COLUMNS;
use crate::weight;

/// Texts that are written in the query and longer than this are held once, not once for each row.
const MAX_COPIED: usize = 100;

/// What stands between the texts of `string_agg`.
const MAX_SEPARATOR: usize = 100;

/// Every set of keys groups all rows once more.
const MAX_SETS: usize = 256;

/// Each is computed for every row before anybody can interrupt the next.
const MAX_WINDOWS: usize = 30;

/// How far a frame reaches from its row.
const MAX_FRAME: u64 = 1_000_000;

/// How exactly quantiles are approximated at most.
const MAX_CENTROIDS: u64 = 1_000;

/// These make values of any size out of few.
const LISTS: [&str; 9] =
    ["make_array", "make_map", "map", "array_concat", "array_append", "array_prepend", "struct", "row", "named_struct"];

/// Over a frame of rows these hold, sort or give out all rows of it for each row.
const NOT_OVER: [&str; 8] = [
    "array_agg",
    "string_agg",
    "median",
    "percentile_cont",
    "approx_median",
    "approx_distinct",
    "approx_percentile_cont",
    "approx_percentile_cont_with_weight",
];

fn refused<T>(message: impl Into<String>) -> Result<T> {
    Err(external(EngineError::invalid(message)))
}

fn external(error: EngineError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The plan in the few types that there are: long texts of the query as views, for a column of them holds each once, and
/// integers of 64 bits.
pub(super) fn in_our_types(plan: LogicalPlan) -> Result<LogicalPlan> {
    let other_integer = |kind: &DataType| kind.is_integer() && *kind != DataType::Int64;
    let ours = rewritten(plan, |expression, _| match expression {
        Expr::Literal(ScalarValue::Utf8(Some(text)), metadata) if text.len() > MAX_COPIED => {
            Ok(Transformed::yes(Expr::Literal(ScalarValue::Utf8View(Some(text)), metadata)))
        }
        Expr::Cast(Cast { expr, field }) if other_integer(field.data_type()) => {
            Ok(Transformed::yes(cast(*expr, DataType::Int64)))
        }
        Expr::TryCast(TryCast { expr, field }) if other_integer(field.data_type()) => {
            Ok(Transformed::yes(try_cast(*expr, DataType::Int64)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    // Functions such as `approx_distinct` give others, which are read above them.
    let node = |plan: LogicalPlan| match plan {
        LogicalPlan::Projection(_) | LogicalPlan::Filter(_) => changed(plan, &|expression, schema| match expression {
            Expr::Column(column) if schema.data_type(&column).is_ok_and(other_integer) => {
                Ok(Transformed::yes(cast(Expr::Column(column), DataType::Int64)))
            }
            other => Ok(Transformed::no(other)),
        }),
        other => Transformed::no(other).map_data(LogicalPlan::recompute_schema),
    };
    Ok(ours.transform_up_with_subqueries(node)?.data)
}

/// The plan, whose types are known, within bounds.
pub(super) fn bounded(plan: LogicalPlan) -> Result<LogicalPlan> {
    let mut windows = 0;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Window(window) = node {
            windows += window.window_expr.len();
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    if windows > MAX_WINDOWS {
        return refused(format!("the query has {windows} functions with OVER, and {MAX_WINDOWS} are the most"));
    }
    rewritten(plan, expression)
}

fn rewritten(plan: LogicalPlan, rewrite: impl Fn(Expr, &DFSchema) -> Result<Transformed<Expr>>) -> Result<LogicalPlan> {
    let node = |plan: LogicalPlan| {
        check(&plan)?;
        match plan {
            LogicalPlan::Values(_) | LogicalPlan::Extension(_) => Ok(Transformed::no(plan)),
            other => changed(other, &rewrite),
        }
    };
    Ok(plan.transform_up_with_subqueries(node)?.data)
}

/// The node with other expressions of the same names; what is below may have changed too.
fn changed(
    plan: LogicalPlan,
    rewrite: &impl Fn(Expr, &DFSchema) -> Result<Transformed<Expr>>,
) -> Result<Transformed<LogicalPlan>> {
    let schema = merge_schema(&plan.inputs());
    let names = NamePreserver::new(&plan);
    let changed = plan.map_expressions(|whole| {
        let name = names.save(&whole);
        let changed = whole.transform_up(|part| rewrite(part, &schema))?;
        weight::check(&changed.data).map_err(external)?;
        Ok(changed.update_data(|whole| name.restore(whole)))
    })?;
    changed.map_data(LogicalPlan::recompute_schema)
}

fn check(plan: &LogicalPlan) -> Result<()> {
    let columns = plan.schema().fields().len();
    if columns > MAX_COLUMNS {
        return refused(format!(
            "{columns} columns stand in a part of the query, and at most {MAX_COLUMNS} can; select those that are needed"
        ));
    }
    if let LogicalPlan::Distinct(Distinct::On(_)) = plan {
        return refused(
            "`DISTINCT ON` does not work here: `SELECT * FROM input QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) = 1` \
             gives the first row of each group",
        );
    }
    if let LogicalPlan::Aggregate(aggregate) = plan
        && let [Expr::GroupingSet(set)] = aggregate.group_expr.as_slice()
    {
        let sets = match set {
            GroupingSet::Rollup(keys) => keys.len() + 1,
            GroupingSet::Cube(keys) => {
                1_usize.checked_shl(u32::try_from(keys.len()).unwrap_or(u32::MAX)).unwrap_or(usize::MAX)
            }
            GroupingSet::GroupingSets(sets) => sets.len(),
        };
        if sets > MAX_SETS {
            return refused(format!("the rows would be grouped in {sets} ways, and {MAX_SETS} are the most"));
        }
    }
    Ok(())
}

fn expression(expression: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    match &expression {
        Expr::ScalarFunction(function) => return scalar(expression.get_type(schema)?, function.clone()),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::StringConcat, right }) => {
            return joined(&expression, left, right, schema);
        }
        Expr::BinaryExpr(BinaryExpr { op: Operator::Divide | Operator::Modulo, right, .. }) => {
            return divided(&expression, right, schema);
        }
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: op @ (Operator::Plus | Operator::Minus | Operator::Multiply),
            right,
        }) if is_integer(left, schema) && is_integer(right, schema) => {
            let exact = exact::arithmetic(left.as_ref().clone(), *op, right.as_ref().clone());
            return Ok(Transformed::yes(exact));
        }
        Expr::Negative(inner) if is_integer(inner, schema) && !matches!(**inner, Expr::Literal(..)) => {
            return Ok(Transformed::yes(exact::negated(inner.as_ref().clone())));
        }
        Expr::BinaryExpr(BinaryExpr { op, right, .. }) if is_pattern_operator(*op) => {
            pattern(&op.to_string(), right, None)?;
        }
        Expr::SimilarTo(Like { pattern: searched, .. }) => pattern("SIMILAR TO", searched, None)?,
        Expr::Like(Like { pattern: searched, .. }) => like(searched)?,
        Expr::Cast(wanted) if is_of_fixed_size(wanted.field.data_type()) => return fixed_size(),
        Expr::TryCast(wanted) if is_of_fixed_size(wanted.field.data_type()) => return fixed_size(),
        // A text tells the sign of a zero.
        Expr::Cast(wanted)
            if wanted.field.data_type().is_string() && wanted.expr.get_type(schema)? == DataType::Float64 =>
        {
            let number = one_zero(wanted.expr.as_ref().clone(), ColumnType::Float);
            return Ok(Transformed::yes(cast(number, wanted.field.data_type().clone())));
        }
        Expr::AggregateFunction(function) => {
            aggregate(function)?;
            if is_sum(&function.func) {
                let func = exact_sum(Arc::clone(&function.func));
                return Ok(Transformed::yes(Expr::AggregateFunction(AggregateFunction { func, ..function.clone() })));
            }
        }
        Expr::WindowFunction(function) => return window(function, schema),
        _ => {}
    }
    Ok(Transformed::no(expression))
}

/// Whether it is an integer, of an expression whose parts have been looked at: formulas nest deeply.
fn is_integer(expression: &Expr, schema: &DFSchema) -> bool {
    match expression {
        Expr::ScalarFunction(call) if is_exact(&call.func) => true,
        other => other.get_type(schema).is_ok_and(|kind| kind == DataType::Int64),
    }
}

/// What looks at rows for each row looks at few, or at no more for each than for the one before.
fn window(window: &WindowFunction, schema: &DFSchema) -> Result<Transformed<Expr>> {
    if let WindowFunctionDefinition::AggregateUDF(function) = &window.fun
        && NOT_OVER.contains(&function.name())
    {
        let name = function.name();
        return refused(format!("`{name}` works with GROUP BY, not with OVER: it would look at all rows for each row"));
    }
    if window.params.null_treatment == Some(NullTreatment::IgnoreNulls) {
        return refused(
            "`IGNORE NULLS` does not work here: it would look at all rows for each row; leave out missing values with a step before",
        );
    }
    let frame = &window.params.window_frame;
    let is_far = |bound: &WindowFrameBound| match bound {
        WindowFrameBound::Preceding(rows) | WindowFrameBound::Following(rows) => {
            matches!(rows, ScalarValue::UInt64(Some(rows)) if *rows > MAX_FRAME)
        }
        WindowFrameBound::CurrentRow => false,
    };
    if frame.units != WindowFrameUnits::Range && (is_far(&frame.start_bound) || is_far(&frame.end_bound)) {
        return refused(format!("a frame ends at most {MAX_FRAME} rows away, or is `UNBOUNDED`"));
    }
    let fun = match &window.fun {
        WindowFunctionDefinition::AggregateUDF(sum) if is_sum(sum) => {
            &WindowFunctionDefinition::AggregateUDF(exact_sum(Arc::clone(sum)))
        }
        other => other,
    };
    let mut params = window.params.clone();
    let keys = params.partition_by.iter_mut().chain(params.order_by.iter_mut().map(|key| &mut key.expr));
    for key in keys {
        if key.get_type(schema)? == DataType::Float64 {
            *key = one_zero(key.clone(), ColumnType::Float);
        }
    }
    Ok(Transformed::yes(Expr::from(WindowFunction { fun: stop::heeding(fun), params })))
}

fn scalar(data_type: DataType, function: ScalarFunction) -> Result<Transformed<Expr>> {
    let name = function.name();
    if LISTS.contains(&name) {
        return refused("lists and structures cannot be made here; columns and rows can");
    }
    let flags = match name {
        "regexp_like" | "regexp_match" => Some(2),
        "regexp_replace" | "regexp_count" => Some(3),
        "regexp_instr" => Some(4),
        _ => None,
    };
    if let (Some(flags), Some(searched)) = (flags, function.args.get(1)) {
        pattern(name, searched, function.args.get(flags))?;
    }
    let Some(growth) = growth(name, &data_type).filter(|_| !is_bounded(&function.func)) else {
        return Ok(Transformed::no(Expr::ScalarFunction(function)));
    };
    let func = Arc::new(within(&function.func, growth));
    Ok(Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, ..function })))
}

/// How what a function makes follows from what it is given; `None` where it makes no texts or hands on those it has.
fn growth(name: &str, data_type: &DataType) -> Option<Growth> {
    Some(match name {
        "coalesce" | "nullif" | "nvl" | "nvl2" | "greatest" | "least" | "get_field" | "array_element"
        | "array_slice" => {
            return None;
        }
        "levenshtein" => Growth::Compared,
        "concat" | "overlay" => Growth::Times(1),
        "encode" => Growth::Times(2),
        "concat_ws" => Growth::Separated,
        "replace" => Growth::Replaced,
        "regexp_replace" => Growth::ReplacedPattern,
        "regexp_match" => Growth::Groups,
        "to_char" => Growth::Formatted,
        _ => match data_type {
            DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView => Growth::Kept,
            _ => return None,
        },
    })
}

/// `left || right` as the function that stays within bounds.
fn joined(whole: &Expr, left: &Expr, right: &Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let data_type = whole.get_type(schema)?;
    if !matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
        return refused("`||` joins texts; cast what is none");
    }
    let text = |side: &Expr| match side.get_type(schema)? {
        TEXT => Ok(side.clone()),
        _ => Ok::<_, DataFusionError>(cast(side.clone(), TEXT)),
    };
    let both = join_texts(text(left)?, text(right)?);
    Ok(Transformed::yes(if data_type == TEXT { both } else { cast(both, data_type) }))
}

/// Division by zero is null, as in every step.
fn divided(whole: &Expr, by: &Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let data_type = by.get_type(schema)?;
    let is_sure = matches!(by, Expr::Literal(value, _) if *value != ScalarValue::new_zero(&value.data_type())?);
    let Expr::BinaryExpr(BinaryExpr { left, op, .. }) = whole else { return Ok(Transformed::no(whole.clone())) };
    if is_sure || !data_type.is_numeric() {
        return Ok(Transformed::no(whole.clone()));
    }
    let by = if data_type == DataType::Float64 { one_zero(by.clone(), ColumnType::Float) } else { by.clone() };
    let by = nullif(by, Expr::Literal(ScalarValue::new_zero(&data_type)?, None));
    Ok(Transformed::yes(binary_expr(left.as_ref().clone(), *op, by)))
}

fn aggregate(function: &AggregateFunction) -> Result<()> {
    let arguments = &function.params.args;
    match (function.func.name(), arguments.as_slice()) {
        ("string_agg", [_, separator]) => match literal(separator) {
            Some(text) if text.len() > MAX_SEPARATOR => {
                refused(format!("what `string_agg` puts between texts has at most {MAX_SEPARATOR} characters"))
            }
            Some(_) => Ok(()),
            None => refused("write what `string_agg` puts between texts as a text"),
        },
        ("approx_percentile_cont", [_, _, centroids])
        | ("approx_percentile_cont_with_weight", [_, _, _, centroids]) => {
            let written = match unwrapped(centroids) {
                Expr::Literal(value, _) => value.to_string().parse::<u64>().ok(),
                _ => None,
            };
            match written {
                Some(0..=MAX_CENTROIDS) => Ok(()),
                _ => refused(format!("quantiles are approximated with at most {MAX_CENTROIDS} centroids")),
            }
        }
        _ => Ok(()),
    }
}

fn is_pattern_operator(operator: Operator) -> bool {
    use Operator::{RegexIMatch, RegexMatch, RegexNotIMatch, RegexNotMatch};
    matches!(operator, RegexMatch | RegexIMatch | RegexNotMatch | RegexNotIMatch)
}

/// A pattern is written in the query: one of a column would be understood anew for every row.
fn pattern(name: &str, searched: &Expr, flags: Option<&Expr>) -> Result<()> {
    let written = |text: &Expr, what: &str| match literal(text) {
        Some(text) => Ok(text),
        None => refused(format!("the {what} of `{name}` is written as a text, not taken from a column")),
    };
    let searched = written(searched, "pattern")?;
    let mut flags = flags.map_or_else(|| Ok(String::new()), |flags| written(flags, "flags"))?;
    flags.retain(|flag| flag != 'g');
    let whole = if flags.is_empty() { searched } else { format!("(?{flags}){searched}") };
    check_pattern(&whole).map_err(external)
}

fn like(searched: &Expr) -> Result<()> {
    match literal(searched) {
        None => refused(
            "the pattern of `LIKE` is written as a text, not taken from a column; `starts_with`, `ends_with` and \
             `contains` compare columns",
        ),
        Some(text) if text.len() > MAX_PATTERN => refused(format!("a pattern may have {MAX_PATTERN} characters")),
        Some(_) => Ok(()),
    }
}

/// The text that is written, a missing one as none at all; `None` where the expression is no written text.
fn literal(expression: &Expr) -> Option<String> {
    match unwrapped(expression) {
        Expr::Literal(value, _) if value.is_null() => Some(String::new()),
        Expr::Literal(value, _) => value.try_as_str().map(|text| text.unwrap_or_default().to_owned()),
        _ => None,
    }
}

fn unwrapped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Cast(inner) => unwrapped(&inner.expr),
        Expr::Alias(inner) => unwrapped(&inner.expr),
        other => other,
    }
}

/// Values of these types are as large as the type says, whether they are missing or not.
fn is_of_fixed_size(data_type: &DataType) -> bool {
    match data_type {
        DataType::FixedSizeBinary(_) | DataType::FixedSizeList(..) => true,
        DataType::List(field) | DataType::LargeList(field) | DataType::ListView(field) => {
            is_of_fixed_size(field.data_type())
        }
        _ => false,
    }
}

fn fixed_size<T>() -> Result<T> {
    refused("a cast gives numbers, texts, dates and truths; not lists of a fixed length")
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use arrow::array::RecordBatch;
    use serde_json::{Value, json};

    fn words() -> RecordBatch {
        table(json!({"t": ["abc", "a%", null], "p": ["b", "a", "c"], "n": [1, 2, 3]}))
    }

    fn sql(query: &str) -> Value {
        json!([{"name": "customsql", "query": query}])
    }

    fn column(expression: &str) -> Value {
        run(words(), sql(&format!("SELECT {expression} AS x FROM input")))["x"].clone()
    }

    #[test]
    fn functions_over_windows_are_counted() {
        let query = |count: usize| {
            let windows: Vec<String> = (0..count).map(|n| format!("sum(n + {n}) OVER (ORDER BY n) AS x{n}")).collect();
            sql(&format!("SELECT {} FROM input", windows.join(", ")))
        };
        assert_eq!(run(words(), query(30))["x0"], json!([1, 3, 6]));
        let told = failure(words(), query(31));
        assert!(told.contains("31 functions with OVER, and 30 are the most"), "{told}");
        let twice = json!([query(25)[0], {"name": "customsql", "query":
            "SELECT row_number() OVER (ORDER BY a.x0) AS r FROM input a JOIN input b ON a.x0 = b.x0 ORDER BY r"}]);
        assert_eq!(run(words(), twice)["r"], json!([1, 2, 3]));
    }

    #[test]
    fn there_is_one_zero_over_windows() {
        let zeros = table(json!({"id": [1, 2, 3, 4, 5], "f": [0.0, -0.0, 0.0, -0.0, 1.0]}));
        let query = "SELECT id, count(*) OVER (PARTITION BY f) AS c, rank() OVER (ORDER BY f) AS r, \
                     dense_rank() OVER (ORDER BY f) AS d, sum(id) OVER (ORDER BY f) AS s, \
                     sum(id) OVER (ORDER BY f RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS near FROM input ORDER BY id";
        let expected = json!({"id": [1, 2, 3, 4, 5], "c": [4, 4, 4, 4, 1], "r": [1, 1, 1, 1, 5], "d": [1, 1, 1, 1, 2],
            "s": [10, 10, 10, 10, 15], "near": [15, 15, 15, 15, 15]});
        assert_eq!(run(zeros, sql(query)), expected);
    }

    #[test]
    fn a_text_tells_of_one_zero() {
        let zeros = table(json!({"id": [1, 2], "f": [-0.0, 0.0]}));
        for text in ["CAST(f AS VARCHAR)", "CAST(-f AS TEXT)", "concat(f)", "f || ''", "upper(f::text)"] {
            let query = format!("SELECT {text} AS t FROM input ORDER BY id");
            assert_eq!(run(zeros.clone(), sql(&query)), json!({"t": ["0.0", "0.0"]}), "{text}");
        }
    }

    #[test]
    fn functions_of_texts_work_as_before() {
        for (expression, expected) in [
            ("t || p", json!(["abcb", "a%a", null])),
            ("t || n", json!(["abc1", "a%2", null])),
            ("'<' || upper(t) || '>'", json!(["<ABC>", "<A%>", null])),
            ("concat(t, p, n)", json!(["abcb1", "a%a2", "c3"])),
            ("concat_ws('-', t, p)", json!(["abc-b", "a%-a", "c"])),
            ("replace(t, p, '!')", json!(["a!c", "!%", null])),
            ("regexp_replace(t, '(b)(c)', '\\2\\1')", json!(["acb", "a%", null])),
            ("translate(t, 'ab', 'xy')", json!(["xyc", "x%", null])),
            ("overlay(t PLACING 'ZZ' FROM 2)", json!(["aZZ", "aZZ", null])),
            ("levenshtein(t, p)", json!([2, 1, null])),
            ("encode(CAST(p AS BYTEA), 'hex')", json!(["62", "61", "63"])),
            ("left(t, 1) || right(p, 1)", json!(["ab", "aa", null])),
            ("split_part(t, p, 1)", json!(["a", "", null])),
            ("coalesce(t, p)", json!(["abc", "a%", "c"])),
            ("CASE WHEN t LIKE 'a%c' THEN t || '!' ELSE p END", json!(["abc!", "a", "c"])),
            ("regexp_like(t, 'B', 'i')", json!([true, false, null])),
            ("t ~ '^ab'", json!([true, false, null])),
            ("(regexp_match(t, '(b)c'))[1]", json!(["b", null, null])),
        ] {
            assert_eq!(column(expression), expected, "{expression}");
        }
        let grouped =
            "SELECT t || p AS joined, count(*) AS n, max(t || p) AS most FROM input GROUP BY t || p ORDER BY t || p";
        assert_eq!(run(words(), sql(grouped))["most"], json!(["a%a", "abcb", null]));
        let unnamed = run(words(), sql("SELECT t || p, concat(t, p) FROM input LIMIT 1"));
        let names: Vec<_> = unnamed.as_object().unwrap().keys().collect();
        assert_eq!(names, ["t || p", "concat(t, p)"]);
        let long = format!("SELECT t, '{0}' AS x FROM input WHERE '{0}' <> t", "y".repeat(500));
        assert_eq!(run(words(), sql(&long))["x"], json!(["y".repeat(500), "y".repeat(500)]));
        let summed = format!("SELECT max(concat(t, '{}')) FROM input", "y".repeat(500));
        assert_eq!(run(words(), sql(&summed)).as_object().unwrap().len(), 1);
    }

    #[test]
    fn what_takes_more_with_every_row_is_refused() {
        let large = format!("SELECT t ~ '{}' AS x FROM input", "a".repeat(2000));
        let centroids = "SELECT approx_percentile_cont(n, 0.5, 1000000000) AS x FROM input";
        let separator = format!("SELECT string_agg(t, '{}') AS x FROM input", "-".repeat(1000));
        let cube: Vec<String> = (0..9).map(|number| format!("n + {number}")).collect();
        let cube = format!("SELECT count(*) AS x FROM input GROUP BY CUBE({})", cube.join(", "));
        for (query, message) in [
            ("SELECT t ~ p AS x FROM input", "pattern of `~` is written as a text"),
            ("SELECT t FROM input WHERE t !~* p", "pattern of `!~*` is written as a text"),
            ("SELECT t SIMILAR TO p AS x FROM input", "written as a text"),
            ("SELECT t LIKE p AS x FROM input", "`starts_with`"),
            ("SELECT regexp_like(t, p) AS x FROM input", "`regexp_like`"),
            ("SELECT regexp_like(t, 'a', p) AS x FROM input", "flags of `regexp_like`"),
            ("SELECT regexp_replace(t, p, '') AS x FROM input", "`regexp_replace`"),
            ("SELECT regexp_count(t, p) AS x FROM input", "`regexp_count`"),
            ("SELECT count(*) AS x FROM input i WHERE EXISTS (SELECT 1 FROM input o WHERE o.t ~ i.p)", "`~`"),
            (large.as_str(), "1000 characters"),
            ("SELECT regexp_like(t, '(a{1000}){1000}') AS x FROM input", "too large"),
            ("SELECT DISTINCT ON (p) t FROM input ORDER BY p, t", "`DISTINCT ON`"),
            ("SELECT DISTINCT ON (p) t FROM input", "QUALIFY row_number()"),
            ("SELECT [n, n] AS x FROM input", "lists and structures"),
            ("SELECT CAST(struct(t, t) AS TEXT) AS x FROM input", "lists and structures"),
            ("SELECT unnest(array_agg(n)) AS x FROM input", "`unnest`"),
            ("SELECT string_agg(t, ',') OVER () AS x FROM input", "`string_agg` works with GROUP BY"),
            ("SELECT last_value(n) IGNORE NULLS OVER (ORDER BY n) AS x FROM input", "`IGNORE NULLS`"),
            (
                "SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND 18446744073709551615 FOLLOWING) AS x FROM input",
                "at most 1000000 rows away",
            ),
            ("SELECT median(n) OVER (ORDER BY n) AS x FROM input", "`median` works with GROUP BY"),
            (centroids, "centroids"),
            (separator.as_str(), "`string_agg`"),
            (cube.as_str(), "512 ways"),
            ("SELECT CAST(NULL AS INT[1000000000]) AS x FROM input", "fixed length"),
        ] {
            let found = failure(words(), sql(query));
            assert!(found.contains("`customsql`") && found.contains(message), "{query:.100}: {found:.1000}");
        }
    }

    #[test]
    fn long_texts_are_not_compared_letter_by_letter() {
        let input = table(json!({"t": vec!["x".repeat(4_000); 100], "u": vec!["y".repeat(4_000); 100]}));
        let message = failure(input, sql("SELECT levenshtein(t, u) AS x FROM input"));
        assert!(message.contains("`levenshtein` would compare too many letters"), "{message}");
    }
}
