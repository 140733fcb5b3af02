//! Start and parts of a date.

use std::sync::Arc;

use aracari_app::steps::dateextract::DateInfo;
use aracari_app::steps::dategranularity::Granularity;
use aracari_kernels::calendar;
use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use crate::column_type::date_type;

/// The first day of a unit of the calendar, or of the unit before.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct FirstDay {
    signature: Signature,
    name: String,
    unit: Granularity,
    previous: bool,
}

impl FirstDay {
    pub(super) fn new(unit: Granularity, previous: bool) -> Self {
        let name = format!("first_day_of_{}{unit:?}", if previous { "previous_" } else { "" }).to_lowercase();
        Self { signature: Signature::exact(vec![date_type()], Volatility::Immutable), name, unit, previous }
    }
}

impl ScalarUDFImpl for FirstDay {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(date_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let dates = dates(&args)?;
        let starts = calendar::first_days(dates.as_primitive(), self.unit, self.previous);
        Ok(ColumnarValue::Array(Arc::new(starts.with_timezone("UTC"))))
    }
}

/// A part of a date, as a number.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Extract {
    signature: Signature,
    name: String,
    part: DateInfo,
}

impl Extract {
    pub(super) fn new(part: DateInfo) -> Self {
        let signature = Signature::exact(vec![date_type()], Volatility::Immutable);
        Self { signature, name: format!("date_{part:?}").to_lowercase(), part }
    }
}

impl ScalarUDFImpl for Extract {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let dates = dates(&args)?;
        Ok(ColumnarValue::Array(Arc::new(calendar::parts(dates.as_primitive(), self.part))))
    }
}

fn dates(args: &ScalarFunctionArgs) -> Result<ArrayRef> {
    args.args[0].to_array(args.number_rows)
}
