//! Functions of our own where the library's differ from our semantics or are slow: calendar, dates and texts.

mod all_present;
mod as_one_key;
mod at_utc;
mod bounded;
mod calendar;
mod date_text;
pub(crate) mod different;
mod division;
mod format_date;
mod growth;
mod join_texts;
mod one_zero;
mod parse_date;
mod period;
mod quantile;
mod shapes;
mod signed;
mod spread;
mod text_part;

use std::sync::Arc;

use aracari_app::schema::ColumnType;
use aracari_app::steps::dateextract::DateInfo;
use aracari_app::steps::dategranularity::Granularity;
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{AggregateUDF, Expr, ScalarUDF, ScalarUDFImpl, cast, lit};

pub(crate) use bounded::{bounded, is_bounded};
pub(crate) use growth::Growth;
pub(crate) use one_zero::with_one_zero;
pub(crate) use period::Period;
pub(crate) use signed::signed;
pub(crate) use text_part::TextPart;

use crate::column_type::{TEXT, date_type};
use crate::error::EngineError;

/// What the function behind `||` is called.
pub(crate) const JOIN: &str = "||";

/// What the function behind `/` is called.
pub(crate) const DIVIDE: &str = "divide";

/// What the function is called that makes -0.0 the zero that it equals.
pub(crate) const ONE_ZERO: &str = "one_zero";

/// A function of texts of the library's, within bounds.
fn called(function: &Arc<ScalarUDF>, growth: Growth, arguments: Vec<Expr>) -> Expr {
    bounded(function, growth).call(arguments)
}

/// A function of texts of ours, within bounds.
fn own(function: impl ScalarUDFImpl + 'static, growth: Growth, argument: Expr) -> Expr {
    called(&Arc::new(ScalarUDF::new_from_impl(function)), growth, vec![argument])
}

/// A value for the library to sort by or to tell apart: of two zeros, which it takes for two numbers, it sees one.
pub(crate) fn one_zero(value: Expr, kind: ColumnType) -> Expr {
    match kind {
        ColumnType::Float => ScalarUDF::new_from_impl(one_zero::OneZero::new()).call(vec![value]),
        _ => value,
    }
}

/// The quotient of two floats; missing where the divisor is zero.
pub(crate) fn divide(dividend: Expr, divisor: Expr) -> Expr {
    match divisor {
        Expr::Literal(ScalarValue::Float64(Some(number)), _) if number != 0.0 => dividend / divisor,
        _ => ScalarUDF::new_from_impl(division::Division::quotient()).call(vec![dividend, divisor]),
    }
}

/// The remainder of two integers or two floats, with the sign of the divisor; missing where that is zero.
pub(crate) fn remainder(dividend: Expr, divisor: Expr) -> Expr {
    ScalarUDF::new_from_impl(division::Division::remainder()).call(vec![dividend, divisor])
}

/// Whether none of these is missing.
pub(crate) fn all_present(values: Vec<Expr>) -> Expr {
    ScalarUDF::new_from_impl(all_present::AllPresent::new()).call(values)
}

/// Keys of an order, each with whether it goes up, as one that goes up.
pub(crate) fn as_one_key(keys: Vec<(Expr, bool)>) -> Expr {
    let (keys, ascending) = keys.into_iter().unzip();
    ScalarUDF::new_from_impl(as_one_key::AsOneKey::new(ascending)).call(keys)
}

/// Two texts as one; a missing one makes the whole missing.
pub(crate) fn join_texts(left: Expr, right: Expr) -> Expr {
    let join = Arc::new(ScalarUDF::new_from_impl(join_texts::JoinTexts::new()));
    called(&join, Growth::Times(1), vec![left, right])
}

/// A text with another in place of a third wherever that stands.
pub(crate) fn replace_text(text: Expr, old: Expr, new: Expr) -> Expr {
    called(&datafusion::functions::string::replace(), Growth::Replaced, vec![text, old, new])
}

pub(crate) fn upper_case(text: Expr) -> Expr {
    called(&datafusion::functions::string::upper(), Growth::Kept, vec![text])
}

pub(crate) fn lower_case(text: Expr) -> Expr {
    called(&datafusion::functions::string::lower(), Growth::Kept, vec![text])
}

/// A date of any unit and offset as a canonical one; without an offset it is UTC.
pub(crate) fn date_of(expression: Expr, data_type: &DataType) -> Expr {
    match data_type {
        DataType::Timestamp(_, Some(_)) => cast(expression, date_type()),
        _ => {
            let naive = if *data_type == at_utc::NAIVE { expression } else { cast(expression, at_utc::NAIVE) };
            ScalarUDF::new_from_impl(at_utc::AtUtc::new()).call(vec![naive])
        }
    }
}

/// The start of the day, week, month, quarter or year of a date.
pub(crate) fn truncate_date(date: Expr, granularity: Granularity) -> Expr {
    match granularity {
        Granularity::Void => date,
        unit => ScalarUDF::new_from_impl(calendar::FirstDay::new(unit, false)).call(vec![date]),
    }
}

/// A part of a date: an integer, or a date where it is a first day.
pub(crate) fn extract_date(date: Expr, part: DateInfo) -> Expr {
    match part.first_day_of() {
        Some((unit, previous)) => ScalarUDF::new_from_impl(calendar::FirstDay::new(unit, previous)).call(vec![date]),
        None => ScalarUDF::new_from_impl(calendar::Extract::new(part)).call(vec![date]),
    }
}

/// A date as a text, by a strftime pattern; an error where it is none.
pub(crate) fn format_date(date: Expr, format: &str) -> Result<Expr, EngineError> {
    Ok(own(format_date::FormatDate::new(format)?, Growth::Kept, date))
}

/// A part of each text.
pub(crate) fn part_of_text(text: Expr, part: TextPart) -> Expr {
    own(text_part::PartOfText::new(part), Growth::Kept, text)
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
        ColumnType::Geometry => own(shapes::ShapeText::new(), Growth::Kept, expression),
        // There is one zero: adding one to the negative one makes it that.
        ColumnType::Float => cast(expression + lit(0.0), TEXT),
        _ => cast(expression, TEXT),
    }
}

/// Functions of the library that have a value for every row.
const TOTAL: [&str; 4] = ["btrim", "coalesce", "lower", "upper"];

/// True where the function has a value, or null, for whatever it is given.
pub(crate) fn never_fails(function: &ScalarUDF) -> bool {
    let own = bounded::unbounded(function).inner();
    own.is::<at_utc::AtUtc>()
        || own.is::<calendar::FirstDay>()
        || own.is::<calendar::Extract>()
        || own.is::<date_text::DateText>()
        || own.is::<division::Division>()
        || own.is::<format_date::FormatDate>()
        || own.is::<one_zero::OneZero>()
        || own.is::<parse_date::ParseDate>()
        || own.is::<text_part::PartOfText>()
        || TOTAL.contains(&function.name())
}

/// The value below which this share of the values of a group lies, by linear interpolation; missing values are left out.
pub(crate) fn quantile(value: Expr, share: f64) -> Expr {
    AggregateUDF::new_from_impl(quantile::Quantile::new(share)).call(vec![value])
}

/// The variance of the values of a group, or its root; none where it is too large for a number.
pub(crate) fn spread(value: Expr, root: bool) -> Expr {
    AggregateUDF::new_from_impl(spread::Spread::new(root)).call(vec![value])
}

/// A shape with points left out that are no further than this from it.
pub(crate) fn simplify_shape(shape: Expr, tolerance: f64) -> Expr {
    ScalarUDF::new_from_impl(shapes::Simplify::new(tolerance)).call(vec![shape])
}

/// All shapes of a group, of which [`unite_shapes`] makes one.
pub(crate) fn gather_shapes(shape: Expr) -> Expr {
    AggregateUDF::new_from_impl(shapes::Gather::new()).call(vec![shape])
}

/// One shape of those that were gathered.
pub(crate) fn unite_shapes(gathered: Expr) -> Expr {
    ScalarUDF::new_from_impl(shapes::Unite::new()).call(vec![gathered])
}
