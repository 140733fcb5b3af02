//! Rows of a database to record batches of canonical types.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, StringViewArray, StringViewBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};

const BATCH_ROWS: usize = 8192;

/// A batch of longer rows than usual has fewer of them.
const BATCH_BYTES: usize = 4 << 20;

/// What a value takes besides its text.
const VALUE_BYTES: usize = 16;

/// A row of a batch that is counted: where it is read, where it is put together, where it waits, and with who takes it.
const COPIES: usize = 6;

/// One column under construction.
pub(crate) enum Values {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    Text(Texts),
    Date(TimestampMicrosecondBuilder),
}

impl Values {
    fn new(data_type: &DataType) -> Result<Self> {
        Ok(match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Int64 => Self::Integer(Int64Builder::new()),
            DataType::Float64 => Self::Float(Float64Builder::new()),
            DataType::Utf8View => Self::Text(Texts::default()),
            DataType::Timestamp(..) => Self::Date(TimestampMicrosecondBuilder::new()),
            other => return Err(DataFusionError::Internal(format!("a database gives no {other}"))),
        })
    }

    /// The bytes of its texts.
    fn bytes(&self) -> usize {
        if let Self::Text(texts) = self { texts.bytes } else { 0 }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(values) => Arc::new(values.finish()),
            Self::Integer(values) => Arc::new(values.finish()),
            Self::Float(values) => Arc::new(values.finish()),
            Self::Text(texts) => Arc::new(texts.finish()),
            Self::Date(values) => Arc::new(values.finish().with_timezone("UTC")),
        }
    }

    /// A float as the engine holds it: there is one zero.
    pub(crate) fn float(number: f64) -> f64 {
        if number == 0.0 { 0.0 } else { number }
    }
}

/// A column of texts, and how long they are together.
#[derive(Default)]
pub(crate) struct Texts {
    builder: StringViewBuilder,
    bytes: usize,
}

impl Texts {
    pub(crate) fn append(&mut self, text: Option<impl AsRef<str>>) {
        self.bytes += text.as_ref().map_or(0, |text| text.as_ref().len());
        self.builder.append_option(text);
    }

    fn finish(&mut self) -> StringViewArray {
        self.bytes = 0;
        self.builder.finish()
    }
}

/// Collects rows until a batch is full.
pub(crate) struct Batches {
    schema: SchemaRef,
    columns: Vec<Values>,
    rows: usize,
    /// Room for batches that are longer than most: as much as the longest of them took.
    room: MemoryReservation,
}

impl Batches {
    pub(crate) fn new(schema: SchemaRef, pool: &Arc<dyn MemoryPool>) -> Result<Self> {
        let columns = schema.fields().iter().map(|field| Values::new(field.data_type())).collect::<Result<_>>()?;
        let room = MemoryConsumer::new("rows of databases").register(pool);
        Ok(Self { schema, columns, rows: 0, room })
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
        let texts: usize = self.columns.iter().map(Values::bytes).sum();
        let bytes = texts + self.rows * self.columns.len() * VALUE_BYTES;
        let more = bytes.saturating_sub(BATCH_BYTES) * COPIES;
        if more > self.room.size() {
            self.room.try_grow(more - self.room.size())?;
        }
        if self.rows < BATCH_ROWS && bytes < BATCH_BYTES { Ok(None) } else { self.take() }
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
