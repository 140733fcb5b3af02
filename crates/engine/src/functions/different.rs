//! How many different texts a group has. The library makes room for hundreds of texts in each group before there is one, and does
//! not count it against the memory.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, GroupsAccumulator, LogicalPlan, ReversedUDAF, Signature,
};

/// The optimised plan, where different texts are counted in little memory.
pub(crate) fn counted(plan: LogicalPlan) -> Result<LogicalPlan> {
    let counted = plan.transform_up_with_subqueries(|node| {
        if !matches!(node, LogicalPlan::Aggregate(_)) {
            return Ok(Transformed::no(node));
        }
        let names = NamePreserver::new(&node);
        node.map_expressions(|whole| {
            let name = names.save(&whole);
            Ok(whole.transform_up(|part| Ok(of_different(part)))?.update_data(|whole| name.restore(whole)))
        })
    })?;
    Ok(counted.data)
}

fn of_different(expression: Expr) -> Transformed<Expr> {
    match expression {
        Expr::AggregateFunction(call) if call.params.distinct && call.func.name() == "count" => {
            let func = Arc::new(AggregateUDF::new_from_impl(CountDifferent { inner: call.func }));
            Transformed::yes(Expr::AggregateFunction(AggregateFunction { func, ..call }))
        }
        other => Transformed::no(other),
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CountDifferent {
    inner: Arc<AggregateUDF>,
}

impl AggregateUDFImpl for CountDifferent {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn is_nullable(&self) -> bool {
        self.inner.is_nullable()
    }

    fn default_value(&self, data_type: &DataType) -> Result<ScalarValue> {
        self.inner.default_value(data_type)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        self.inner.state_fields(args)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        match args.expr_fields {
            [field] if *field.data_type() == DataType::Utf8View => Ok(Box::new(Texts::default())),
            _ => self.inner.accumulator(args),
        }
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        self.inner.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        self.inner.create_groups_accumulator(args)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }
}

/// Different texts.
#[derive(Debug, Default)]
struct Texts {
    known: HashSet<Box<str>>,
    bytes: usize,
}

impl Texts {
    fn add(&mut self, texts: &ArrayRef) {
        for text in texts.as_string_view().iter().flatten() {
            if !self.known.contains(text) {
                self.bytes += text.len().max(size_of::<u128>());
                self.known.insert(text.into());
            }
        }
    }
}

impl Accumulator for Texts {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [texts] = values else { return internal_err!("a count of different texts is of one column") };
        self.add(texts);
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(i64::try_from(self.known.len()).unwrap_or(i64::MAX))))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes + self.known.capacity() * 2 * size_of::<Box<str>>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let texts: Vec<ScalarValue> =
            self.known.iter().map(|text| ScalarValue::Utf8View(Some(text.to_string()))).collect();
        Ok(vec![ScalarValue::List(ScalarValue::new_list_nullable(&texts, &DataType::Utf8View))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [lists] = states else { return internal_err!("a count of different texts has one state") };
        lists.as_list::<i32>().iter().flatten().for_each(|texts| self.add(&texts));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::steps::testing::{run, table};

    #[test]
    fn different_texts_are_counted_once_in_each_group_and_in_groups_of_groups() {
        let input = table(json!({"g": ["a", "a", "b", null], "t": ["x", "x", "y", null], "n": [1, 2, 2, 2]}));
        let count = |group: &str| {
            json!([{"name": "customsql", "query": format!(
                "SELECT g, count(DISTINCT t) AS t, count(DISTINCT n) AS n, string_agg(DISTINCT t, '+') AS s \
                 FROM input GROUP BY {group} ORDER BY g, n")}])
        };
        assert_eq!(
            run(input.clone(), count("g")),
            json!({"g": ["a", "b", null], "t": [1, 1, 0], "n": [2, 1, 1], "s": ["x", "y", null]})
        );
        let all = run(input, count("ROLLUP(g)"));
        assert_eq!(all["t"], json!([1, 1, 0, 2]));
        assert_eq!(all["n"], json!([2, 1, 1, 2]));
    }
}
