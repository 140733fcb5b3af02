//! `percentage`: divides a column by its total, over all rows or per group; a ratio from 0 to 1.

use aracari_app::schema::ColumnType;
use aracari_app::steps::percentage::Percentage;
use arrow::datatypes::DataType;
use datafusion::logical_expr::{cast, lit, when};

use crate::error::EngineError;
use crate::operators::totals::Totals;
use crate::operators::{KeepsOrder, apply};
use crate::table::{Table, column};

pub(super) fn compile(step: &Percentage, table: Table) -> Result<Table, EngineError> {
    let (source, kind) = table.typed(&step.column)?;
    if matches!(kind, ColumnType::Text | ColumnType::Date | ColumnType::Geometry) {
        return Err(EngineError::invalid(format!("a percentage needs numbers, and `{}` holds none", step.column)));
    }
    let value = match kind {
        ColumnType::Boolean => cast(cast(source, DataType::Int64), DataType::Float64),
        _ => cast(source, DataType::Float64),
    };
    step.group.iter().try_for_each(|group| table.column(group).map(drop))?;
    let into = table.names().next();
    let total = column(&into);
    let totalled =
        apply(table, KeepsOrder::Sorted, |_| Totals { value: step.column.clone(), groups: step.group.clone(), into })?;
    let share = when(total.clone().not_eq(lit(0.0)), value / total).end()?;
    totalled.with_columns(vec![(step.new_name(), share)])
}

#[cfg(test)]
mod tests {
    use crate::steps::testing::{run, table};
    use serde_json::json;

    #[test]
    fn shares_are_of_all_or_of_the_group_and_rows_keep_their_order() {
        let input = table(json!({"g": ["b", "a", "b", null, null], "v": [1, 4, 3, 5, 3], "z": [0, 0, 0, 0, 0]}));
        let share = |column: &str, groups: serde_json::Value| {
            run(input.clone(), json!([{"name": "percentage", "column": column, "group": groups, "newColumnName": "p"}]))
                ["p"]
                .clone()
        };
        assert_eq!(share("v", json!([])), json!([0.0625, 0.25, 0.1875, 0.3125, 0.1875]));
        assert_eq!(share("v", json!(["g"])), json!([0.25, 1.0, 0.75, 0.625, 0.375]));
        assert_eq!(share("z", json!([])), json!([null, null, null, null, null]));
        let zeros = table(json!({"g": [0.0, -0.0], "v": [1, 3]}));
        let of_zeros = json!([{"name": "percentage", "column": "v", "group": ["g"], "newColumnName": "p"}]);
        assert_eq!(run(zeros, of_zeros)["p"], json!([0.25, 0.75]));
    }
}
