//! Periods of the calendar: which one a date is in, when it starts, and the same time one period later.

use aracari_kernels::civil::{MICROS_A_DAY, civil, days};

/// A unit of the calendar; weeks start on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Period {
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    /// The number of the period of an instant in microseconds; neighbours have numbers that follow each other.
    pub(crate) fn number(self, micros: i64) -> i64 {
        let date = micros.div_euclid(MICROS_A_DAY);
        match self {
            Self::Day => date,
            // 1970 began on a Thursday.
            Self::Week => (date + 3).div_euclid(7),
            Self::Month => {
                let (year, month, _) = civil(date);
                year * 12 + month - 1
            }
            Self::Year => civil(date).0,
        }
    }

    /// The instant in microseconds at which the period of this number starts.
    pub(crate) fn start(self, number: i64) -> i64 {
        let date = match self {
            Self::Day => number,
            Self::Week => number * 7 - 3,
            Self::Month => days(number.div_euclid(12), number.rem_euclid(12) + 1, 1),
            Self::Year => days(number, 1, 1),
        };
        date * MICROS_A_DAY
    }

    /// The same time one period later, or on the last day of a shorter month; `None` beyond the end of time.
    pub(crate) fn later(self, micros: i64) -> Option<i64> {
        let date = micros.div_euclid(MICROS_A_DAY);
        let (year, month, day) = civil(date);
        let moved = match self {
            Self::Day => date + 1,
            Self::Week => date + 7,
            Self::Month => in_month(year + month / 12, month % 12 + 1, day),
            Self::Year => in_month(year + 1, month, day),
        };
        moved.checked_mul(MICROS_A_DAY)?.checked_add(micros.rem_euclid(MICROS_A_DAY))
    }
}

/// The day of a month, or its last one.
fn in_month(year: i64, month: i64, day: i64) -> i64 {
    let first = days(year, month, 1);
    let next = days(year + month / 12, month % 12 + 1, 1);
    (first + day - 1).min(next - 1)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Datelike, Months};

    use super::*;

    const PERIODS: [Period; 4] = [Period::Day, Period::Week, Period::Month, Period::Year];

    #[test]
    fn every_day_of_two_centuries_is_in_the_period_that_starts_last() {
        for date in days(1900, 1, 1)..days(2100, 1, 1) {
            let noon = date * MICROS_A_DAY + MICROS_A_DAY / 2;
            for period in PERIODS {
                let number = period.number(noon);
                assert!(period.start(number) <= noon && noon < period.start(number + 1), "{period:?} {date}");
            }
            let monday = DateTime::from_timestamp_micros(Period::Week.start(Period::Week.number(noon))).unwrap();
            assert_eq!(monday.weekday(), chrono::Weekday::Mon);
        }
    }

    #[test]
    fn a_month_and_a_year_later_agree_with_chrono() {
        for date in days(1999, 1, 1)..days(2010, 1, 1) {
            let micros = date * MICROS_A_DAY + 12_345;
            let instant = DateTime::from_timestamp_micros(micros).unwrap();
            let later =
                |months: u32| instant.checked_add_months(Months::new(months)).map(|date| date.timestamp_micros());
            assert_eq!(Period::Month.later(micros), later(1));
            assert_eq!(Period::Year.later(micros), later(12));
            assert_eq!(Period::Week.later(micros), Some(micros + 7 * MICROS_A_DAY));
        }
        assert_eq!(Period::Year.later(i64::MAX), None);
    }
}
