//! Cuts a formula into tokens.

use super::FormulaError;
use super::parser::is_operator;

/// A token and the character it starts at, counted from 1.
pub(super) type Positioned = (usize, Token);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Integer(i64),
    Float(f64),
    Text(String),
    /// A bare word: a column, or one of the language's own words.
    Word(String),
    /// A name in brackets: always a column.
    Column(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 14] = ["==", "!=", "<=", ">=", "<>", "<", ">", "+", "-", "*", "/", "%", "(", ")"];

fn error<T>(position: usize, message: impl Into<String>) -> Result<T, FormulaError> {
    Err(FormulaError { position, message: message.into() })
}

/// The tokens of `text`, followed by the position just after it.
pub(super) fn tokens(text: &str) -> Result<(Vec<Positioned>, usize), FormulaError> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let position = at + 1;
        if character.is_whitespace() {
            at += 1;
            continue;
        }
        let rest = &characters[at..];
        let (token, length) = match character {
            '\'' | '"' => quoted(rest, position)?,
            '[' => bracketed(rest, position)?,
            _ if character.is_ascii_digit() || (character == '.' && rest.get(1).is_some_and(char::is_ascii_digit)) => {
                number(rest, position)?
            }
            _ if character.is_alphabetic() || character == '_' => {
                let length = rest.iter().take_while(|next| next.is_alphanumeric() || **next == '_').count();
                (Token::Word(rest[..length].iter().collect()), length)
            }
            _ => symbol(rest, position)?,
        };
        if let (Token::Symbol("("), Some((_, Token::Word(word)))) = (&token, found.last()) {
            no_call(word, position)?;
        }
        found.push((position, token));
        at += length;
    }
    Ok((found, characters.len() + 1))
}

/// A word before `(` calls a function, of which there are none.
fn no_call(word: &str, position: usize) -> Result<(), FormulaError> {
    if is_operator(&word.to_lowercase()) {
        return Ok(());
    }
    if word.eq_ignore_ascii_case("in") {
        return error(position, "there is no `in` in formulas: compare with `==`, and join several by `or`");
    }
    let what = "formulas have `+ - * / %`, comparisons, `and`, `or`, `not` and no functions";
    error(position, format!("there is no function `{word}`: {what}"))
}

fn quoted(rest: &[char], position: usize) -> Result<(Token, usize), FormulaError> {
    let quote = rest[0];
    let mut text = String::new();
    let mut at = 1;
    while let Some(&character) = rest.get(at) {
        match character {
            _ if character == quote => return Ok((Token::Text(text), at + 1)),
            '\\' => {
                let escaped = match rest.get(at + 1) {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some(next @ ('\'' | '"' | '\\')) => *next,
                    // Python keeps a backslash that escapes nothing.
                    _ => {
                        text.push(character);
                        at += 1;
                        continue;
                    }
                };
                text.push(escaped);
                at += 2;
            }
            _ => {
                text.push(character);
                at += 1;
            }
        }
    }
    error(position, format!("this text has no closing {quote}"))
}

fn bracketed(rest: &[char], position: usize) -> Result<(Token, usize), FormulaError> {
    let Some(end) = rest.iter().position(|character| *character == ']') else {
        return error(position, "this column name has no closing `]`");
    };
    if end == 1 {
        return error(position, "a column name is missing between `[` and `]`");
    }
    Ok((Token::Column(rest[1..end].iter().collect()), end + 1))
}

fn number(rest: &[char], position: usize) -> Result<(Token, usize), FormulaError> {
    let digits = |from: usize| rest[from..].iter().take_while(|next| next.is_ascii_digit()).count();
    let mut length = digits(0);
    let mut whole = true;
    if rest.get(length) == Some(&'.') {
        whole = false;
        length += 1 + digits(length + 1);
    }
    if matches!(rest.get(length), Some('e' | 'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-')));
        let exponent = digits((length + 1 + sign).min(rest.len()));
        if exponent > 0 {
            whole = false;
            length += 1 + sign + exponent;
        }
    }
    let text: String = rest[..length].iter().collect();
    if whole && let Ok(value) = text.parse() {
        return Ok((Token::Integer(value), length));
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((Token::Float(value), length)),
        _ => error(position, format!("`{text}` is not a number that can be computed with")),
    }
}

fn symbol(rest: &[char], position: usize) -> Result<(Token, usize), FormulaError> {
    for symbol in SYMBOLS {
        if symbol.chars().enumerate().all(|(index, character)| rest.get(index) == Some(&character)) {
            return Ok((Token::Symbol(symbol), symbol.len()));
        }
    }
    let instead = match rest[0] {
        '=' => return error(position, "`=` does not compare; write `==`"),
        ',' => "; decimals stand behind a point",
        '&' => "; write `and`",
        '|' => "; write `or`",
        '!' => "; write `not`",
        '?' => "; the step `ifthenelse` chooses between values",
        '^' => "; there are no powers, multiply instead",
        _ => "",
    };
    error(position, format!("`{}` means nothing in a formula{instead}", rest[0]))
}
