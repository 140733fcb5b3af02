//! The calendar in integers: days since 1970 to year, month and day and back.
//!
//! The proleptic Gregorian calendar by Howard Hinnant's `civil_from_days` and `days_from_civil`
//! (<https://howardhinnant.github.io/date_algorithms.html>): no branches on tables, a few nanoseconds a row.

pub(super) const MICROS_A_DAY: i64 = 86_400_000_000;

/// Year, month (1–12) and day of the month (1–31).
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days since 1970 of a date.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let march_year = year - i64::from(month <= 2);
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// 0 is Sunday.
pub(super) fn weekday(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

/// 0 is Monday.
pub(super) fn iso_weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7)
}

/// The day of the year, from 1.
pub(super) fn day_of_year(date: i64) -> i64 {
    date - days(civil(date).0, 1, 1) + 1
}

/// The ISO 8601 year and week: the week belongs to the year of its Thursday.
pub(super) fn iso_week(date: i64) -> (i64, i64) {
    let thursday = date - iso_weekday(date) + 3;
    (civil(thursday).0, (day_of_year(thursday) - 1) / 7 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

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
