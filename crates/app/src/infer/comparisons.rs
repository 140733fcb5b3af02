//! What a condition compares: values that no row of the column can have are mistakes, and what is compared in another type
//! than it is written in is doubtful.

use super::{ColumnType, Context, Inferred, Problem, TableSchema, column, describe, guessed_days, not_dates};
use crate::condition::{Comparison, Condition, Operator};
use crate::diagnostic::beginning;
use crate::search_pattern;
use crate::value::Value;

/// Says of every comparison of a condition, which a step holds under these keys, what is wrong or doubtful.
pub(crate) fn condition(schema: &TableSchema, condition: &Condition, keys: &[&str], context: &Context<'_>) {
    let (key, parts) = match condition {
        Condition::And(group) => ("and", &group.and),
        Condition::Or(group) => ("or", &group.or),
        Condition::Comparison(Comparison { column: name, operator, value }) => {
            let kind = column(schema, name).map_err(|problem| problem.at(&["column"]));
            match kind.and_then(|kind| compare(name, kind, *operator, value)) {
                Ok(doubt) => doubt.into_iter().for_each(|doubt| context.doubt(doubt.inside(keys))),
                Err(problem) => context.mistake(problem.inside(keys)),
            }
            return;
        }
    };
    for (index, part) in parts.iter().enumerate() {
        self::condition(schema, part, &[keys, &[key, &index.to_string()]].concat(), context);
    }
}

/// What is wrong with comparing a column of this type so, or else what is doubtful; in the keys of the comparison.
pub(crate) fn compare(name: &str, kind: ColumnType, operator: Operator, value: &Value) -> Inferred<Option<Problem>> {
    if value.is_all() || matches!(operator, Operator::Isnull | Operator::Notnull) {
        return Ok(None);
    }
    let at_value = |problem: Problem| problem.at(&["value"]);
    let is_by_day = matches!(operator, Operator::From | Operator::Until);
    if is_by_day && !matches!(kind, ColumnType::Text | ColumnType::Date | ColumnType::Unknown) {
        return Err(not_dates(name, kind).at(&["column"]));
    }
    if *value == Value::Null {
        return Ok(Some(at_value(compared_with_null(name, operator))));
    }
    match operator {
        Operator::Matches | Operator::Notmatches => searched(name, kind, operator, value),
        Operator::From | Operator::Until => by_day(name, kind, operator, value),
        Operator::In | Operator::Nin => return among(name, kind, operator, value),
        _ => one(name, kind, operator, value),
    }
    .map(|doubt| doubt.map(at_value))
    .map_err(at_value)
}

/// `matches` and `notmatches`.
fn searched(name: &str, kind: ColumnType, operator: Operator, value: &Value) -> Inferred<Option<Problem>> {
    let word = operator.word();
    match value {
        Value::Text(pattern) if !is_open(value) => search_pattern::check(pattern).map_err(Problem::new)?,
        Value::Text(_) | Value::Integer(_) | Value::Float(_) => {}
        other => {
            let message =
                format!("`{name}`: `{word}` searches for a pattern, a text such as \"^A\", and this is {}", of(other));
            return Err(Problem::new(message));
        }
    }
    Ok(match kind {
        ColumnType::Text | ColumnType::Unknown => None,
        other => Some(
            Problem::new(format!("`{name}` holds {}, and `{word}` searches in texts", describe(other)))
                .hint("`convert` the column to texts before, or compare with `eq`, `in`, `ge`, `le`"),
        ),
    })
}

/// `from` and `until`.
fn by_day(name: &str, kind: ColumnType, operator: Operator, value: &Value) -> Inferred<Option<Problem>> {
    let day = || format!("`{name}`: `{}` compares with one day, and this is {}", operator.word(), of(value));
    match value {
        Value::Text(_) | Value::Date(_) => {}
        _ => return Err(Problem::new(day()).hint(A_DATE)),
    }
    if kind != ColumnType::Text {
        return fits(name, ColumnType::Date, operator, value);
    }
    if !is_open(value) && value.compared(ColumnType::Date).is_none() {
        return Err(Problem::new(day()).hint(A_DATE));
    }
    Ok(Some(guessed_days(name, "does not pass")))
}

/// `in` and `nin`.
fn among(name: &str, kind: ColumnType, operator: Operator, value: &Value) -> Inferred<Option<Problem>> {
    let at_value = |problem: Problem| problem.at(&["value"]);
    let Value::List(items) = value else {
        let doubt = fits(name, kind, operator, value).map_err(at_value)?;
        if is_open(value) {
            return Ok(None);
        }
        let single = || {
            let message = format!("`{name}`: `{}` compares with a list, and this is {}", operator.word(), of(value));
            Problem::new(message).hint(format!("write a list, `[{}]`, or compare with `eq`", written(value)))
        };
        return Ok(Some(at_value(doubt.unwrap_or_else(single))));
    };
    let mut doubt = None;
    for (index, item) in items.iter().enumerate().filter(|(_, item)| **item != Value::Null) {
        let inside = |problem: Problem| problem.at(&["value", &index.to_string()]);
        doubt = doubt.or(fits(name, kind, operator, item).map_err(inside)?.map(inside));
    }
    Ok(doubt)
}

/// An operator that compares with a single value.
fn one(name: &str, kind: ColumnType, operator: Operator, value: &Value) -> Inferred<Option<Problem>> {
    let Value::List(items) = value else { return fits(name, kind, operator, value) };
    let list = match items.as_slice() {
        [Value::Text(variable)] if variable.contains("{{") => format!("`{variable}` is a list"),
        _ => "this is a list".to_owned(),
    };
    let message =
        format!("`{name}`: `{}` compares with one value, and {list}, which no value is equal to", operator.word());
    Err(Problem::new(message).hint("compare with `in` or `nin`"))
}

const A_DATE: &str = "write a date such as \"2024-05-31\" or \"2024-05-31T12:00:00Z\"";

/// A single value against a column.
fn fits(name: &str, kind: ColumnType, operator: Operator, value: &Value) -> Inferred<Option<Problem>> {
    if is_open(value) {
        return Ok(None);
    }
    let holds = || format!("`{name}` holds {}, and this is {}", describe(kind), of(value));
    let never = |hint: &str| Err(Problem::new(holds()).hint(hint));
    let is_equality = matches!(operator, Operator::Eq | Operator::Ne | Operator::In | Operator::Nin);
    match (kind, value) {
        (ColumnType::Unknown, _) => Ok(None),
        (ColumnType::Geometry, _) => {
            Err(Problem::new(format!("`{name}` holds shapes, which are compared with nothing")))
        }
        (ColumnType::Text, Value::Date(_)) => never(&format!("put a step before: {{ name: todate, column: {name} }}")),
        (ColumnType::Text, Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => Ok(Some(
            Problem::new(format!("{}: they are compared as texts", holds()))
                .hint(format!("write the text, \"{value}\", or `convert` the column before")),
        )),
        (ColumnType::Date, Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => Ok(Some(
            Problem::new(format!("{}: no date is equal to it", holds())).hint("write a date such as \"2024-05-31\""),
        )),
        (ColumnType::Integer, Value::Float(number)) if is_equality && number.fract() != 0.0 => {
            Ok(Some(Problem::new(format!("{}: no integer is equal to it", holds()))))
        }
        (ColumnType::Integer | ColumnType::Float, Value::Boolean(_)) => never("compare with a number"),
        (_, value) if value.compared(kind).is_some() => Ok(None),
        (ColumnType::Integer | ColumnType::Float, Value::Text(text)) => {
            never(&number_hint(text).unwrap_or_else(|| "write a number, without quotes".to_owned()))
        }
        (ColumnType::Integer | ColumnType::Float, _) => never("compare with a number"),
        (ColumnType::Boolean, Value::Text(text)) => match text.to_lowercase().as_str() {
            flag @ ("true" | "false") => never(&format!("write {flag}, without quotes")),
            _ => never("write true or false"),
        },
        (ColumnType::Boolean, _) => never("write true or false"),
        (ColumnType::Date, _) => never(A_DATE),
        (ColumnType::Text, _) => never("write a text"),
    }
}

/// How the number is written that a text was probably meant to be.
pub(crate) fn number_hint(text: &str) -> Option<String> {
    let number = |text: &str| text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    if let Some(number) = number(text) {
        return Some(format!("write the number without quotes: {number}"));
    }
    let number = number(&text.replacen(',', ".", 1))?;
    Some(format!("decimals stand behind a point, and a number without quotes: {number}"))
}

fn compared_with_null(name: &str, operator: Operator) -> Problem {
    let message = format!("`{name}`: `{}` compares with null, which no value is equal to", operator.word());
    Problem::new(message).hint("missing values are found with `isnull` and `notnull`")
}

/// True for a text in which a variable will stand.
fn is_open(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.contains("{{"))
}

/// The value in words.
fn of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(flag) => format!("the boolean {flag}"),
        Value::Integer(number) => format!("the number {number}"),
        Value::Float(number) => format!("the number {number}"),
        Value::Text(text) => format!("the text \"{}\"", beginning(text)),
        Value::Date(_) => format!("the date {value}"),
        Value::List(_) => "a list".to_owned(),
        Value::All => "All".to_owned(),
    }
}

/// The value as it is written in a file.
pub(crate) fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::infer::{infer_all, testing};
    use crate::steps::Step;

    /// `error: …`, `doubt: …` or nothing.
    fn told(column: &str, operator: &str, value: Json) -> String {
        let condition = json!({"column": column, "operator": operator, "value": value});
        let columns = [
            ("text", ColumnType::Text),
            ("integer", ColumnType::Integer),
            ("float", ColumnType::Float),
            ("flag", ColumnType::Boolean),
            ("date", ColumnType::Date),
            ("geometry", ColumnType::Geometry),
            ("unknown", ColumnType::Unknown),
        ];
        testing::told(json!({"name": "filter", "condition": {"and": [condition]}}), columns)
    }

    #[test]
    fn what_no_row_can_be_is_a_mistake() {
        for (column, operator, value, message) in [
            ("integer", "eq", json!("abc"), "`integer` holds integers, and this is the text \"abc\"; write a number"),
            ("float", "in", json!([1, "x"]), "`float` holds numbers, and this is the text \"x\""),
            (
                "date",
                "ge",
                json!("not a date"),
                "`date` holds dates, and this is the text \"not a date\"; write a date",
            ),
            ("date", "nin", json!(["2024-01-01", "x"]), "the text \"x\""),
            ("text", "from", json!("soon"), "this is the text \"soon\"; write a date"),
            ("flag", "eq", json!("maybe"), "write true or false"),
            ("flag", "eq", json!(2), "write true or false"),
            (
                "text",
                "eq",
                json!(["a", "b"]),
                "`eq` compares with one value, and this is a list, which no value is equal to; compare with `in`",
            ),
            ("text", "matches", json!(["a"]), "`matches` searches for a pattern"),
            ("geometry", "eq", json!("x"), "shapes"),
            ("integer", "eq", json!("8.5"), "the text \"8.5\"; write the number without quotes: 8.5"),
            ("float", "in", json!(["3.9e2"]), "write the number without quotes: 390"),
            ("integer", "ne", json!("09"), "write the number without quotes: 9"),
            ("integer", "eq", json!("+399"), "write the number without quotes: 399"),
            ("float", "gt", json!("1,5"), "decimals stand behind a point, and a number without quotes: 1.5"),
            ("float", "lt", json!("nan"), "write a number, without quotes"),
            ("float", "eq", json!(true), "holds numbers, and this is the boolean true; compare with a number"),
            ("flag", "in", json!(["TRUE"]), "write true, without quotes"),
            ("flag", "gt", json!(1.5), "write true or false"),
            ("text", "matches", json!("(a"), "`(a` is no pattern that can be searched for: unclosed group"),
            ("text", "notmatches", json!("a{1000}{1000}"), "too large: repeat less in it"),
            ("text", "matches", json!("a".repeat(1_001)), "may have 1000 characters, this one has 1001"),
            (
                "text",
                "until",
                json!("31/12/2024"),
                "compares with one day, and this is the text \"31/12/2024\"; write a date",
            ),
            ("date", "from", json!(["2024-01-01", "2024-02-01"]), "compares with one day, and this is a list"),
            ("date", "from", json!(2024), "compares with one day, and this is the number 2024"),
            ("text", "ne", json!(["{{ filters.x }}"]), "`ne` compares with one value, and `{{ filters.x }}` is a list"),
            ("unknown", "lt", json!([1]), "`lt` compares with one value"),
        ] {
            let found = told(column, operator, value);
            assert!(found.starts_with("error: ") && found.contains(message), "{column} {operator}: {found}");
        }
    }

    #[test]
    fn what_may_not_be_meant_is_doubtful() {
        for (column, operator, value, message) in [
            ("text", "eq", json!(5), "the number 5: they are compared as texts; write the text, \"5\""),
            ("date", "eq", json!(2024), "no date is equal to it"),
            ("integer", "matches", json!("^4"), "`matches` searches in texts; `convert`"),
            (
                "text",
                "in",
                json!("a"),
                "`in` compares with a list, and this is the text \"a\"; write a list, `[\"a\"]`",
            ),
            ("text", "eq", json!(null), "missing values are found with `isnull`"),
            ("text", "until", json!("2024-05-06"), "which day each means is guessed"),
            ("integer", "in", json!([1, 1.5]), "the number 1.5: no integer is equal to it"),
        ] {
            let found = told(column, operator, value);
            assert!(found.starts_with("doubt: ") && found.contains(message), "{column} {operator}: {found}");
        }
    }

    #[test]
    fn what_is_read_as_the_type_of_the_column_is_fine() {
        for (column, operator, value) in [
            ("integer", "eq", json!("12")),
            ("integer", "gt", json!(1.5)),
            ("float", "in", json!(["1.5", 2, null])),
            ("flag", "eq", json!("true")),
            ("flag", "eq", json!(1)),
            ("date", "eq", json!("2024-05-06T07:08:00Z")),
            ("text", "eq", json!("{{ filters.x }}")),
            ("integer", "in", json!(["{{ filters.x }}", 3])),
            ("integer", "in", json!("{{ user.attributes.x }}")),
            ("text", "matches", json!("^{{ filters.x }}(")),
            ("unknown", "from", json!("2024-05-06")),
            ("date", "eq", json!("{{ filters.x }}")),
            ("unknown", "eq", json!("abc")),
            ("text", "isnull", json!(null)),
        ] {
            assert_eq!(told(column, operator, value), "", "{column} {operator}");
        }
    }

    #[test]
    fn a_mistake_leads_to_the_value_that_is_wrong() {
        let value = |value: Json| json!({"column": "integer", "operator": "in", "value": value});
        let inner = json!({"and": [value(json!([1])), {"or": [value(json!([1, "x"]))]}]});
        let case = json!({"if": value(json!("y")), "then": "1", "else": "2"});
        for (step, path) in [
            (json!({"name": "filter", "condition": inner}), "condition and 1 or 0 value 1"),
            (
                json!({"name": "ifthenelse", "newColumn": "n", "if": value(json!([2])), "then": "1", "else": case}),
                "else if value",
            ),
            (
                json!({"name": "filter", "condition": {"column": "integer", "operator": "from", "value": "x"}}),
                "condition column",
            ),
        ] {
            let step: Step = serde_json::from_value(step).unwrap();
            let schema = TableSchema::new([("integer".to_owned(), ColumnType::Integer)]);
            let found = infer_all(&[step], schema, &|_| None);
            assert_eq!(found.mistakes[0].path.join(" "), path);
        }
    }
}
