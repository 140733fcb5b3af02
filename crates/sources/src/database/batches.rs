//! Rows of a database to record batches of canonical types.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, StringViewBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::error::{DataFusionError, Result};

const BATCH_ROWS: usize = 8192;

/// One column under construction.
pub(crate) enum Values {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    Text(StringViewBuilder),
    Date(TimestampMicrosecondBuilder),
}

impl Values {
    fn new(data_type: &DataType) -> Result<Self> {
        Ok(match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Int64 => Self::Integer(Int64Builder::new()),
            DataType::Float64 => Self::Float(Float64Builder::new()),
            DataType::Utf8View => Self::Text(StringViewBuilder::new()),
            DataType::Timestamp(..) => Self::Date(TimestampMicrosecondBuilder::new()),
            other => return Err(DataFusionError::Internal(format!("a database gives no {other}"))),
        })
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(values) => Arc::new(values.finish()),
            Self::Integer(values) => Arc::new(values.finish()),
            Self::Float(values) => Arc::new(values.finish()),
            Self::Text(values) => Arc::new(values.finish()),
            Self::Date(values) => Arc::new(values.finish().with_timezone("UTC")),
        }
    }

    /// A float as the engine holds it: there is one zero.
    pub(crate) fn float(number: f64) -> f64 {
        if number == 0.0 { 0.0 } else { number }
    }
}

/// Collects rows until a batch is full.
pub(crate) struct Batches {
    schema: SchemaRef,
    columns: Vec<Values>,
    rows: usize,
}

impl Batches {
    pub(crate) fn new(schema: SchemaRef) -> Result<Self> {
        let columns = schema.fields().iter().map(|field| Values::new(field.data_type())).collect::<Result<_>>()?;
        Ok(Self { schema, columns, rows: 0 })
    }

    /// Puts a row in, value by value; a batch comes back when it is full.
    pub(crate) fn push(
        &mut self,
        mut value: impl FnMut(usize, &mut Values) -> Result<()>,
    ) -> Result<Option<RecordBatch>> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            value(index, column)?;
        }
        self.rows += 1;
        if self.rows < BATCH_ROWS { Ok(None) } else { self.take() }
    }

    /// The rows since the last batch, if there are any.
    pub(crate) fn take(&mut self) -> Result<Option<RecordBatch>> {
        if self.rows == 0 {
            return Ok(None);
        }
        self.rows = 0;
        let columns = self.columns.iter_mut().map(Values::finish).collect();
        Ok(Some(RecordBatch::try_new(Arc::clone(&self.schema), columns)?))
    }
}
