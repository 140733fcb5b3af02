//! What PostgreSQL computes with the engine's semantics, and how it is written. The session's time zone is UTC.

use aracari_app::schema::ColumnType;
use aracari_engine::sql::{Dialect, Summary};
use datafusion::logical_expr::Operator;

/// PostgreSQL 14 and later.
#[derive(Debug, Clone, Copy, Default)]
pub struct PostgresqlDialect;

fn type_name(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Boolean => "boolean",
        ColumnType::Integer => "int8",
        ColumnType::Float => "float8",
        ColumnType::Date => "timestamp",
        ColumnType::Text | ColumnType::Geometry | ColumnType::Unknown => "text",
    }
}

impl Dialect for PostgresqlDialect {
    fn parameter(&self, number: usize, _: ColumnType) -> String {
        format!("${number}")
    }

    fn max_parameters(&self) -> usize {
        60_000
    }

    fn output(&self, sql: &str, kind: ColumnType) -> String {
        format!("({sql})::{}", type_name(kind))
    }

    /// Texts are equal byte by byte in every collation that a column can be read with here; their order is that of "C".
    fn text(&self, sql: &str, ordered: bool) -> String {
        if ordered { format!("({sql} COLLATE \"C\")") } else { sql.to_owned() }
    }

    fn null(&self, kind: ColumnType) -> String {
        format!("NULL::{}", type_name(kind))
    }

    /// What overflows is an error there, after which the engine computes it.
    fn arithmetic(&self, left: &str, operator: Operator, right: &str, kind: ColumnType) -> Option<String> {
        match (kind, operator) {
            (ColumnType::Integer, Operator::Plus | Operator::Minus | Operator::Multiply) => {
                Some(format!("({left}::int8 {operator} {right}::int8)"))
            }
            (ColumnType::Float, Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide) => {
                Some(format!("({left} {operator} {right})"))
            }
            (ColumnType::Text, Operator::StringConcat) => Some(format!("({left} || {right})")),
            _ => None,
        }
    }

    fn same(&self, left: &str, right: &str) -> String {
        format!("({left} IS NOT DISTINCT FROM {right})")
    }

    fn cast(&self, sql: &str, from: ColumnType, to: ColumnType) -> Option<String> {
        match (from, to) {
            (ColumnType::Integer, ColumnType::Float) => Some(format!("({sql})::float8")),
            (ColumnType::Boolean, ColumnType::Integer) => Some(format!("({sql})::int4::int8")),
            (ColumnType::Integer, ColumnType::Boolean) => Some(format!("({sql} <> 0)")),
            (ColumnType::Integer | ColumnType::Boolean, ColumnType::Text) => Some(format!("({sql})::text")),
            _ => None,
        }
    }

    fn function(&self, name: &str, date: &str) -> Option<String> {
        let start = |unit: &str| Some(format!("date_trunc('{unit}', ({date})::timestamp)"));
        let part = |unit: &str| format!("extract({unit} FROM ({date})::timestamp)");
        let whole = |unit: &str| Some(format!("({})::int8", part(unit)));
        match name {
            "first_day_of_day" => start("day"),
            "first_day_of_isoweek" => start("week"),
            "first_day_of_week" => {
                Some(format!("(date_trunc('week', ({date})::timestamp + interval '1 day') - interval '1 day')"))
            }
            "first_day_of_month" => start("month"),
            "first_day_of_quarter" => start("quarter"),
            "first_day_of_year" => start("year"),
            "date_year" => whole("year"),
            "date_quarter" => whole("quarter"),
            "date_month" => whole("month"),
            "date_week" => Some(format!("(({} + 6 - {})::int8 / 7)", part("doy"), part("dow"))),
            "date_isoweek" => whole("week"),
            "date_isoyear" => whole("isoyear"),
            "date_day" => whole("day"),
            "date_dayofyear" => whole("doy"),
            "date_dayofweek" => Some(format!("({} + 1)::int8", part("dow"))),
            "date_isodayofweek" => whole("isodow"),
            "date_hour" => whole("hour"),
            "date_minutes" => whole("minute"),
            "date_seconds" => Some(format!("floor({})::int8", part("second"))),
            _ => None,
        }
    }

    fn summary(&self, summary: Summary, sql: &str, kind: ColumnType) -> Option<String> {
        match (summary, kind) {
            (Summary::Count, _) => Some(format!("count({sql})")),
            (Summary::CountDistinct, _) => Some(format!("count(DISTINCT {sql})")),
            (Summary::Sum, ColumnType::Integer) => Some(format!("(sum({sql}))::int8")),
            (Summary::Sum, ColumnType::Float) => Some(format!("sum({sql})")),
            (Summary::Avg, ColumnType::Float) => Some(format!("avg({sql})")),
            (Summary::Min, ColumnType::Boolean) => Some(format!("bool_and({sql})")),
            (Summary::Max, ColumnType::Boolean) => Some(format!("bool_or({sql})")),
            (Summary::Min, _) => Some(format!("min({sql})")),
            (Summary::Max, _) => Some(format!("max({sql})")),
            (Summary::Sum | Summary::Avg, _) => None,
        }
    }
}
