//! Functions of our own where the library's differ from our semantics or are slow: calendar, dates and texts.

mod calendar;
mod civil;
mod date_text;
mod parse_date;

use std::sync::Arc;

use aracari_app::schema::ColumnType;
use aracari_app::steps::dateextract::DateInfo;
use aracari_app::steps::dategranularity::Granularity;
use datafusion::logical_expr::{Expr, ScalarUDF, cast};

use crate::column_type::TEXT;

/// The start of the day, week, month, quarter or year of a date.
pub(crate) fn truncate_date(date: Expr, granularity: Granularity) -> Expr {
    ScalarUDF::new_from_impl(calendar::Truncate::new(granularity)).call(vec![date])
}

/// A part of a date, as an integer.
pub(crate) fn extract_date(date: Expr, part: DateInfo) -> Expr {
    ScalarUDF::new_from_impl(calendar::Extract::new(part)).call(vec![date])
}

/// A text as a date, by a strptime pattern or by the usual spellings; null where it is none.
pub(crate) fn parse_date(text: Expr, format: Option<&str>) -> Expr {
    ScalarUDF::new_from_impl(parse_date::ParseDate::new(format)).call(vec![text])
}

/// A value of this type as a text; null stays null.
pub(crate) fn text_of(expression: Expr, kind: ColumnType) -> Expr {
    match kind {
        ColumnType::Text => expression,
        ColumnType::Date => Arc::new(ScalarUDF::new_from_impl(date_text::DateText::new())).call(vec![expression]),
        _ => cast(expression, TEXT),
    }
}
