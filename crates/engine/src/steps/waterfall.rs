//! `waterfall`: explains the way from one milestone to another by the changes of its parts.
//!
//! The rows of the two milestones are summed by part once. Out of these groups come four sections: the start, the
//! children, the parents, the end. A part without a label, a parent or a group is none and is left out.

use aracari_app::Value;
use aracari_app::condition::{Comparison, Condition, Operator};
use aracari_app::schema::ColumnType;
use aracari_app::steps::sort::Order;
use aracari_app::steps::waterfall::{GROUP, LABEL, TYPE, Waterfall, WaterfallSort};
use arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::min;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, cast, lit, when};

use super::sets::{only_in, repeated, summed};
use crate::column_type::{literal, text_literal};
use crate::condition::{self, Purpose};
use crate::error::EngineError;
use crate::exact::{difference, sum};
use crate::functions;
use crate::table::{Table, column};

/// The sections in the order in which they come.
const START: usize = 0;
const CHILDREN: usize = 1;
const PARENTS: usize = 2;
const END: usize = 3;
const SECTIONS: usize = 4;

pub(super) fn compile(step: &Waterfall, table: Table) -> Result<Table, EngineError> {
    let (value, value_kind) = number(step, &table)?;
    let milestone = |milestone: &Value| {
        let column = step.milestones_column.clone();
        let comparison = Comparison { column, operator: Operator::Eq, value: milestone.clone() };
        condition::compile(&Condition::Comparison(comparison), &table, Purpose::Question)
    };
    let (at_start, at_end) = (milestone(&step.start)?, milestone(&step.end)?);
    let keys: Vec<&String> = step.keys().collect();
    let named = keys.iter().map(|key| table.column(key)).collect::<Result<Vec<_>, _>>()?;

    // The groups of a section come in the order of their first rows.
    let filtered = table.clone().filter(at_start.clone().or(at_end.clone()))?.with_values(&named)?;
    let (rows, position) = if step.groupby.is_empty() {
        (filtered, lit(0_i64))
    } else {
        let rows = filtered.with_position()?;
        let key = rows.order().first().ok_or_else(|| EngineError::internal("the rows have no position"))?;
        let position = column(&key.column);
        (rows, position)
    };
    let names = rows.names().clone();
    let [starts, ends, any_start, any_end, first] = std::array::from_fn(|_| names.next());
    let raw: Vec<String> = keys.iter().map(|_| names.next()).collect();
    let group_keys: Vec<Expr> = keys.iter().zip(&raw).map(|(key, raw)| column(key).alias(raw)).collect();
    let one_if = |at: &Expr| when(at.clone(), lit(1_i64)).end();
    let parts = LogicalPlanBuilder::from(rows.plan().clone()).aggregate(
        group_keys,
        vec![
            sum(when(at_start.clone(), value.clone()).end()?).alias(&starts),
            sum(when(at_end.clone(), value).end()?).alias(&ends),
            sum(one_if(&at_start)?).alias(&any_start),
            sum(one_if(&at_end)?).alias(&any_end),
            min(position).alias(&first),
        ],
    )?;
    let parts = if step.backfill {
        parts
    } else {
        parts.filter(column(&any_start).is_not_null().and(column(&any_end).is_not_null()))?
    };

    let (plan, section) = repeated(parts.build()?, SECTIONS, &names)?;
    let mut expressions = vec![column(&section), column(&starts), column(&ends), column(&first)];
    for (position, raw) in raw.iter().enumerate() {
        let is_label = position == 0;
        let is_parent = step.parents_column.is_some() && position + 1 == keys.len();
        let sections: &[usize] = match (is_label, is_parent) {
            (true, _) => &[CHILDREN],
            (_, true) => &[CHILDREN, PARENTS],
            _ => &[START, CHILDREN, PARENTS, END],
        };
        expressions.push(only_in(&section, sections, SECTIONS, column(raw))?.alias(raw));
    }
    let mut plan = LogicalPlanBuilder::from(plan);
    if step.parents_column.is_none() {
        plan = plan.filter(column(&section).not_eq(number_of(PARENTS)))?;
    }
    let mut section_keys = vec![column(&section)];
    section_keys.extend(raw.iter().map(|raw| column(raw)));
    let sums = vec![
        summed(&starts, value_kind).alias(&starts),
        summed(&ends, value_kind).alias(&ends),
        min(column(&first)).alias(&first),
    ];
    let plan = plan.project(expressions)?.aggregate(section_keys, sums)?.build()?;
    let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
    let sections = Table::from_parts(plan, columns, Vec::new(), &rows);
    shown(step, &table, sections, &Raw { section, starts, ends, first, keys: raw })
}

/// Where the raw columns of the sections are.
struct Raw {
    section: String,
    starts: String,
    ends: String,
    first: String,
    keys: Vec<String>,
}

fn number_of(section: usize) -> Expr {
    lit(i64::try_from(section).unwrap_or(i64::MAX))
}

fn is(section: &str, number: usize) -> Expr {
    column(section).eq(number_of(number))
}

/// What a milestone is called.
fn name_of(milestone: &Value, key: &str) -> Result<Expr, EngineError> {
    let kind = match milestone {
        Value::Date(_) => ColumnType::Date,
        Value::Text(_) => ColumnType::Text,
        Value::Null | Value::List(_) | Value::All => {
            return Err(EngineError::invalid(format!(
                "`waterfall` goes between two milestones: give `{key}` one value"
            )));
        }
        _ => ColumnType::Unknown,
    };
    let value = literal(milestone).ok_or_else(|| EngineError::internal("a value has a literal"))?;
    Ok(functions::text_of(value, kind))
}

fn number(step: &Waterfall, table: &Table) -> Result<(Expr, ColumnType), EngineError> {
    let (value, kind) = table.typed(&step.value_column)?;
    match kind {
        ColumnType::Integer | ColumnType::Float => Ok((value, kind)),
        ColumnType::Boolean => Ok((cast(value, DataType::Int64), ColumnType::Integer)),
        ColumnType::Unknown => Ok((cast(value, DataType::Float64), ColumnType::Float)),
        _ => Err(EngineError::invalid(format!(
            "`waterfall` needs numbers, and `{}` holds none; put a `convert` step before it",
            step.value_column
        ))),
    }
}

fn shown(step: &Waterfall, input: &Table, sections: Table, raw: &Raw) -> Result<Table, EngineError> {
    let section = &raw.section;
    let (start, end) = (name_of(&step.start, "start")?, name_of(&step.end, "end")?);
    let text_of = |position: usize, name: &str| -> Result<Expr, EngineError> {
        Ok(functions::text_of(column(&raw.keys[position]), input.typed(name)?.1))
    };
    let milestones = |parents: Option<Expr>, otherwise: Expr| -> Result<Expr, EngineError> {
        let mut cases = when(is(section, START), start.clone());
        cases.when(is(section, END), end.clone());
        if let Some(parents) = parents {
            cases.when(is(section, PARENTS), parents);
        }
        Ok(cases.otherwise(otherwise)?)
    };
    let parent = match &step.parents_column {
        Some(name) => Some(text_of(raw.keys.len() - 1, name)?),
        None => None,
    };
    let label = milestones(parent.clone(), text_of(0, &step.labels_column)?)?;
    let own_type = if parent.is_some() { "child" } else { "parent" };
    let kind =
        when(is(section, CHILDREN), text_literal(own_type)).when(is(section, PARENTS), text_literal("parent")).end()?;
    let change = when(is(section, START), column(&raw.starts))
        .when(is(section, END), column(&raw.ends))
        .otherwise(difference(column(&raw.ends), column(&raw.starts), number(step, input)?.1))?;

    let mut visible = vec![(LABEL.to_owned(), label.clone())];
    if let Some(parent) = parent {
        visible.push((GROUP.to_owned(), milestones(None, parent)?));
    }
    visible.push((TYPE.to_owned(), kind));
    for (position, name) in step.groupby.iter().enumerate() {
        visible.push((name.clone(), column(&raw.keys[1 + position])));
    }
    visible.push((step.value_column.clone(), change.clone()));

    let by = match step.sort_by {
        WaterfallSort::Value => change,
        WaterfallSort::Label => label,
    };
    let totals = is(section, START).or(is(section, END));
    let mut order =
        vec![(column(section), true), (by, step.order == Order::Asc), (when(totals, column(&raw.first)).end()?, true)];
    order.extend(raw.keys.iter().map(|key| (column(key), true)));
    sections.ordered_anew(order, false)?.project(visible)
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{failure, run, table};
    use arrow::array::RecordBatch;
    use serde_json::{Value, json};

    fn costs() -> RecordBatch {
        table(json!({
            "plan": ["old", "old", "new", "new", "old", "new", "new", "other"],
            "team": ["web", "ops", "web", "ops", "lab", "web", "art", "web"],
            "unit": ["it", "it", "it", "it", "rd", "it", "rd", "it"],
            "site": ["s2", "s1", "s2", "s1", "s1", "s2", "s2", "s1"],
            "cost": [10, 20, 8, 25, 7, 4, 6, 99]
        }))
    }

    fn waterfall(extra: Value) -> Value {
        let mut step = json!({
            "name": "waterfall", "valueColumn": "cost", "milestonesColumn": "plan", "start": "old", "end": "new",
            "labelsColumn": "team", "sortBy": "value", "order": "desc"});
        for (key, value) in extra.as_object().unwrap() {
            step[key] = value.clone();
        }
        json!([step])
    }

    #[test]
    fn the_changes_of_the_parts_lead_from_start_to_end() {
        let expected = json!({
            "LABEL_waterfall": ["old", "art", "ops", "web", "lab", "new"],
            "TYPE_waterfall": [null, "parent", "parent", "parent", "parent", null],
            "cost": [37, 6, 5, 2, -7, 43]
        });
        assert_eq!(run(costs(), waterfall(json!({}))), expected);
    }

    #[test]
    fn without_backfill_only_parts_of_both_milestones_count() {
        let answer = run(costs(), waterfall(json!({"backfill": false, "sortBy": "label", "order": "asc"})));
        assert_eq!(answer["LABEL_waterfall"], json!(["old", "ops", "web", "new"]));
        assert_eq!(answer["cost"], json!([30, 5, 2, 37]));
    }

    #[test]
    fn parents_sum_their_children() {
        let answer = run(costs(), waterfall(json!({"parentsColumn": "unit", "sortBy": "label", "order": "asc"})));
        let expected = json!({
            "LABEL_waterfall": ["old", "art", "lab", "ops", "web", "it", "rd", "new"],
            "GROUP_waterfall": ["old", "rd", "rd", "it", "it", "it", "rd", "new"],
            "TYPE_waterfall": [null, "child", "child", "child", "child", "parent", "parent", null],
            "cost": [37, 6, -7, 5, 2, 7, -1, 43]
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn each_group_has_a_waterfall_of_its_own_in_the_order_of_its_first_row() {
        let answer = run(costs(), waterfall(json!({"groupby": ["site"], "sortBy": "label", "order": "asc"})));
        assert_eq!(answer["site"], json!(["s2", "s1", "s2", "s1", "s1", "s2", "s2", "s1"]));
        assert_eq!(answer["LABEL_waterfall"], json!(["old", "old", "art", "lab", "ops", "web", "new", "new"]));
        assert_eq!(answer["cost"], json!([10, 27, 6, -7, 5, 2, 18, 25]));
    }

    #[test]
    fn parts_without_a_label_are_none_and_missing_values_are_nothing() {
        let input = table(json!({"m": [1, 1, 2, 2], "l": ["a", null, "a", null], "v": [null, 5.5, 2.5, 1.0]}));
        let steps = json!([{"name": "waterfall", "value_column": "v", "milestones_column": "m", "start": 1, "end": 2,
            "labels_column": "l", "sort_by": "label", "order": "asc"}]);
        let expected = json!({
            "LABEL_waterfall": ["1", "a", "2"], "TYPE_waterfall": [null, "parent", null], "v": [0.0, 2.5, 2.5]});
        assert_eq!(run(input, steps), expected);
    }

    #[test]
    fn milestones_that_are_dates_are_found_and_named() {
        let input = table(json!({
            "day": ["2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"], "l": [7, 7], "v": [1, 3]}));
        let steps = json!([{"name": "waterfall", "valueColumn": "v", "milestonesColumn": "day", "start": "2024-01-01",
            "end": "2024-02-01", "labelsColumn": "l", "sortBy": "value", "order": "asc"}]);
        assert_eq!(run(input, steps)["LABEL_waterfall"], json!(["2024-01-01", "7", "2024-02-01"]));
    }

    #[test]
    fn unknown_milestones_have_no_waterfall() {
        assert_eq!(run(costs(), waterfall(json!({"start": "x", "end": "y"})))["cost"], json!([]));
        assert_eq!(run(costs(), waterfall(json!({"start": "x"})))["cost"], json!([0, 25, 12, 6, 43]));
    }

    #[test]
    fn mistakes_say_what_to_do() {
        assert!(failure(costs(), waterfall(json!({"valueColumn": "team"}))).contains("`convert`"));
        assert!(failure(costs(), waterfall(json!({"labelsColumn": "tem"}))).contains("no column `tem`"));
        assert!(failure(costs(), waterfall(json!({"start": null}))).contains("give `start` one value"));
        assert!(
            failure(costs(), waterfall(json!({"groupby": ["cost"]}))).contains("two columns would be called `cost`")
        );
    }
}
