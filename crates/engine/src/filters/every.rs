//! Several conditions that are quick: each is evaluated for all rows.

use std::fmt;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::and_kleene;
use arrow::datatypes::{DataType, Schema};
use datafusion::error::Result;
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;

/// True where every condition is, as `and` of them.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Every {
    conditions: Vec<Arc<dyn PhysicalExpr>>,
}

impl Every {
    pub(super) fn new(conditions: Vec<Arc<dyn PhysicalExpr>>) -> Self {
        Self { conditions }
    }
}

impl fmt::Display for Every {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, condition) in self.conditions.iter().enumerate() {
            write!(formatter, "{}{condition}", if index > 0 { " AND " } else { "" })?;
        }
        Ok(())
    }
}

impl PhysicalExpr for Every {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        let nullable = self.conditions.iter().map(|condition| condition.nullable(schema));
        Ok(nullable.collect::<Result<Vec<_>>>()?.contains(&true))
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let mut met: Option<BooleanArray> = None;
        for condition in &self.conditions {
            let next = condition.evaluate(batch)?.into_array(batch.num_rows())?;
            let both = match met {
                None => next.as_boolean().clone(),
                Some(before) => and_kleene(&before, next.as_boolean())?,
            };
            let none = !both.has_true();
            met = Some(both);
            if none {
                break;
            }
        }
        let met = met.unwrap_or_else(|| vec![true; batch.num_rows()].into());
        Ok(ColumnarValue::Array(Arc::new(met)))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        self.conditions.iter().collect()
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        Ok(Arc::new(Self::new(children)))
    }

    fn fmt_sql(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
