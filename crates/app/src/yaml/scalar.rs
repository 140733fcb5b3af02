//! What a plain scalar means: the core schema of YAML 1.2. A date is a text.

use super::NodeValue;

/// Reads a plain scalar; `None` when it is a number that nothing can hold.
pub(super) fn read(text: &str) -> Option<NodeValue> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(NodeValue::Null),
        "true" | "True" | "TRUE" => return Some(NodeValue::Boolean(true)),
        "false" | "False" | "FALSE" => return Some(NodeValue::Boolean(false)),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "-.inf" | "-.Inf" | "-.INF" => return None,
        _ => {}
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return based(text, digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return based(text, digits, 8);
    }
    if !looks_like_number(text) {
        return Some(NodeValue::Text(text.to_owned()));
    }
    if let Ok(integer) = text.parse::<i64>() {
        return Some(NodeValue::Integer(integer));
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() => Some(NodeValue::Float(float)),
        Ok(_) => None,
        Err(_) => Some(NodeValue::Text(text.to_owned())),
    }
}

/// True for `007`, `-01` and `01.5`: a postcode or the like more often than a number, and in other readers one in base 8.
pub(super) fn has_leading_zero(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(unsigned.as_bytes(), [b'0', b'0'..=b'9', ..]) && looks_like_number(text)
}

fn based(text: &str, digits: &str, radix: u32) -> Option<NodeValue> {
    if digits.is_empty() || !digits.chars().all(|character| character.is_digit(radix)) {
        return Some(NodeValue::Text(text.to_owned()));
    }
    i64::from_str_radix(digits, radix).ok().map(NodeValue::Integer)
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn looks_like_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|part| {
        let unsigned_exponent = part.strip_prefix(['-', '+']).unwrap_or(part);
        !unsigned_exponent.is_empty() && digits(unsigned_exponent)
    });
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_does_not_begin_with_a_zero() {
        for text in ["007", "-01", "00", "01.5", "+00.5", "01e3", "09E-2", "05."] {
            assert!(has_leading_zero(text), "{text}");
        }
        for text in ["0", "-0", "0.5", "0e3", "10", "0x1F", "01:30", "2013-01-01", "01.01.2013", "0123 456"] {
            assert!(!has_leading_zero(text), "{text}");
        }
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        let text = |text: &str| Some(NodeValue::Text(text.to_owned()));
        let cases = [
            ("", Some(NodeValue::Null)),
            ("~", Some(NodeValue::Null)),
            ("TRUE", Some(NodeValue::Boolean(true))),
            ("yes", text("yes")),
            ("on", text("on")),
            ("12", Some(NodeValue::Integer(12))),
            ("-7", Some(NodeValue::Integer(-7))),
            ("0x1F", Some(NodeValue::Integer(31))),
            ("0o17", Some(NodeValue::Integer(15))),
            ("0.5", Some(NodeValue::Float(0.5))),
            (".5e3", Some(NodeValue::Float(500.0))),
            ("1.", Some(NodeValue::Float(1.0))),
            ("1e999", None),
            (".nan", None),
            ("2013-01-01", text("2013-01-01")),
            ("12:30", text("12:30")),
            ("9E", text("9E")),
            ("1_000", text("1_000")),
            (".", text(".")),
        ];
        for (plain, expected) in cases {
            assert_eq!(read(plain), expected, "{plain:?}");
        }
    }
}
