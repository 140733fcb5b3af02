//! Attributes as flags: `NAME=VALUE`, numbers and truths by their look, a repeated name is a list.

use std::collections::BTreeMap;

use anyhow::bail;
use aracari_app::Value;

/// Reads the flags.
pub(super) fn collect(flags: &[String]) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut attributes = BTreeMap::new();
    for flag in flags {
        let Some((name, text)) = flag.split_once('=') else {
            bail!("`--attribute {flag}` should be `NAME=VALUE`, as in `--attribute carriers=UA`");
        };
        let value = scalar(text);
        match attributes.get_mut(name) {
            None => {
                attributes.insert(name.to_owned(), value);
            }
            Some(Value::List(items)) => items.push(value),
            Some(first) => *first = Value::List(vec![first.clone(), value]),
        }
    }
    Ok(attributes)
}

/// A number or truth when the text is exactly one, as in a YAML file; a text otherwise.
pub(super) fn scalar(text: &str) -> Value {
    match text {
        "true" => return Value::Boolean(true),
        "false" => return Value::Boolean(false),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let looks_like_number = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !digits.ends_with('.');
    // `007` and `01.5` are codes, not numbers.
    let is_code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if !looks_like_number || is_code {
        return Value::Text(text.to_owned());
    }
    if let Ok(integer) = text.parse::<i64>() {
        return Value::Integer(integer);
    }
    match text.parse::<f64>() {
        Ok(float) if text.contains('.') => Value::Float(float),
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_their_look() {
        for (text, expected) in [
            ("UA", Value::Text("UA".into())),
            ("", Value::Text(String::new())),
            ("*", Value::Text("*".into())),
            ("UA' OR '1'='1", Value::Text("UA' OR '1'='1".into())),
            ("true", Value::Boolean(true)),
            ("-12", Value::Integer(-12)),
            ("0", Value::Integer(0)),
            ("0.5", Value::Float(0.5)),
            ("007", Value::Text("007".into())),
            ("1.2.3", Value::Text("1.2.3".into())),
            ("1e9", Value::Text("1e9".into())),
            ("99999999999999999999", Value::Text("99999999999999999999".into())),
        ] {
            assert_eq!(scalar(text), expected, "{text}");
        }
    }

    #[test]
    fn a_repeated_name_is_a_list() {
        let flags = ["carriers=UA", "level=3", "carriers=DL", "carriers=a=b"].map(str::to_owned);
        let attributes = collect(&flags).unwrap();
        let texts = ["UA", "DL", "a=b"].map(|text| Value::Text(text.into()));
        assert_eq!(attributes["carriers"], Value::List(texts.to_vec()));
        assert_eq!(attributes["level"], Value::Integer(3));
        assert!(collect(&["carriers".to_owned()]).unwrap_err().to_string().contains("NAME=VALUE"));
    }
}
