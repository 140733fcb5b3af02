//! Integers that stay exact: where a sum or a product has no room in an integer, the library begins again at the other end of
//! what an integer can be, and nobody is told.
//!
//! What is computed of one row is missing there, as where it divides by zero: an error would tell of rows that a permission
//! leaves out, of which a plan may compute more than it shows. A sum of many rows is an error.

mod arithmetic;
mod sums;

use aracari_app::schema::ColumnType;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, Operator};

use crate::error::EngineError;

pub(crate) use arithmetic::{arithmetic, is_exact, negated, operators};
pub(crate) use sums::{exact as exact_sum, is_sum, sum};

/// One number less another: two floats, or two integers.
pub(crate) fn difference(left: Expr, right: Expr, kind: ColumnType) -> Expr {
    match kind {
        ColumnType::Float => left - right,
        _ => arithmetic(left, Operator::Minus, right),
    }
}

/// What is said of an integer that has no room.
pub(crate) fn too_large(what: &str) -> DataFusionError {
    let message = format!("{what} is too large for an integer; convert the column to floats");
    DataFusionError::External(Box::new(EngineError::invalid(message)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, table};

    const LARGE: i64 = 1 << 62;

    fn large() -> arrow::array::RecordBatch {
        table(json!({"k": ["a", "a", "b", "b"], "v": [LARGE, LARGE, -LARGE, 3]}))
    }

    fn aggregate(on: Value) -> Value {
        json!({"name": "aggregate", "on": on, "aggregations":
            [{"columns": ["v"], "newcolumns": ["v"], "aggfunction": "sum"}]})
    }

    fn sql(query: &str) -> Value {
        json!({"name": "customsql", "query": query})
    }

    #[test]
    fn a_sum_that_fits_is_exact_on_whatever_way() {
        assert_eq!(run(large(), json!([aggregate(json!([]))])), json!({"v": [LARGE + 3]}));
        let smallest = table(json!({"k": ["a", "a", "b"], "v": [-LARGE, -LARGE, null]}));
        let sums = run(smallest, json!([aggregate(json!(["k"]))]));
        assert_eq!(sums, json!({"k": ["a", "b"], "v": [i64::MIN, 0]}));
        let two =
            "SELECT sum(v + -4999999999999999999) AS a, sum(v + -5000000000000000000) AS b FROM input WHERE v > 3";
        let sums = run(large(), json!([sql(two)]));
        assert_eq!(
            sums,
            json!({"a": [2 * (LARGE - 4_999_999_999_999_999_999)], "b": [2 * (LARGE - 5_000_000_000_000_000_000)]})
        );
    }

    #[test]
    fn a_sum_that_is_too_large_is_an_error() {
        for step in [
            aggregate(json!(["k"])),
            json!({"name": "totals", "totalDimensions": [{"totalColumn": "k", "totalRowsLabel": "all"}],
                "aggregations": [{"columns": ["v"], "newcolumns": ["v"], "aggfunction": "sum"}]}),
            sql("SELECT sum(v) OVER (ORDER BY v DESC) AS s FROM input"),
            sql("SELECT sum(DISTINCT v) OVER (ORDER BY v) AS s \
                 FROM (SELECT v FROM input UNION ALL SELECT v - 1 AS v FROM input) AS twice"),
            sql("SELECT k, sum(v) AS s FROM input GROUP BY ROLLUP(k)"),
            json!({"name": "cumsum", "toCumSum": [["v", "c"]], "referenceColumn": "k"}),
        ] {
            let error = failure(large(), json!([step]));
            assert!(error.contains("too large for an integer"), "{step}: {error}");
        }
    }

    #[test]
    fn what_is_too_large_in_one_row_is_missing_there() {
        let formula = |text: &str| json!({"name": "formula", "newColumn": "x", "formula": text});
        for (step, expected) in [
            (formula("v + v"), json!([null, null, i64::MIN, 6])),
            (formula("v * 4"), json!([null, null, null, 12])),
            (formula("0 - 2 - v - v"), json!([null, null, i64::MAX - 1, -8])),
            (formula("9223372036854775807 + 1"), json!([null, null, null, null])),
            (formula("-(v + v)"), json!([null, null, null, -6])),
            (formula("v * 2 > 5"), json!([null, null, false, true])),
            (sql("SELECT v * 3 AS x FROM input"), json!([null, null, null, 9])),
            (sql("SELECT 9223372036854775807 + 1 AS x FROM input"), json!([null, null, null, null])),
            (sql("SELECT -(v * 2) AS x FROM input"), json!([null, null, null, -6])),
            (sql("SELECT cast(v AS int) * cast(v AS int) AS x FROM input WHERE v = 3"), json!([9])),
            (
                sql("SELECT cast(100000 AS int) * cast(v + 99997 AS smallint) AS x FROM input WHERE v = 3"),
                json!([10_000_000_000_i64]),
            ),
        ] {
            assert_eq!(run(large(), json!([step]))["x"], expected, "{step}");
        }
    }

    #[test]
    fn different_integers_are_added_once_while_they_are_in_the_frame() {
        let query = "SELECT sum(DISTINCT v) OVER (ORDER BY k ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS s FROM input";
        let input = table(json!({"k": [1, 2, 3, 4, 5, 6, 7, 8], "v": [2, 2, 5, LARGE, 2, null, null, null]}));
        let sums = json!([2, 2, 7, LARGE + 7, LARGE + 7, LARGE + 2, 2, null]);
        assert_eq!(run(input, json!([sql(query)]))["s"], sums);
    }

    #[test]
    fn long_formulas_are_planned_in_time() {
        let begun = std::time::Instant::now();
        let formula = vec!["v"; 200].join(" + ");
        let steps: Vec<Value> =
            (0..20).map(|n| json!({"name": "formula", "newColumn": format!("x{n}"), "formula": formula})).collect();
        assert_eq!(run(table(json!({"v": [1, LARGE]})), json!(steps))["x19"], json!([200, null]));
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    }

    #[test]
    fn numbers_of_rows_are_integers_like_others() {
        let input = table(json!({"v": [5, 6, 7]}));
        let query = "SELECT v, rank() OVER (ORDER BY v) - rank() OVER (ORDER BY v DESC) AS d, \
                     row_number() OVER (ORDER BY v) / 2 AS h FROM input ORDER BY v";
        let answer = run(input, json!([sql(query)]));
        assert_eq!(answer, json!({"v": [5, 6, 7], "d": [-2, 0, 2], "h": [0, 1, 1]}));
        for (number, expected) in [
            ("-row_number() OVER (ORDER BY v)", json!([-1, -2, -3])),
            ("-row_number() OVER ()", json!([-1, -2, -3])),
            ("-row_number() OVER (ORDER BY v DESC)", json!([-3, -2, -1])),
            ("-rank() OVER (ORDER BY v)", json!([-1, -2, -3])),
            ("-dense_rank() OVER (PARTITION BY v > 5 ORDER BY v DESC)", json!([-1, -2, -1])),
            ("-ntile(2) OVER (ORDER BY v)", json!([-1, -1, -2])),
            ("CASE WHEN v > 5 THEN v ELSE row_number() OVER (ORDER BY v) END", json!([1, 6, 7])),
        ] {
            let query = format!("SELECT v, {number} AS n FROM input ORDER BY v");
            assert_eq!(run(table(json!({"v": [5, 6, 7]})), json!([sql(&query)]))["n"], expected, "{number}");
        }
        let query = "SELECT row_number() OVER (ORDER BY v) AS n FROM input UNION ALL SELECT v AS n FROM input";
        let answer = run(table(json!({"v": [7]})), json!([sql(query)]));
        assert_eq!(answer["n"].to_string(), "[1,7]");
    }

    #[test]
    fn keys_of_rollups_may_be_computed() {
        let query = "SELECT v % 3 + 1 AS k, count(*) AS n FROM input GROUP BY ROLLUP(v % 3 + 1) ORDER BY k NULLS LAST";
        let answer = run(table(json!({"v": [1, 2, 4]})), json!([sql(query)]));
        assert_eq!(answer, json!({"k": [2, 3, null], "n": [2, 1, 3]}));
        let query = "SELECT -v AS k, count(*) AS n FROM input GROUP BY ROLLUP(-v) ORDER BY k NULLS LAST";
        let answer = run(table(json!({"v": [1, 1, 4]})), json!([sql(query)]));
        assert_eq!(answer, json!({"k": [-4, -1, null], "n": [1, 2, 3]}));
    }
}
