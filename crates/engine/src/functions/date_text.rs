//! Dates as texts: the day alone at midnight, day and time otherwise.

use std::fmt::Write;
use std::sync::Arc;

use aracari_kernels::civil::{MICROS_A_DAY, civil};
use arrow::array::{AsArray, StringViewBuilder};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use crate::column_type::{TEXT, date_type};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct DateText {
    signature: Signature,
}

impl DateText {
    pub(super) fn new() -> Self {
        Self { signature: Signature::exact(vec![date_type()], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for DateText {
    fn name(&self) -> &'static str {
        "date_text"
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
        let mut text = String::new();
        for micros in dates.as_primitive::<TimestampMicrosecondType>() {
            let Some(micros) = micros else {
                texts.append_null();
                continue;
            };
            text.clear();
            let (year, month, day) = civil(micros.div_euclid(MICROS_A_DAY));
            let rest = micros.rem_euclid(MICROS_A_DAY);
            let (second, fraction) = (rest / 1_000_000, rest % 1_000_000);
            let _ = write!(text, "{year:04}-{month:02}-{day:02}");
            if rest != 0 {
                let _ = write!(text, " {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
            }
            if fraction != 0 {
                let _ = write!(text, ".{fraction:06}");
            }
            texts.append_value(&text);
        }
        Ok(ColumnarValue::Array(Arc::new(texts.finish())))
    }
}
