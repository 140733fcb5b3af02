//! What the library says, in words of the steps.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Names of types, and what steps call them.
const TYPES: [(&str, &str); 11] = [
    (r"Timestamp\((?:[^()]|\([^()]*\))*\)", "date"),
    (r"Date(?:32|64)\b", "date"),
    (r"(?:Large)?Utf8(?:View)?\b", "text"),
    (r"(?:U?Int(?:8|16|32|64)|[iu](?:8|16|32|64))(?:Array)?\b(?:::M(?:IN|AX)\b)?", "integer"),
    (r"(?:Float(?:16|32|64)|f32|f64)(?:Array)?\b", "float"),
    (r"Decimal\d+\([^()]*\)", "decimal"),
    (r"Boolean\b", "boolean"),
    (r"Time(?:32|64)\([^()]*\)", "time of day"),
    (r"(?:Interval|Duration)(?:[A-Z]\w*)?\b(?:\([^()]*\))?", "span of time"),
    (r"(?:Large)?Binary(?:View)?\b", "bytes"),
    (r"Null\b", "null"),
];

/// What somebody wrote between quotes, a part of the library's own trees to the end, a value with its type, or a type.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let types: Vec<String> = TYPES.iter().map(|(theirs, _)| format!("({theirs})")).collect();
    let quoted = r#"'[^']*'|`[^`]*`|"[^"]*""#;
    let tree = r"[\s:,]*\b(?:(?:[A-Z]\w*\()*[A-Z]\w* \{|Some\()(?s:.*)";
    let literal = r"(?:U?Int\d+|Float\d+|Boolean|(?:Large)?Utf8(?:View)?)\(([^()]*)\)";
    Regex::new(&format!(r"{quoted}|({tree})|\b(?:{literal}|(?:{}))", types.join("|"))).ok()
});

static REFUSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:Unsupported ast node |Physical plan does not support logical expression )?([A-Za-z]+)\b").ok()
});

/// What the library puts before its reasons, again and again.
const KINDS: [&str; 8] = [
    "Arrow error: ",
    "Cast error: ",
    "Compute error: ",
    "Error during planning: ",
    "Execution error: ",
    "Invalid argument error: ",
    "Parser error: ",
    "This feature is not implemented: ",
];

/// A reason of the library with types as steps call them, without its error kinds and without parts of its trees.
pub(crate) fn ours(reason: &str) -> String {
    let mut rest = reason.trim();
    while let Some(inner) = KINDS.iter().find_map(|kind| rest.strip_prefix(kind)) {
        rest = inner;
    }
    let of_tree = rest.starts_with("Unsupported ast node") || rest.starts_with("Physical plan does not support");
    let is_word = rest.len() > 1 && rest.chars().all(|letter| letter.is_ascii_uppercase() || letter == ' ');
    if (of_tree || is_word)
        && let Some(name) = REFUSED.as_ref().and_then(|refused| refused.captures(rest)).and_then(|found| found.get(1))
    {
        let name = if is_word { rest } else { name.as_str() };
        return format!("`{}` does not work here", name.to_uppercase());
    }
    let Some(words) = WORDS.as_ref() else { return rest.to_owned() };
    let word = |found: &Captures<'_>| {
        let (all, tree, literal) = (&found[0], found.get(1), found.get(2));
        let ours = || (3..).zip(TYPES).find_map(|(group, (_, ours))| found.get(group).map(|_| ours.to_owned()));
        let kept = || tree.map(|_| String::new()).or_else(|| literal.map(|literal| literal.as_str().to_owned()));
        kept().or_else(ours).unwrap_or_else(|| all.to_owned())
    };
    words.replace_all(rest, word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn types_have_the_names_of_the_steps() {
        for (theirs, expected) in [
            (
                "Cannot cast string 'Int64' to value of Int64 type",
                "Cannot cast string 'Int64' to value of integer type",
            ),
            ("Int64Array overflow on abs(-9)", "integer overflow on abs(-9)"),
            ("Arrow error: Cast error: Can't cast value to type UInt64", "Can't cast value to type integer"),
            (
                "for Timestamp(Microsecond, Some(\"UTC\")) and Timestamp(µs, \"UTC\") or Date32",
                "for date and date or date",
            ),
            ("data type Float64 is not implemented", "data type float is not implemented"),
            ("argument 2 must not be i64::MIN", "argument 2 must not be integer"),
            ("Utf8(\"a (b)\") = Int64(1)", "text(\"a (b)\") = 1"),
            (
                "`Int64` and \"Utf8\" are columns, Intervals are not",
                "`Int64` and \"Utf8\" are columns, Intervals are not",
            ),
            ("Interval(MonthDayNano) or IntervalMonthDayNano", "span of time or span of time"),
            ("TOP", "`TOP` does not work here"),
            ("Unsupported ast node Pivot { table: Table { name: 1 } }", "`PIVOT` does not work here"),
            (
                "Physical plan does not support logical expression Wildcard { qualifier: None }",
                "`WILDCARD` does not work here",
            ),
            ("Dot access not supported: Identifier(Ident { value: \"a\" })", "Dot access not supported"),
            ("Unsupported LIMIT expression: Some(ScalarSubquery(<subquery>))", "Unsupported LIMIT expression"),
        ] {
            assert_eq!(ours(theirs), expected);
        }
    }
}
