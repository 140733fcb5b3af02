//! Start and parts of a date.

use std::sync::Arc;

use aracari_app::steps::dateextract::DateInfo;
use aracari_app::steps::dategranularity::Granularity;
use arrow::array::{ArrayRef, AsArray, Int64Array, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use super::civil::{MICROS_A_DAY, civil, day_of_year, days, iso_week, iso_weekday, weekday};
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

    fn first_day(&self, date: i64) -> i64 {
        let first = start(date, self.unit);
        if self.previous { start(first - 1, self.unit) } else { first }
    }
}

fn start(date: i64, unit: Granularity) -> i64 {
    match unit {
        Granularity::Day | Granularity::Void => date,
        Granularity::IsoWeek => date - iso_weekday(date),
        Granularity::Week => date - weekday(date),
        Granularity::Month => days(civil(date).0, civil(date).1, 1),
        Granularity::Quarter => days(civil(date).0, (civil(date).1 - 1) / 3 * 3 + 1, 1),
        Granularity::Year => days(civil(date).0, 1, 1),
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
        let starts: TimestampMicrosecondArray = dates
            .as_primitive::<TimestampMicrosecondType>()
            .unary(|micros| self.first_day(micros.div_euclid(MICROS_A_DAY)).saturating_mul(MICROS_A_DAY));
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

/// What a number tells of an instant. The parts that are dates themselves are of [`FirstDay`], here they are days
/// since 1970.
fn number(part: DateInfo, micros: i64) -> i64 {
    let date = micros.div_euclid(MICROS_A_DAY);
    let milliseconds = micros.rem_euclid(MICROS_A_DAY) / 1_000;
    let seconds = milliseconds / 1_000;
    match part {
        DateInfo::Year => civil(date).0,
        DateInfo::Quarter => (civil(date).1 - 1) / 3 + 1,
        DateInfo::Month => civil(date).1,
        DateInfo::Week => (day_of_year(date) - 1 + 7 - weekday(date)) / 7,
        DateInfo::IsoWeek => iso_week(date).1,
        DateInfo::IsoYear => iso_week(date).0,
        DateInfo::Day => civil(date).2,
        DateInfo::DayOfYear => day_of_year(date),
        DateInfo::DayOfWeek => weekday(date) + 1,
        DateInfo::IsoDayOfWeek => iso_weekday(date) + 1,
        DateInfo::Hour => seconds / 3600,
        DateInfo::Minutes => seconds / 60 % 60,
        DateInfo::Seconds => seconds % 60,
        DateInfo::Milliseconds => milliseconds % 1_000,
        DateInfo::PreviousYear => civil(date).0 - 1,
        DateInfo::PreviousQuarter => (number(DateInfo::Quarter, micros) + 2) % 4 + 1,
        DateInfo::PreviousMonth => (civil(date).1 + 10) % 12 + 1,
        DateInfo::PreviousWeek => number(DateInfo::Week, (date - 7).saturating_mul(MICROS_A_DAY)),
        DateInfo::PreviousIsoWeek => iso_week(date - 7).1,
        DateInfo::CurrentDay
        | DateInfo::PreviousDay
        | DateInfo::FirstDayOfYear
        | DateInfo::FirstDayOfQuarter
        | DateInfo::FirstDayOfMonth
        | DateInfo::FirstDayOfWeek
        | DateInfo::FirstDayOfIsoWeek
        | DateInfo::FirstDayOfPreviousYear
        | DateInfo::FirstDayOfPreviousQuarter
        | DateInfo::FirstDayOfPreviousMonth
        | DateInfo::FirstDayOfPreviousWeek
        | DateInfo::FirstDayOfPreviousIsoWeek => date,
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
        let parts: Int64Array =
            dates.as_primitive::<TimestampMicrosecondType>().unary(|micros| number(self.part, micros));
        Ok(ColumnarValue::Array(Arc::new(parts)))
    }
}

fn dates(args: &ScalarFunctionArgs) -> Result<ArrayRef> {
    args.args[0].to_array(args.number_rows)
}
