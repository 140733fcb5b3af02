//! Whether a text is one of a list.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use aracari_kernels::Listed;
use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Schema};
use datafusion::common::internal_err;
use datafusion::error::Result;
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, InListExpr, Literal};
use datafusion::scalar::ScalarValue;

/// A text is one of a list, or none of it.
#[derive(Debug, Clone)]
pub(super) struct OneOf {
    text: Arc<dyn PhysicalExpr>,
    texts: Vec<String>,
    listed: Arc<Listed>,
    negated: bool,
}

impl OneOf {
    /// The same as the library's expression, where that looks for known texts.
    pub(super) fn new(library: &InListExpr) -> Option<Self> {
        let known = |item: &Arc<dyn PhysicalExpr>| match item.downcast_ref::<Literal>()?.value() {
            ScalarValue::Utf8View(Some(text)) => Some(text.clone()),
            _ => None,
        };
        let texts = library.list().iter().map(known).collect::<Option<Vec<_>>>()?;
        let listed = Arc::new(Listed::new(texts.iter().map(String::as_str)));
        let (text, negated) = (Arc::clone(library.expr()), library.negated());
        (!texts.is_empty()).then_some(Self { text, texts, listed, negated })
    }

    /// True where the text need not be computed.
    pub(super) fn is_of_column(&self) -> bool {
        self.text.is::<Column>()
    }
}

impl PartialEq for OneOf {
    fn eq(&self, other: &Self) -> bool {
        self.negated == other.negated && self.texts == other.texts && self.text.eq(&other.text)
    }
}

impl Eq for OneOf {}

impl Hash for OneOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
        self.texts.hash(state);
        self.negated.hash(state);
    }
}

impl fmt::Display for OneOf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.negated { "NOT " } else { "" };
        write!(formatter, "{} {not}IN ({})", self.text, self.texts.join(", "))
    }
}

impl PhysicalExpr for OneOf {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.text.nullable(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let texts = self.text.evaluate(batch)?.into_array(batch.num_rows())?;
        let Some(texts) = texts.as_string_view_opt() else { return internal_err!("a list of texts is for texts") };
        let found = self.listed.find(texts);
        let found = if self.negated { !&found } else { found };
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(found, texts.nulls().cloned()))))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.text]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        let Some(text) = children.pop() else { return internal_err!("a text is looked for in a list") };
        Ok(Arc::new(Self { text, ..self.as_ref().clone() }))
    }

    fn fmt_sql(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
