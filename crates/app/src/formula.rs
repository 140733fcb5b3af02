//! Formulas: the expression language of computed columns, parsed to a typed tree.
//!
//! The grammar is the part of Python's that people use in tables: `+ - * / %`, unary signs, comparisons,
//! `and`, `or`, `not`, parentheses, numbers, `'texts'`, `true`, `false`, `null`, columns by their bare name
//! or as `[name with spaces]`.

mod lexer;
mod parser;

use crate::value::Value;

/// How deep a formula may nest before it is refused.
pub const MAX_DEPTH: usize = 64;
/// How many bytes a formula may have before it is refused.
pub const MAX_LENGTH: usize = 10_000;

/// A formula as a tree.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    Literal(Value),
    Column(String),
    Negate(Box<Formula>),
    Not(Box<Formula>),
    Binary(Box<Formula>, BinaryOperator, Box<Formula>),
}

/// An operator between two formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    /// Always a real division; by zero it is null.
    Divide,
    /// The remainder, with the sign of the divisor; by zero it is null.
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

/// Why a text is not a formula.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {position}")]
pub struct FormulaError {
    /// Counted in characters from 1.
    pub position: usize,
    pub message: String,
}

impl Formula {
    /// Reads a formula; an error says where the text stops being one.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        if text.len() > MAX_LENGTH {
            let message = format!("a formula may have {MAX_LENGTH} characters, this one has {}", text.len());
            return Err(FormulaError { position: MAX_LENGTH, message });
        }
        parser::parse(lexer::tokens(text)?)
    }

    /// Where a formula names a column, or has a word, first; in characters from 1.
    pub(crate) fn place_of(name: &str, text: &str) -> Option<usize> {
        let (tokens, _) = lexer::tokens(text).ok()?;
        let is_meant = |token: &lexer::Token| match token {
            lexer::Token::Word(word) | lexer::Token::Column(word) => word == name,
            _ => false,
        };
        tokens.into_iter().find(|(_, token)| is_meant(token)).map(|(position, _)| position)
    }

    /// Calls `visit` with every column that the formula reads.
    pub fn visit_columns<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::Literal(_) => {}
            Self::Column(name) => visit(name),
            Self::Negate(inner) | Self::Not(inner) => inner.visit_columns(visit),
            Self::Binary(left, _, right) => {
                left.visit_columns(visit);
                right.visit_columns(visit);
            }
        }
    }
}

impl crate::steps::FormulaText {
    /// The tree of the formula; a bare value is a literal.
    pub fn parse(&self) -> Result<Formula, FormulaError> {
        match self {
            Self::Text(text) | Self::Value(Value::Text(text)) => Formula::parse(text),
            Self::Value(value) => Ok(Formula::Literal(value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_box_returns, reason = "the operands of a formula are boxed")]
    fn column(name: &str) -> Box<Formula> {
        Box::new(Formula::Column(name.into()))
    }

    #[expect(clippy::unnecessary_box_returns, reason = "the operands of a formula are boxed")]
    fn number(value: i64) -> Box<Formula> {
        Box::new(Formula::Literal(Value::Integer(value)))
    }

    #[test]
    fn products_bind_tighter_than_sums_and_sums_than_comparisons() {
        let expected = Formula::Binary(
            Box::new(Formula::Binary(
                column("a"),
                BinaryOperator::Add,
                Box::new(Formula::Binary(column("b"), BinaryOperator::Multiply, number(2))),
            )),
            BinaryOperator::LessOrEqual,
            number(15),
        );
        assert_eq!(Formula::parse("a + b*2 <= 15"), Ok(expected));
    }

    #[test]
    fn operators_of_one_level_group_from_the_left() {
        let inner = Formula::Binary(number(8), BinaryOperator::Divide, number(4));
        let expected = Formula::Binary(Box::new(inner), BinaryOperator::Divide, number(2));
        assert_eq!(Formula::parse("8/4/2"), Ok(expected));
    }

    #[test]
    fn brackets_name_columns_and_quotes_make_texts() {
        let columns = |text| {
            let mut names = Vec::new();
            Formula::parse(text).unwrap().visit_columns(&mut |name| names.push(name.to_owned()));
            names
        };
        assert_eq!(columns("[a - b] + [another  one] + été"), ["a - b", "another  one", "été"]);
        assert_eq!(Formula::parse("\"Ba'al\""), Ok(Formula::Literal(Value::Text("Ba'al".into()))));
        assert_eq!(Formula::parse("'it\\'s'"), Ok(Formula::Literal(Value::Text("it's".into()))));
        assert_eq!(Formula::parse(r"'a\n\d\\'"), Ok(Formula::Literal(Value::Text("a\n\\d\\".into()))));
        assert_eq!(Formula::parse("1.5e3"), Ok(Formula::Literal(Value::Float(1500.0))));
        assert_eq!(Formula::parse(" null "), Ok(Formula::Literal(Value::Null)));
    }

    #[test]
    fn mistakes_are_reported_where_they_are() {
        for (text, position, word) in [
            ("", 1, "empty"),
            ("a +", 4, "expected"),
            ("(a", 3, "`)`"),
            ("a b", 3, "unexpected"),
            ("a $ b", 3, "`$`"),
            ("'open", 1, "closing"),
            ("[open", 1, "closing"),
            ("a = b", 3, "`==`"),
            ("a < b < c", 7, "chain"),
            ("f(x)", 2, "function"),
            ("round(a, 2)", 6, "there is no function `round`: formulas have `+ - * / %`, comparisons"),
            ("1 + nope(", 9, "no function `nope`"),
            ("a in (1, 2)", 6, "compare with `==`, and join several by `or`"),
            ("1,5", 2, "decimals stand behind a point"),
            ("not(a) and(b, c)", 13, "decimals"),
            ("a && b", 3, "write `and`"),
            ("a AND b", 3, "write `and`, in small letters"),
        ] {
            let error = Formula::parse(text).unwrap_err();
            assert_eq!(error.position, position, "{text}: {error}");
            assert!(error.message.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = format!("{}1{}", "(".repeat(5000), ")".repeat(4999));
        assert!(Formula::parse(&deep).unwrap_err().message.contains("nests"));
        let signs = format!("{}1", "-".repeat(9000));
        assert!(Formula::parse(&signs).unwrap_err().message.contains("nests"));
        let words = format!("{}a", "not ".repeat(2000));
        assert!(Formula::parse(&words).unwrap_err().message.contains("nests"));
        assert!(Formula::parse(&"1+".repeat(20_000)).is_err());
        let long = format!("1{}", "+1".repeat(4000));
        assert!(Formula::parse(&long).unwrap_err().message.contains("operators"));
    }
}
