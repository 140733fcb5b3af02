//! Names of tables: `orders`, `sales.orders`, `"Sales 2024"."a.b"`.

/// The parts of a name, at most `most`; a part with a point or a quote stands between double quotes.
pub(crate) fn parse_name(name: &str, most: usize) -> Result<Vec<String>, String> {
    let wrong = || "expected a table's name such as `orders` or `sales.orders`".to_owned();
    if name.contains('\0') || name.len() > 512 {
        return Err(wrong());
    }
    let mut parts = Vec::new();
    let mut rest = name;
    loop {
        let (part, after) = match rest.strip_prefix('"') {
            Some(inside) => quoted_part(inside).ok_or_else(wrong)?,
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        if part.is_empty() {
            return Err(wrong());
        }
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() && parts.len() <= most => return Ok(parts),
            None => return Err(wrong()),
        }
    }
}

/// The text up to the closing quote, doubled quotes made one, and what follows.
fn quoted_part(inside: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut rest = inside;
    loop {
        let end = rest.find('"')?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                part.push('"');
                rest = next;
            }
            None => return Some((part, rest)),
        }
    }
}

/// An identifier as standard SQL writes it.
pub(crate) fn ansi_quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_parts() {
        for (name, parts) in [
            ("orders", vec!["orders"]),
            ("sales.orders", vec!["sales", "orders"]),
            ("\"a.b\".\"c\"\"d\"", vec!["a.b", "c\"d"]),
            ("Sales.\"x y\"", vec!["Sales", "x y"]),
            ("o'x; DROP TABLE t; --", vec!["o'x; DROP TABLE t; --"]),
        ] {
            assert_eq!(parse_name(name, 2).unwrap(), parts, "{name}");
        }
        for name in ["", ".", "a.", ".a", "a..b", "\"a", "\"a\"b", "a.b.c", "\"\"", "a\0b"] {
            assert!(parse_name(name, 2).is_err(), "{name}");
        }
        assert_eq!(ansi_quoted("a\"; --"), "\"a\"\"; --\"");
    }
}
