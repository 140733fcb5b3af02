//! What SQLite computes with the engine's semantics, and how it is written.
//!
//! Dates are microseconds since 1970, booleans 0 and 1. Arithmetic stays here: what overflows changes its type there.

use aracari_app::schema::ColumnType;
use aracari_engine::sql::{Dialect, Summary};
use datafusion::logical_expr::Operator;

/// SQLite 3.42 and later.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqliteDialect;

const DAY: i64 = 86_400_000_000;

/// The remainder that is never negative.
fn modulo(sql: &str, by: i64) -> String {
    format!("(({sql} % {by} + {by}) % {by})")
}

/// Microseconds at the start of a date's day.
fn day_start(date: &str) -> String {
    format!("({date} - {})", modulo(date, DAY))
}

/// The day of the week from 0; `shift` says which is first.
fn weekday(date: &str, shift: i64) -> String {
    modulo(&format!("({} / {DAY} + {shift})", day_start(date)), 7)
}

impl Dialect for SqliteDialect {
    fn parameter(&self, number: usize, _: ColumnType) -> String {
        format!("?{number}")
    }

    fn max_parameters(&self) -> usize {
        30_000
    }

    fn output(&self, sql: &str, kind: ColumnType) -> String {
        if kind == ColumnType::Float { format!("CAST({sql} AS REAL)") } else { sql.to_owned() }
    }

    /// Columns may have been given a collation in which other texts are equal.
    fn text(&self, sql: &str, _: bool) -> String {
        format!("({sql} COLLATE BINARY)")
    }

    fn null(&self, _: ColumnType) -> String {
        "NULL".to_owned()
    }

    fn arithmetic(&self, left: &str, operator: Operator, right: &str, kind: ColumnType) -> Option<String> {
        let joins = kind == ColumnType::Text && operator == Operator::StringConcat;
        joins.then(|| format!("({left} || {right})"))
    }

    fn same(&self, left: &str, right: &str) -> String {
        format!("({left} IS {right})")
    }

    fn cast(&self, sql: &str, from: ColumnType, to: ColumnType) -> Option<String> {
        match (from, to) {
            (ColumnType::Integer, ColumnType::Float) => Some(format!("CAST({sql} AS REAL)")),
            (ColumnType::Boolean, ColumnType::Integer) => Some(sql.to_owned()),
            (ColumnType::Integer, ColumnType::Boolean) => Some(format!("({sql} <> 0)")),
            (ColumnType::Integer, ColumnType::Text) => Some(format!("CAST({sql} AS TEXT)")),
            (ColumnType::Boolean, ColumnType::Text) => {
                Some(format!("(CASE WHEN {sql} THEN 'true' WHEN NOT {sql} THEN 'false' END)"))
            }
            _ => None,
        }
    }

    fn function(&self, name: &str, date: &str) -> Option<String> {
        let day = day_start(date);
        let start = |of: &str| Some(format!("(unixepoch({day} / 1000000, 'unixepoch', 'start of {of}') * 1000000)"));
        let part = |code: &str| format!("CAST(strftime('{code}', {day} / 1000000, 'unixepoch') AS INTEGER)");
        let clock = modulo(date, DAY);
        match name {
            "first_day_of_isoweek" => Some(format!("({day} - {} * {DAY})", weekday(date, 3))),
            "first_day_of_week" => Some(format!("({day} - {} * {DAY})", weekday(date, 4))),
            "first_day_of_month" => start("month"),
            "first_day_of_year" => start("year"),
            "date_year" => Some(part("%Y")),
            "date_quarter" => Some(format!("(({} + 2) / 3)", part("%m"))),
            "date_month" => Some(part("%m")),
            "date_day" => Some(part("%d")),
            "date_dayofyear" => Some(part("%j")),
            "date_dayofweek" => Some(format!("({} + 1)", weekday(date, 4))),
            "date_isodayofweek" => Some(format!("({} + 1)", weekday(date, 3))),
            "date_hour" => Some(format!("({clock} / 3600000000)")),
            "date_minutes" => Some(format!("({clock} / 60000000 % 60)")),
            "date_seconds" => Some(format!("({clock} / 1000000 % 60)")),
            "first_day_of_day" => Some(day),
            _ => None,
        }
    }

    fn summary(&self, summary: Summary, sql: &str, kind: ColumnType) -> Option<String> {
        match (summary, kind) {
            (Summary::Count, _) => Some(format!("count({sql})")),
            (Summary::CountDistinct, _) => Some(format!("count(DISTINCT {sql})")),
            (Summary::Sum, ColumnType::Integer | ColumnType::Float) => Some(format!("sum({sql})")),
            (Summary::Avg, ColumnType::Float) => Some(format!("avg({sql})")),
            (Summary::Min, _) => Some(format!("min({sql})")),
            (Summary::Max, _) => Some(format!("max({sql})")),
            (Summary::Sum | Summary::Avg, _) => None,
        }
    }
}
