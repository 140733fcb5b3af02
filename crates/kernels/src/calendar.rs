//! Start and parts of dates.

use aracari_app::steps::dateextract::DateInfo;
use aracari_app::steps::dategranularity::Granularity;
use arrow::array::{Int64Array, TimestampMicrosecondArray};

use crate::civil::{MICROS_A_DAY, civil, day_of_year, days, iso_week, iso_weekday, weekday};

/// The first day of the unit of the calendar in which each instant is, or of the unit before.
#[must_use]
pub fn first_days(
    instants: &TimestampMicrosecondArray,
    unit: Granularity,
    previous: bool,
) -> TimestampMicrosecondArray {
    macro_rules! loops {
        ($($unit:ident),*) => {
            match unit {
                $(Granularity::$unit => instants.unary(|micros| {
                    let first = start(micros.div_euclid(MICROS_A_DAY), Granularity::$unit);
                    let first = if previous { start(first - 1, Granularity::$unit) } else { first };
                    first.saturating_mul(MICROS_A_DAY)
                }),)*
            }
        };
    }
    // A loop for each unit: no row asks which one it is.
    loops!(Day, IsoWeek, Week, Month, Quarter, Year, Void)
}

/// A part of each instant, as a number.
#[must_use]
pub fn parts(instants: &TimestampMicrosecondArray, part: DateInfo) -> Int64Array {
    macro_rules! loops {
        ($($part:ident),*) => {
            match part {
                $(DateInfo::$part => instants.unary(|micros| number(DateInfo::$part, micros)),)*
                _ => instants.unary(|micros| number(part, micros)),
            }
        };
    }
    // A loop for each of those that are asked for most.
    loops!(Year, Quarter, Month, Week, IsoWeek, IsoYear, Day, DayOfYear, DayOfWeek, IsoDayOfWeek, Hour)
}

#[inline]
fn start(date: i64, unit: Granularity) -> i64 {
    match unit {
        Granularity::Day | Granularity::Void => date,
        Granularity::IsoWeek => date - iso_weekday(date),
        Granularity::Week => date - weekday(date),
        Granularity::Month => date - civil(date).2 + 1,
        Granularity::Quarter => days(civil(date).0, (civil(date).1 - 1) / 3 * 3 + 1, 1),
        Granularity::Year => days(civil(date).0, 1, 1),
    }
}

/// What a number tells of an instant. The parts that are dates themselves are of [`first_days`], here they are days
/// since 1970.
#[inline]
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
