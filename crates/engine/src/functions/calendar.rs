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

/// The start of a unit of the calendar.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Truncate {
    signature: Signature,
    name: String,
    unit: u8,
}

impl Truncate {
    pub(super) fn new(granularity: Granularity) -> Self {
        let (name, unit) = match granularity {
            Granularity::Day => ("start_of_day", 0),
            Granularity::IsoWeek => ("start_of_iso_week", 1),
            Granularity::Week => ("start_of_week", 2),
            Granularity::Month => ("start_of_month", 3),
            Granularity::Quarter => ("start_of_quarter", 4),
            Granularity::Year => ("start_of_year", 5),
        };
        let signature = Signature::exact(vec![date_type()], Volatility::Immutable);
        Self { signature, name: name.to_owned(), unit }
    }

    fn start(&self, date: i64) -> i64 {
        match self.unit {
            0 => date,
            1 => date - iso_weekday(date),
            2 => date - weekday(date),
            unit => {
                let (year, month, _) = civil(date);
                match unit {
                    3 => days(year, month, 1),
                    4 => days(year, (month - 1) / 3 * 3 + 1, 1),
                    _ => days(year, 1, 1),
                }
            }
        }
    }
}

impl ScalarUDFImpl for Truncate {
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
            .unary(|micros| self.start(micros.div_euclid(MICROS_A_DAY)) * MICROS_A_DAY);
        Ok(ColumnarValue::Array(Arc::new(starts.with_timezone("UTC"))))
    }
}

/// A part of a date.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Extract {
    signature: Signature,
    name: String,
    part: u8,
}

const PARTS: [DateInfo; 13] = [
    DateInfo::Year,
    DateInfo::Quarter,
    DateInfo::Month,
    DateInfo::Week,
    DateInfo::IsoWeek,
    DateInfo::IsoYear,
    DateInfo::Day,
    DateInfo::DayOfYear,
    DateInfo::DayOfWeek,
    DateInfo::IsoDayOfWeek,
    DateInfo::Hour,
    DateInfo::Minutes,
    DateInfo::Seconds,
];

impl Extract {
    pub(super) fn new(part: DateInfo) -> Self {
        let position = PARTS.iter().position(|known| *known == part).unwrap_or_default();
        let signature = Signature::exact(vec![date_type()], Volatility::Immutable);
        Self {
            signature,
            name: format!("date_{part:?}").to_lowercase(),
            part: u8::try_from(position).unwrap_or_default(),
        }
    }

    fn extract(&self, micros: i64) -> i64 {
        let date = micros.div_euclid(MICROS_A_DAY);
        let second = micros.rem_euclid(MICROS_A_DAY) / 1_000_000;
        match PARTS[usize::from(self.part)] {
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
            DateInfo::Hour => second / 3600,
            DateInfo::Minutes => second / 60 % 60,
            DateInfo::Seconds => second % 60,
        }
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
        let parts: Int64Array = dates.as_primitive::<TimestampMicrosecondType>().unary(|micros| self.extract(micros));
        Ok(ColumnarValue::Array(Arc::new(parts)))
    }
}

fn dates(args: &ScalarFunctionArgs) -> Result<ArrayRef> {
    args.args[0].to_array(args.number_rows)
}
