//! `statistics`: describes the distribution of a column, over all rows or per group; rows with a null group are left out.

use aracari_app::steps::statistics::{Quantile, Statistic, Statistics};
use arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::{avg, count, max, min};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, cast};

use crate::error::EngineError;
use crate::functions;
use crate::table::{Table, column};

pub(super) fn compile(step: &Statistics, table: Table) -> Result<Table, EngineError> {
    let (value, kind) = table.typed(&step.column)?;
    let mut groups = Vec::with_capacity(step.groupby_columns.len());
    for name in &step.groupby_columns {
        groups.push(table.column(name)?);
    }
    if step.statistics.is_empty() && step.quantiles.is_empty() {
        return Err(EngineError::invalid("`statistics` needs a statistic or a quantile to compute"));
    }
    let number = || super::numbers("statistics", &step.column, kind).map(|_| cast(value.clone(), DataType::Float64));
    let mut figures = Vec::new();
    for statistic in &step.statistics {
        figures.push((statistic.label().to_owned(), figure(*statistic, &value, number)?));
    }
    for quantile in &step.quantiles {
        figures.push((quantile.name(), functions::quantile(number()?, share(quantile)?)));
    }

    let grouped = table.with_values(&groups)?;
    let hidden: Vec<String> = figures.iter().map(|_| grouped.names().next()).collect();
    let expressions = figures.iter().zip(&hidden).map(|((_, figure), name)| figure.clone().alias(name));
    let plan = LogicalPlanBuilder::from(grouped.plan().clone()).aggregate(groups, expressions)?.build()?;

    let keys = &step.groupby_columns;
    let raw: Vec<String> = keys.iter().chain(&hidden).cloned().collect();
    let described = Table::from_parts(plan, raw, Vec::new(), &grouped);
    let visible = keys.iter().map(|name| (name.clone(), column(name)));
    let visible = visible.chain(figures.iter().zip(&hidden).map(|((name, _), raw)| (name.clone(), column(raw))));
    let order = keys.iter().map(|name| (column(name), true)).collect();
    described.ordered_anew(order, false)?.project(visible.collect())
}

fn figure(
    statistic: Statistic,
    value: &Expr,
    number: impl Fn() -> Result<Expr, EngineError>,
) -> Result<Expr, EngineError> {
    Ok(match statistic {
        Statistic::Count => count(value.clone()),
        Statistic::Max => max(value.clone()),
        Statistic::Min => min(value.clone()),
        Statistic::Average => avg(number()?),
        Statistic::Variance => functions::spread(number()?, false),
        Statistic::StandardDeviation => functions::spread(number()?, true),
    })
}

#[expect(clippy::cast_precision_loss, reason = "no quantile has 2^53 parts")]
fn share(quantile: &Quantile) -> Result<f64, EngineError> {
    quantile.check().map_err(EngineError::invalid)?;
    Ok(quantile.nth as f64 / quantile.order as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::steps::testing::{failure, run, run_with, table};

    #[test]
    fn figures_leave_out_missing_values_and_nameless_groups() {
        let input = table(json!({"g": ["b", "a", "b", null, "b", "a"], "v": [1, 4, 3, 9, 8, null]}));
        let step = json!({"name": "statistics", "column": "v", "groupbyColumns": ["g"],
            "statistics": ["count", "max", "min", "average", "variance", "standard deviation"],
            "quantiles": [{"label": "median", "nth": 1, "order": 2}, {"nth": 1, "order": 4}]});
        let answer = run(input, json!([step]));
        let rounded = |name: &str| -> Vec<f64> {
            answer[name].as_array().unwrap().iter().map(|value| (value.as_f64().unwrap() * 1e6).round() / 1e6).collect()
        };
        assert_eq!(answer["g"], json!(["a", "b"]));
        assert_eq!(answer["count"], json!([1, 3]));
        assert_eq!((&answer["max"], &answer["min"]), (&json!([4, 8]), &json!([4, 1])));
        assert_eq!(rounded("average"), [4.0, 4.0]);
        assert_eq!(rounded("variance"), [0.0, 8.666_667]);
        assert_eq!(rounded("standard deviation"), [0.0, 2.943_92]);
        assert_eq!(answer["median"], json!([4.0, 3.0]));
        assert_eq!(answer["1-th 4-quantile"], json!([4.0, 2.0]));
    }

    #[test]
    fn large_equal_values_do_not_vary_and_what_is_too_large_is_missing() {
        let step = |groups: Value| {
            json!({"name": "statistics", "column": "v", "groupbyColumns": groups, "quantiles": [],
                "statistics": ["variance", "standard deviation"]})
        };
        let input = table(json!({"g": ["a", "b", "a", "b", "a"], "v": [1e300, 1e300, 1e300, -1e300, 1e300]}));
        // Parts of a group come from both sides of the union.
        let steps = json!([{"name": "append", "pipelines": ["other"]}, step(json!(["g"]))]);
        let expected = json!({"g": ["a", "b"], "variance": [0.0, null], "standard deviation": [0.0, null]});
        assert_eq!(run_with(input.clone(), vec![("other", input.clone())], steps), expected);
        let all = json!({"variance": [null], "standard deviation": [null]});
        assert_eq!(run(input, json!([step(json!([]))])), all);
    }

    #[test]
    fn all_rows_are_one_group_even_when_there_are_none() {
        let step = json!({"name": "statistics", "column": "v", "groupby_columns": [], "statistics": ["count", "average"],
            "quantiles": [{"nth": 1, "order": 2}]});
        let expected = json!({"count": [2], "average": [2.5], "1-th 2-quantile": [2.5]});
        assert_eq!(run(table(json!({"v": [2.0, null, 3.0]})), json!([step])), expected);
        let none = json!([{"name": "filter", "condition": {"column": "v", "value": 9}}, step]);
        let expected = json!({"count": [0], "average": [null], "1-th 2-quantile": [null]});
        assert_eq!(run(table(json!({"v": [2.0]})), none), expected);
    }

    #[test]
    fn texts_have_a_largest_but_no_average() {
        let input = table(json!({"t": ["x", "y"], "count": [1, 2]}));
        let step = |statistics: Value, quantiles: Value, groups: Value| json!([{"name": "statistics", "column": "t", "statistics": statistics, "quantiles": quantiles, "groupbyColumns": groups}]);
        assert_eq!(run(input.clone(), step(json!(["max"]), json!([]), json!([]))), json!({"max": ["y"]}));
        assert!(failure(input.clone(), step(json!(["average"]), json!([]), json!([]))).contains("needs numbers"));
        assert!(failure(input.clone(), step(json!([]), json!([]), json!([]))).contains("needs a statistic"));
        assert!(failure(input.clone(), step(json!(["count"]), json!([]), json!(["count"]))).contains("two columns"));
        let numbers =
            json!([{"name": "statistics", "column": "count", "statistics": [], "quantiles": [{"nth": 3, "order": 2}]}]);
        assert!(failure(input, numbers).contains("no 3-th 2-quantile"));
    }

    proptest! {
        #[test]
        fn quantiles_lie_between_their_neighbours(mut values in prop::collection::vec(-1e9_f64..1e9, 1..40), nth in 0_u64..=7) {
            let step = json!({"name": "statistics", "column": "v", "statistics": [], "quantiles": [{"label": "q", "nth": nth, "order": 7}]});
            let answer = run(table(json!({"v": values})), json!([step]));
            values.sort_by(f64::total_cmp);
            #[expect(clippy::cast_precision_loss, reason = "few values")]
            let place = (values.len() - 1) as f64 * (nth as f64 / 7.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place among few values")]
            let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
            let expected = below + (above - below) * place.fract();
            let found = answer["q"][0].as_f64().unwrap();
            prop_assert!((found - expected).abs() <= 1e-9 * (1.0 + below.abs().max(above.abs())), "{found} {expected}");
        }
    }
}
