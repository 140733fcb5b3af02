//! Dates as texts, by a strftime pattern.

use std::fmt::Write;
use std::sync::Arc;

use aracari_app::steps::pattern;
use arrow::array::{AsArray, StringViewBuilder};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use chrono::DateTime;
use chrono::format::{Item, StrftimeItems};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use crate::column_type::{TEXT, date_type};
use crate::error::EngineError;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct FormatDate {
    signature: Signature,
    name: String,
    items: Vec<Item<'static>>,
}

impl FormatDate {
    pub(super) fn new(format: &str) -> std::result::Result<Self, EngineError> {
        if let Some(mistake) = pattern::mistake(format) {
            return Err(EngineError::invalid(mistake));
        }
        // Six digits, as in Python.
        let microseconds = format.replace("%f", "%6f");
        let items = StrftimeItems::new(&microseconds).parse_to_owned().map_err(EngineError::internal)?;
        let name = format!("format_date[{format}]");
        Ok(Self { signature: Signature::exact(vec![date_type()], Volatility::Immutable), name, items })
    }
}

impl ScalarUDFImpl for FormatDate {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(TEXT)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let dates = args.args[0].to_array(args.number_rows)?;
        let mut texts = StringViewBuilder::with_capacity(args.number_rows);
        let (mut text, mut last) = (String::new(), None);
        for micros in dates.as_primitive::<TimestampMicrosecondType>() {
            let Some(date) = micros.and_then(DateTime::from_timestamp_micros) else {
                texts.append_null();
                continue;
            };
            if last != micros {
                text.clear();
                let _ = write!(text, "{}", date.format_with_items(self.items.iter()));
                last = micros;
            }
            texts.append_value(&text);
        }
        Ok(ColumnarValue::Array(Arc::new(texts.finish())))
    }
}
