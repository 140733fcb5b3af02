//! The calendar in integers: days since 1970 to year, month and day and back.
//!
//! The proleptic Gregorian calendar, without branches and without divisions by what is no constant. One way by Neri and
//! Schneider, "Euclidean affine functions and their application to calendar algorithms" (2023), the other by Howard
//! Hinnant's `days_from_civil` (<https://howardhinnant.github.io/date_algorithms.html>).

pub const MICROS_A_DAY: i64 = 86_400_000_000;

/// Cycles of 400 years from the first day that can be told to the year 0.
const CYCLES: i64 = 3_670;
const DAYS_A_CYCLE: i64 = 146_097;
/// From 1 March of the year 0 to 1970.
const DAYS_TO_1970: i64 = 719_468;

/// Year, month (1–12) and day of the month (1–31) of every day that an instant in microseconds can be on.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "days of instants fit after the shift")]
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = (days + DAYS_TO_1970 + CYCLES * DAYS_A_CYCLE) as u32;
    let quarters = 4 * shifted + 3;
    let (century, day_of_century) = (quarters / 146_097, quarters % 146_097 / 4);
    // Years of 365.25 days: the quotient is above the point, the remainder below.
    let years = 2_939_745 * u64::from(4 * day_of_century + 3);
    let (year_of_century, day_of_year) = ((years >> 32) as u32, years as u32 / 2_939_745 / 4);
    // Months of 30.6 days from March on, in the same way.
    let months = 2_141 * day_of_year + 197_913;
    let (march_month, day) = (months >> 16, (months & 0xffff) / 2_141);
    let next_year = day_of_year >= 306;
    let month = if next_year { march_month - 12 } else { march_month };
    let year = i64::from(100 * century + year_of_century + u32::from(next_year)) - 400 * CYCLES;
    (year, i64::from(month), i64::from(day + 1))
}

/// Days since 1970 of a date.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let march_year = year - i64::from(month <= 2);
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// 0 is Sunday.
pub fn weekday(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

/// 0 is Monday.
pub fn iso_weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7)
}

/// The day of the year, from 1.
pub fn day_of_year(date: i64) -> i64 {
    date - days(civil(date).0, 1, 1) + 1
}

/// The ISO 8601 year and week: the week belongs to the year of its Thursday.
pub fn iso_week(date: i64) -> (i64, i64) {
    let thursday = date - iso_weekday(date) + 3;
    (civil(thursday).0, (day_of_year(thursday) - 1) / 7 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

    #[test]
    fn the_first_and_the_last_instant_are_on_a_day() {
        for date in [i64::MIN.div_euclid(MICROS_A_DAY), i64::MAX.div_euclid(MICROS_A_DAY)] {
            let (year, month, day) = civil(date);
            assert_eq!(days(year, month, day), date);
            assert_eq!(days(civil(date - 400).0, civil(date - 400).1, civil(date - 400).2), date - 400);
        }
    }

    #[test]
    fn every_day_of_eight_centuries_agrees_with_chrono() {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut day = NaiveDate::from_ymd_opt(1600, 1, 1).unwrap();
        while day.year() < 2400 {
            let number = (day - epoch).num_days();
            let parts = (i64::from(day.year()), i64::from(day.month()), i64::from(day.day()));
            assert_eq!(civil(number), parts);
            assert_eq!(days(parts.0, parts.1, parts.2), number);
            assert_eq!(weekday(number), i64::from(day.weekday().num_days_from_sunday()));
            assert_eq!(day_of_year(number), i64::from(day.ordinal()));
            let week = day.iso_week();
            assert_eq!(iso_week(number), (i64::from(week.year()), i64::from(week.week())));
            day = day.succ_opt().unwrap();
        }
    }
}
