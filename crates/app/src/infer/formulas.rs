//! The types of computed columns, and what a formula cannot compute or compare.

use super::comparisons::number_hint;
use super::{ColumnType, Context, Inferred, Problem, TableSchema, column, describe, made_numbers, type_of, unite};
use crate::formula::{BinaryOperator, Formula, FormulaError};
use crate::load::step_like;
use crate::steps::FormulaText;
use crate::value::Value;

/// The type of a formula that a step holds under these keys; unknown where it is wrong, which is said, or a variable.
pub(crate) fn of_text(text: &FormulaText, schema: &TableSchema, keys: &[&str], context: &Context<'_>) -> ColumnType {
    if let FormulaText::Text(text) = text
        && text.contains("{{")
    {
        return ColumnType::Unknown;
    }
    let mut doubts = Vec::new();
    let parsed = text.parse().map_err(|FormulaError { position, message }| {
        Problem::new(format!("{message} at character {position}")).at_character(Some(position))
    });
    let written = match text {
        FormulaText::Text(written) => written,
        FormulaText::Value(_) => "",
    };
    let placed = |problem: Problem| {
        let character = problem.about.as_deref().and_then(|name| Formula::place_of(name, written));
        let character = problem.character.or(character);
        problem.at_character(character).at(keys)
    };
    let kind = parsed.and_then(|formula| of(&formula, schema, &mut doubts));
    for doubt in doubts {
        context.doubt(placed(doubt));
    }
    context.or(kind.map_err(|problem| placed(meant(problem, written, schema))), ColumnType::Unknown)
}

/// What a formula that has no meaning was probably meant to be: a text without quotes, a name without brackets.
fn meant(problem: Problem, written: &str, schema: &TableSchema) -> Problem {
    let is_unknown = problem.message.starts_with("there is no column");
    if problem.character.is_none() && !is_unknown {
        return problem;
    }
    if problem.message.starts_with("there is no function") {
        let hint = problem.about.as_deref().and_then(instead_of_function);
        return problem.maybe_hint(hint);
    }
    let names = || schema.columns.keys().filter(|name| !name.chars().all(is_of_word));
    let is_bare = |name: &String| written.replace(&format!("[{name}]"), "").contains(name.as_str());
    let hint = if let Some(name) = names().find(|name| is_bare(name)) {
        format!("a name that is more than one word stands in brackets: [{name}]")
    } else if let Some(words) = plain_words(written, schema) {
        format!("a text stands between quotes of its own: \"'{words}'\"")
    } else if let (true, Some(name)) = (is_unknown && !problem.suggests(), problem.about.as_deref()) {
        format!("a text stands between quotes of its own: '{name}'")
    } else {
        return problem;
    };
    let whole = problem.hint.as_ref().map_or_else(|| hint.clone(), |known| format!("{known}; {hint}"));
    problem.hint(whole)
}

/// What does here what a function does elsewhere.
fn instead_of_function(name: &str) -> Option<String> {
    match name.to_lowercase().as_str() {
        "round" | "floor" | "ceil" | "ceiling" | "trunc" => {
            Some("numbers are rounded where they are shown, by a `format` such as `integer` or `decimal2`".to_owned())
        }
        other => step_like(other).map(|step| format!("the step `{step}` does that")),
    }
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// A formula that is nothing but words, none of which means anything in one.
fn plain_words<'a>(written: &'a str, schema: &TableSchema) -> Option<&'a str> {
    let text = written.trim();
    let mut words = text.split(' ');
    let is_plain = |word: &str| word.chars().all(is_of_word) && !schema.columns.contains_key(word);
    let is_language = |word: &str| matches!(word.to_lowercase().as_str(), "and" | "or" | "not" | "is" | "in" | "null");
    (text.starts_with(char::is_alphabetic) && words.all(|word| is_plain(word) && !is_language(word))).then_some(text)
}

/// The type of a formula that is one of several; none for a null, which fits to every type.
pub(crate) fn of_branch(
    text: &FormulaText,
    schema: &TableSchema,
    keys: &[&str],
    context: &Context<'_>,
) -> Option<ColumnType> {
    match text.parse() {
        Ok(Formula::Literal(Value::Null)) => None,
        _ => Some(of_text(text, schema, keys, context)),
    }
}

/// The type of a formula over the columns of `schema`.
fn of(formula: &Formula, schema: &TableSchema, doubts: &mut Vec<Problem>) -> Inferred<ColumnType> {
    match formula {
        Formula::Literal(Value::List(_)) => Err(Problem::new("a list is no value of a formula")),
        Formula::Literal(value) => Ok(type_of(value)),
        Formula::Column(name) => column(schema, name),
        Formula::Negate(inner) => number(inner, of(inner, schema, doubts)?),
        Formula::Not(inner) => truth(inner, of(inner, schema, doubts)?),
        Formula::Binary(left, operator, right) => {
            let first = (left.as_ref(), of(left, schema, doubts)?);
            let second = (right.as_ref(), of(right, schema, doubts)?);
            binary(first, *operator, second, doubts)
        }
    }
}

/// A part of a formula and its type.
type Typed<'a> = (&'a Formula, ColumnType);

fn binary(
    left: Typed<'_>,
    operator: BinaryOperator,
    right: Typed<'_>,
    doubts: &mut Vec<Problem>,
) -> Inferred<ColumnType> {
    match operator {
        BinaryOperator::Add if left.1 == ColumnType::Text || right.1 == ColumnType::Text => Ok(ColumnType::Text),
        BinaryOperator::Add | BinaryOperator::Subtract | BinaryOperator::Multiply | BinaryOperator::Modulo => {
            Ok(unite(number(left.0, left.1)?, number(right.0, right.1)?))
        }
        BinaryOperator::Divide => {
            number(left.0, left.1)?;
            number(right.0, right.1)?;
            Ok(ColumnType::Float)
        }
        BinaryOperator::And | BinaryOperator::Or => {
            truth(left.0, left.1)?;
            truth(right.0, right.1)
        }
        comparison => {
            doubts.extend(compared(left, comparison, right)?);
            Ok(ColumnType::Boolean)
        }
    }
}

fn number(formula: &Formula, kind: ColumnType) -> Inferred<ColumnType> {
    match kind {
        ColumnType::Boolean => Ok(ColumnType::Integer),
        ColumnType::Integer | ColumnType::Float | ColumnType::Unknown => Ok(kind),
        other => {
            let hint = match formula {
                Formula::Column(name) => made_numbers(name, other),
                Formula::Literal(Value::Text(text)) => {
                    number_hint(text).or_else(|| Some(format!("a column stands without quotes: {text}, or [{text}]")))
                }
                _ => None,
            };
            Err(Problem::new(format!("arithmetic needs numbers, and {}", told(formula, other))).maybe_hint(hint))
        }
    }
}

fn truth(formula: &Formula, kind: ColumnType) -> Inferred<ColumnType> {
    match kind {
        ColumnType::Text | ColumnType::Date | ColumnType::Geometry => {
            let message = format!("`and`, `or` and `not` need booleans, and {}", told(formula, kind));
            Err(Problem::new(message).hint("compare it with something: `==`, `!=`, `<`, `<=`, `>`, `>=`"))
        }
        _ => Ok(ColumnType::Boolean),
    }
}

/// What is wrong with a comparison, or else what is doubtful.
fn compared(left: Typed<'_>, operator: BinaryOperator, right: Typed<'_>) -> Inferred<Option<Problem>> {
    use ColumnType::{Boolean, Date, Float, Geometry, Integer, Text, Unknown};
    let is_equality = matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual);
    let both = || format!("{}, and {}", told(left.0, left.1), told(right.0, right.1));
    let never = |hint: &str| Err(Problem::new(format!("{}: they cannot be compared", both())).hint(hint));
    match (left.1, right.1) {
        (Geometry, _) | (_, Geometry) => Err(Problem::new(format!("{}: shapes are compared with nothing", both()))),
        (Unknown, _) | (_, Unknown) => Ok(None),
        (first, second) if first == second => Ok(None),
        (Boolean | Integer | Float, Boolean | Integer | Float) => {
            match [left, right].iter().find(|side| side.1 != Boolean) {
                Some((Formula::Literal(Value::Integer(0 | 1)), _)) => Ok(None),
                Some((Formula::Literal(_), _)) if left.1 == Boolean || right.1 == Boolean => {
                    never("compare with true or false")
                }
                _ => Ok(None),
            }
        }
        (Date, Text) | (Text, Date) => match [left.0, right.0].into_iter().find_map(literal_text) {
            Some(text) if Value::parse_date(text).is_none() => never("write a date such as '2024-05-31'"),
            _ => Ok(None),
        },
        (Text, Boolean) | (Boolean, Text) if is_equality => {
            match [left.0, right.0].into_iter().find_map(literal_text) {
                Some("true" | "false") => Ok(None),
                Some(_) => never("compare with true or false"),
                None => Ok(Some(as_texts(&both()))),
            }
        }
        (Text, Integer | Float) | (Integer | Float, Text) if is_equality => Ok(Some(as_texts(&both()))),
        (Text, Integer | Float) => never(&converting(left.0)),
        (Integer | Float, Text) => never(&converting(right.0)),
        _ => never("`convert` one of them before, so that both hold the same"),
    }
}

fn as_texts(both: &str) -> Problem {
    Problem::new(format!("{both}: they are compared as texts"))
        .hint("write a text between quotes and a number without, or `convert` the column before")
}

/// What makes a number of what holds a text.
fn converting(formula: &Formula) -> String {
    match formula {
        Formula::Column(name) => made_numbers(name, ColumnType::Text).unwrap_or_default(),
        _ => "write a number without quotes".to_owned(),
    }
}

fn literal_text(formula: &Formula) -> Option<&str> {
    match formula {
        Formula::Literal(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// A part of a formula in words.
fn told(formula: &Formula, kind: ColumnType) -> String {
    match formula {
        Formula::Column(name) => format!("`{name}` holds {}", describe(kind)),
        Formula::Literal(value @ Value::Text(_)) => format!("'{value}' is a text"),
        Formula::Literal(value @ (Value::Integer(_) | Value::Float(_))) => format!("{value} is a number"),
        Formula::Literal(value @ Value::Boolean(_)) => format!("{value} is a boolean"),
        _ => format!("this computes with {}", describe(kind)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::infer::testing;
    use crate::schema::ColumnType;

    /// `error: …`, `doubt: …` or nothing.
    fn told(formula: &str) -> String {
        let columns = [
            ("text", ColumnType::Text),
            ("number", ColumnType::Float),
            ("flag", ColumnType::Boolean),
            ("date", ColumnType::Date),
            ("shape", ColumnType::Geometry),
            ("unknown", ColumnType::Unknown),
            ("two words", ColumnType::Float),
        ];
        testing::told(json!({"name": "formula", "newColumn": "new", "formula": formula}), columns)
    }

    #[test]
    fn what_cannot_be_compared_or_computed_is_a_mistake() {
        for (formula, message) in [
            (
                "'text' > 3",
                "'text' is a text, and 3 is a number: they cannot be compared; write a number without quotes",
            ),
            (
                "text <= number",
                "`text` holds texts, and `number` holds numbers: they cannot be compared; put a step before: { name: convert, columns: [text], dataType: float }",
            ),
            ("number + 1 > text", "columns: [text]"),
            ("date == 2024", "`date` holds dates, and 2024 is a number"),
            ("date > 'soon'", "write a date such as '2024-05-31'"),
            ("flag == 'yes'", "compare with true or false"),
            ("flag == 2", "compare with true or false"),
            ("shape == 'x'", "shapes are compared with nothing"),
            ("text and flag", "`and`, `or` and `not` need booleans, and `text` holds texts; compare it"),
            ("not date", "need booleans"),
            ("number * text", "arithmetic needs numbers, and `text` holds texts; put a step before: { name: convert"),
            ("round(number, 2)", "and no functions at character 6; numbers are rounded where they are shown"),
            ("ABS(number)", "there is no function `ABS`: formulas have"),
            ("ABS(number)", "; the step `absolutevalue` does that"),
            ("nope(number)", "no functions at character 5; "),
            ("number * 1,5", "decimals stand behind a point"),
            ("number * 'text'", "'text' is a text; a column stands without quotes: text, or [text]"),
            ("number * '2'", "write the number without quotes: 2"),
            ("big", "`unknown`, `two words`; a text stands between quotes of its own: \"'big'\""),
            ("text == big", "; a text stands between quotes of its own: 'big'"),
            ("two words / 2", "a name that is more than one word stands in brackets: [two words]"),
            (
                "very big",
                "operator is missing before it at character 6; a text stands between quotes of its own: \"'very big'\"",
            ),
        ] {
            let found = told(formula);
            assert!(found.starts_with("error: ") && found.contains(message), "{formula}: {found}");
        }
        assert!(!told("[two words] / big").contains("brackets"));
        assert!(!told("text is null").contains("quotes"), "{}", told("text is null"));
        assert!(
            told("text == 3").starts_with("doubt: `text` holds texts, and 3 is a number: they are compared as texts")
        );
        assert!(told("text != flag").starts_with("doubt: "));
    }

    #[test]
    fn what_is_comparable_is_fine() {
        for formula in [
            "number > 1.5",
            "number == flag",
            "flag == 1",
            "flag == 'true'",
            "date >= '2024-05-31'",
            "text == date",
            "text == 'a' or flag",
            "unknown > 3 and unknown",
            "text == null",
            "text + 1",
        ] {
            assert_eq!(told(formula), "", "{formula}");
        }
    }
}
