//! Functions that make texts: how much one may make of a batch of rows, and what counts it against the pool.
//!
//! A text that is joined with itself, or whose every letter is replaced by a longer text, grows with every step; what
//! a function would make is therefore reckoned before it is called. What it has made counts against the memory of the
//! queries that run for as long as anything holds it.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, make_array};
use arrow::buffer::Buffer;
use arrow::datatypes::{DataType, FieldRef};
use bytes::Bytes;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

use super::growth::{Growth, rows_of};
use crate::error::EngineError;
use crate::memory::QueryMemory;

/// The most bytes of texts that one function makes of one batch of rows.
const MAX_BYTES: usize = 64 << 20;

/// The most bytes of a text that is known before there are rows: it stands in the plan.
const MAX_CONSTANT: usize = 16 << 10;

/// Less is not worth counting.
const SMALL: usize = 64 << 10;

/// From here on there has to be room before it is made; a reckoning may be higher than what is made in the end.
const LARGE: usize = 2 << 20;

/// A function of texts, within bounds; an expression's name stays what it was.
pub(crate) fn bounded(function: &Arc<ScalarUDF>, growth: Growth) -> ScalarUDF {
    ScalarUDF::new_from_impl(Bounded { inner: Arc::clone(function), growth })
}

/// True of a function that is within bounds already.
pub(crate) fn is_bounded(function: &ScalarUDF) -> bool {
    function.inner().downcast_ref::<Bounded>().is_some()
}

/// The function itself, where a bound on what it makes refuses nothing.
pub(super) fn unbounded(function: &ScalarUDF) -> &ScalarUDF {
    match function.inner().downcast_ref::<Bounded>() {
        Some(Bounded { inner, growth: Growth::Kept }) => inner,
        _ => function,
    }
}

/// The same function, as far as it stays within bounds.
///
/// What the optimizer may know of the inner function is not handed on: it would put the inner one in its place.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    inner: Arc<ScalarUDF>,
    growth: Growth,
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        self.inner.schema_name(args)
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = rows_of(&args.args, args.number_rows);
        let is_constant = args.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let most = if is_constant { MAX_CONSTANT } else { MAX_BYTES };
        let reckoned = self.growth.check(self.name(), &args.args, rows, most)?;
        let memory = args.config_options.extensions.get::<QueryMemory>().cloned();
        let _room = memory.as_ref().filter(|_| reckoned >= LARGE).map(|memory| memory.texts(reckoned)).transpose()?;
        match (self.inner.invoke_with_args(args)?, memory) {
            (ColumnarValue::Array(array), Some(memory)) if array.get_buffer_memory_size() >= SMALL => {
                Ok(ColumnarValue::Array(counted(&array, &memory)?))
            }
            (value, _) => Ok(value),
        }
    }
}

/// Bytes, and what counts them.
struct Counted {
    bytes: Buffer,
    _reservation: Arc<MemoryReservation>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The array, counted for as long as anything holds its texts.
fn counted(array: &ArrayRef, memory: &QueryMemory) -> Result<ArrayRef> {
    let data = array.to_data();
    if !data.child_data().is_empty() {
        return Ok(Arc::clone(array));
    }
    let reservation = memory.texts(array.get_buffer_memory_size())?;
    let held = |bytes: &Buffer| {
        let counted = Counted { bytes: bytes.clone(), _reservation: Arc::clone(&reservation) };
        Buffer::from(Bytes::from_owner(counted))
    };
    let buffers = data.buffers().iter().map(held).collect();
    Ok(make_array(data.into_builder().buffers(buffers).build()?))
}

/// What went wrong inside a function, as the person who wrote the step reads it.
pub(super) fn refused(message: String) -> DataFusionError {
    DataFusionError::External(Box::new(EngineError::invalid(message)))
}

/// A column of texts as views of them.
pub(super) fn texts(array: &ArrayRef) -> Result<StringViewArray> {
    Ok(arrow::compute::cast(array, &DataType::Utf8View)?.as_string_view().clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::RecordBatch;
    use datafusion::datasource::MemTable;
    use serde_json::{Value, json};

    use crate::error::EngineError;
    use crate::standalone::Standalone;
    use crate::steps::testing::table;

    fn letters(length: usize, rows: usize) -> RecordBatch {
        table(json!({"t": vec!["a".repeat(length); rows]}))
    }

    fn sql(query: &str) -> Value {
        json!([{"name": "customsql", "query": query}])
    }

    /// A query that makes a column out of itself so many times.
    fn again(expression: &str, times: usize) -> Value {
        let part = |number: usize| match number {
            0 => format!("c0 AS (SELECT {expression} AS t FROM input)"),
            _ => format!("c{number} AS (SELECT {expression} AS t FROM c{})", number - 1),
        };
        let parts: Vec<String> = (0..times).map(part).collect();
        sql(&format!("WITH {} SELECT length(t) AS n FROM c{}", parts.join(", "), times - 1))
    }

    /// How many rows come where all queries together have so many megabytes; nothing is held afterwards.
    fn ask(megabytes: usize, rows: RecordBatch, steps: Value) -> Result<usize, EngineError> {
        let mut pipeline = vec![json!({"name": "domain", "domain": "in"})];
        pipeline.extend(steps.as_array().unwrap().clone());
        let mut engine = Standalone::new(megabytes << 20).unwrap();
        engine.add_table("in", Arc::new(MemTable::try_new(rows.schema(), vec![vec![rows]]).unwrap()));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let steps: Vec<aracari_app::Step> = serde_json::from_value(json!(pipeline)).unwrap();
        let count = runtime.block_on(engine.run(&steps)).map(|rows| rows.count());
        assert_eq!(engine.executor().memory_used(), 0);
        count
    }

    #[test]
    fn a_batch_of_usual_texts_can_grow() {
        let replaced = json!([{"name": "replacetext", "searchColumn": "t", "oldStr": "a", "newStr": "bcd"},
            {"name": "concatenate", "columns": ["t", "t"], "separator": "-", "newColumnName": "t"},
            {"name": "uppercase", "column": "t"},
            {"name": "filter", "condition": {"column": "t", "operator": "matches", "value": "^(BCD)+-(BCD)+$"}},
            {"name": "substring", "column": "t", "startIndex": 1, "endIndex": 3, "newColumnName": "s"},
            {"name": "select", "columns": ["s"]}]);
        let patterns = sql("SELECT left(regexp_replace(t, '(a)a', '[\\1]', 'g'), 3) AS s FROM input");
        for steps in [replaced, patterns] {
            assert_eq!(ask(256, letters(1000, 8192), steps).unwrap(), 8192);
        }
    }

    #[test]
    fn texts_that_grow_with_every_step_are_refused_before_they_are_made() {
        let replace = json!({"name": "replacetext", "searchColumn": "t", "oldStr": "a", "newStr": "a".repeat(1000)});
        let double = json!({"name": "concatenate", "columns": ["t", "t"], "separator": "", "newColumnName": "t"});
        let sum = json!({"name": "formula", "newColumn": "t", "formula": "t + t"});
        for (steps, function) in [
            (json!(vec![replace; 4]), "replace"),
            (json!(vec![double; 28]), "||"),
            (json!(vec![sum; 28]), "||"),
            (again(&format!("replace(t, 'a', '{}')", "a".repeat(500)), 5), "replace"),
            (again(&format!("regexp_replace(t, '.', '{}', 'g')", "b".repeat(500)), 5), "regexp_replace"),
            (again("regexp_replace(t, '.+', '\\0\\0\\0\\0')", 20), "regexp_replace"),
            (again("t || t", 28), "||"),
            (again("concat(t, t)", 28), "concat"),
            (again("concat_ws(t, t, t, t)", 28), "concat_ws"),
            (again("overlay(t PLACING t FROM 1 FOR 0)", 28), "overlay"),
            (again("encode(CAST(t AS BYTEA), 'hex')", 28), "encode"),
        ] {
            let message = ask(512, letters(100, 2000), steps).unwrap_err().to_string();
            assert!(
                message.contains(&format!("`{function}`")) && message.contains("64 MB are the most"),
                "{message:.500}"
            );
        }
    }

    #[test]
    fn a_text_that_is_known_beforehand_stays_short() {
        let letters_more = "a".repeat(100);
        let constant = format!("replace(replace('{letters_more}', 'a', '{letters_more}'), 'a', '{letters_more}')");
        let query = format!("SELECT {constant} AS t FROM input");
        let message = ask(64, letters(1, 2), sql(&query)).unwrap_err().to_string();
        assert!(message.contains("16 KB are the most"), "{message:.500}");
        let doubled = format!("SELECT '{letters_more}' || t || replace('{letters_more}', 'a', 'bc') AS t FROM input");
        assert_eq!(ask(64, letters(1, 2), sql(&doubled)).unwrap(), 2);
    }

    #[test]
    fn many_columns_of_long_texts_count_against_the_memory_of_all_queries() {
        let columns: Vec<String> = (0..30).map(|number| format!("concat(t, '{number}') AS c{number}")).collect();
        let query = format!("SELECT {}, row_number() OVER () AS r FROM input", columns.join(", "));
        let counted = format!("SELECT count(*) AS n FROM ({query}) WHERE c1 <> c2 AND r > 0 AND c3 <> c29");
        let refused = ask(64, letters(1000, 8192), sql(&query));
        assert!(matches!(refused, Err(EngineError::MemoryLimit { .. })), "{refused:?}");
        assert_eq!(ask(64, letters(1000, 8192), sql(&counted)).unwrap(), 1);
    }
}
