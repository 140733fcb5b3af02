//! Dates without an offset as what they are here: UTC.

use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use crate::column_type::date_type;

/// The type of dates in microseconds without an offset.
pub(super) const NAIVE: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

/// Names the offset and leaves the numbers as they are; a cast would take each through the calendar.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct AtUtc {
    signature: Signature,
}

impl AtUtc {
    pub(super) fn new() -> Self {
        Self { signature: Signature::exact(vec![NAIVE], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for AtUtc {
    fn name(&self) -> &'static str {
        "at_utc"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(date_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let dates = args.args[0].to_array(args.number_rows)?;
        let known = dates.as_primitive::<TimestampMicrosecondType>().clone().with_timezone("UTC");
        Ok(ColumnarValue::Array(Arc::new(known)))
    }

    /// A comparison with a date is one of the column itself, so that a scan can skip by it.
    fn preimage(&self, args: &[Expr], literal: &Expr, _: &SimplifyContext) -> Result<PreimageResult> {
        let ([date], Expr::Literal(ScalarValue::TimestampMicrosecond(Some(micros), Some(_)), _)) = (args, literal)
        else {
            return Ok(PreimageResult::None);
        };
        let Some(after) = micros.checked_add(1) else { return Ok(PreimageResult::None) };
        let naive = |micros| ScalarValue::TimestampMicrosecond(Some(micros), None);
        let interval = Box::new(Interval::try_new(naive(*micros), naive(after))?);
        Ok(PreimageResult::Range { expr: date.clone(), interval })
    }
}
