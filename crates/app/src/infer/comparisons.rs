//! What a condition compares: values that no row of the column can have are mistakes, and what is compared in another type
//! than it is written in is doubtful.

use super::{ColumnType, Context, Inferred, Problem, TableSchema, column, describe, not_dates};
use crate::condition::{Comparison, Condition, Operator};
use crate::value::Value;

/// Every comparison of a condition.
pub(crate) fn condition(schema: &TableSchema, condition: &Condition, context: &Context<'_>) -> Inferred<()> {
    match condition {
        Condition::And(group) => group.and.iter().try_for_each(|inner| self::condition(schema, inner, context)),
        Condition::Or(group) => group.or.iter().try_for_each(|inner| self::condition(schema, inner, context)),
        Condition::Comparison(Comparison { column: name, operator, value }) => {
            let kind = column(schema, name)?;
            if let Some(doubt) = compare(name, kind, *operator, value)? {
                context.doubt(doubt);
            }
            Ok(())
        }
    }
}

/// What is wrong with comparing a column of this type so, or else what is doubtful.
pub(crate) fn compare(name: &str, kind: ColumnType, operator: Operator, value: &Value) -> Inferred<Option<Problem>> {
    let word = operator.word();
    if value.is_all() || is_open(value) {
        return Ok(None);
    }
    match operator {
        Operator::Isnull | Operator::Notnull => Ok(None),
        Operator::Matches | Operator::Notmatches => match value {
            Value::Null => Ok(Some(compared_with_null(name, operator))),
            Value::Text(_) | Value::Integer(_) | Value::Float(_) => match kind {
                ColumnType::Text | ColumnType::Unknown => Ok(None),
                other => Ok(Some(
                    Problem::new(format!("`{name}` holds {}, and `{word}` searches in texts", describe(other)))
                        .hint("`convert` the column to texts before, or compare with `eq`, `in`, `ge`, `le`"),
                )),
            },
            other => Err(Problem::new(format!(
                "`{name}`: `{word}` searches for a pattern, a text such as \"^A\", and this is {}",
                of(other)
            ))),
        },
        Operator::From | Operator::Until
            if !matches!(kind, ColumnType::Text | ColumnType::Date | ColumnType::Unknown) =>
        {
            Err(not_dates(name, kind))
        }
        Operator::From | Operator::Until => match value {
            Value::Null => Ok(Some(compared_with_null(name, operator))),
            other => fits(name, ColumnType::Date, other),
        },
        Operator::In | Operator::Nin => match value {
            Value::List(items) => {
                let mut doubt = None;
                for item in items.iter().filter(|item| **item != Value::Null) {
                    doubt = fits(name, kind, item)?.or(doubt);
                }
                Ok(doubt)
            }
            Value::Null => Ok(Some(compared_with_null(name, operator))),
            one => Ok(fits(name, kind, one)?.or_else(|| {
                let message = format!("`{name}`: `{word}` compares with a list, and this is {}", of(one));
                Some(Problem::new(message).hint(format!("write a list, `[{}]`, or compare with `eq`", written(one))))
            })),
        },
        _ => match value {
            Value::Null => Ok(Some(compared_with_null(name, operator))),
            Value::List(_) => Err(Problem::new(format!(
                "`{name}`: `{word}` compares with one value, and this is a list, which no value is equal to"
            ))
            .hint("compare with `in` or `nin`")),
            one => fits(name, kind, one),
        },
    }
}

/// A single value against a column.
fn fits(name: &str, kind: ColumnType, value: &Value) -> Inferred<Option<Problem>> {
    let holds = || format!("`{name}` holds {}, and this is {}", describe(kind), of(value));
    let never = |hint: &str| Err(Problem::new(holds()).hint(hint));
    match (kind, value) {
        (ColumnType::Integer | ColumnType::Float, Value::Text(text)) if text.parse::<f64>().is_err() => {
            never("write a number, without quotes")
        }
        (ColumnType::Integer | ColumnType::Float, Value::Date(_)) => never("compare with a number"),
        (ColumnType::Boolean, Value::Text(text)) if !matches!(text.as_str(), "true" | "false") => {
            never("write true or false")
        }
        (ColumnType::Boolean, Value::Float(_) | Value::Date(_)) => never("write true or false"),
        (ColumnType::Boolean, Value::Integer(number)) if !matches!(number, 0 | 1) => never("write true or false"),
        (ColumnType::Date, Value::Text(text)) if Value::parse_date(text).is_none() => {
            never("write a date such as \"2024-05-31\" or \"2024-05-31T12:00:00Z\"")
        }
        (ColumnType::Text, Value::Date(_)) => {
            Err(Problem::new(holds()).hint(format!("put a step before: {{ name: todate, column: {name} }}")))
        }
        (ColumnType::Geometry, _) => {
            Err(Problem::new(format!("`{name}` holds shapes, which are compared with nothing")))
        }
        (ColumnType::Text, Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => Ok(Some(
            Problem::new(format!("{}: they are compared as texts", holds()))
                .hint(format!("write the text, \"{value}\", or `convert` the column before")),
        )),
        (ColumnType::Date, Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => Ok(Some(
            Problem::new(format!("{}: no date is equal to it", holds())).hint("write a date such as \"2024-05-31\""),
        )),
        _ => Ok(None),
    }
}

fn compared_with_null(name: &str, operator: Operator) -> Problem {
    let message = format!("`{name}`: `{}` compares with null, which no value is equal to", operator.word());
    Problem::new(message).hint("missing values are found with `isnull` and `notnull`")
}

/// True for what a variable will stand in.
fn is_open(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.contains("{{"),
        Value::List(items) => items.iter().any(is_open),
        _ => false,
    }
}

/// The value in words.
fn of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(flag) => format!("the boolean {flag}"),
        Value::Integer(number) => format!("the number {number}"),
        Value::Float(number) => format!("the number {number}"),
        Value::Text(text) => format!("the text \"{text}\""),
        Value::Date(_) => format!("the date {value}"),
        Value::List(_) => "a list".to_owned(),
        Value::All => "All".to_owned(),
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("\"{text}\""),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::infer::infer_with_doubts;
    use crate::steps::Step;

    /// `error: …`, `doubt: …` or nothing.
    fn told(column: &str, operator: &str, value: Json) -> String {
        let condition = json!({"column": column, "operator": operator, "value": value});
        let step: Step = serde_json::from_value(json!({"name": "filter", "condition": {"and": [condition]}})).unwrap();
        let columns = [
            ("text", ColumnType::Text),
            ("integer", ColumnType::Integer),
            ("float", ColumnType::Float),
            ("flag", ColumnType::Boolean),
            ("date", ColumnType::Date),
            ("geometry", ColumnType::Geometry),
            ("unknown", ColumnType::Unknown),
        ];
        let schema = TableSchema::new(columns.map(|(name, kind)| (name.to_owned(), kind)));
        let (found, doubts) = infer_with_doubts(&[step], schema, &|_| None);
        match (found, doubts.as_slice()) {
            (Err(mistake), _) => format!("error: {mistake}; {}", mistake.hint.clone().unwrap_or_default()),
            (Ok(_), [doubt]) => format!("doubt: {doubt}; {}", doubt.hint.clone().unwrap_or_default()),
            (Ok(_), doubts) => {
                assert!(doubts.is_empty());
                String::new()
            }
        }
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
            ("text", "until", json!("2024-05-06")),
            ("text", "eq", json!("{{ filters.x }}")),
            ("date", "eq", json!("{{ filters.x }}")),
            ("unknown", "eq", json!("abc")),
            ("text", "isnull", json!(null)),
        ] {
            assert_eq!(told(column, operator, value), "", "{column} {operator}");
        }
    }
}
