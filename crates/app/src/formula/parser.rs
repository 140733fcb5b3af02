//! Builds the tree of a formula from its tokens, by precedence.

use super::lexer::{Positioned, Token};
use super::{BinaryOperator, Formula, FormulaError, MAX_DEPTH};
use crate::value::Value;

/// How many operators of one level may stand in a row.
const MAX_OPERATORS: usize = 200;

struct Parser {
    tokens: Vec<Positioned>,
    at: usize,
    end: usize,
    depth: usize,
    operators: usize,
}

pub(super) fn parse((tokens, end): (Vec<Positioned>, usize)) -> Result<Formula, FormulaError> {
    if tokens.is_empty() {
        return Err(FormulaError { position: 1, message: "the formula is empty".into() });
    }
    let mut parser = Parser { tokens, at: 0, end, depth: 0, operators: 0 };
    let formula = parser.either()?;
    match parser.tokens.get(parser.at) {
        None => Ok(formula),
        Some((_, Token::Symbol("("))) => parser.fail("there are no functions in formulas; `(` is unexpected"),
        Some((_, Token::Symbol(")"))) => parser.fail("this `)` is unexpected: nothing opened it"),
        Some((_, Token::Word(word))) if is_operator(&word.to_lowercase()) => {
            let message = format!("unexpected here: write `{}`, in small letters", word.to_lowercase());
            parser.fail(&message)
        }
        Some(_) => parser.fail("unexpected here: an operator is missing before it"),
    }
}

/// True for the operators that are words.
pub(super) fn is_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "not")
}

impl Parser {
    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |(position, _)| *position)
    }

    fn fail<T>(&self, message: &str) -> Result<T, FormulaError> {
        Err(FormulaError { position: self.position(), message: message.into() })
    }

    fn take_symbol(&mut self, symbols: &[&str]) -> Option<&'static str> {
        let Some((_, Token::Symbol(found))) = self.tokens.get(self.at) else { return None };
        let symbol = symbols.contains(found).then_some(*found)?;
        self.at += 1;
        Some(symbol)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some((_, Token::Word(next))) if next == word);
        self.at += usize::from(found);
        found
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, FormulaError>) -> Result<T, FormulaError> {
        if self.depth == MAX_DEPTH {
            return self.fail("the formula nests too deeply");
        }
        self.depth += 1;
        let parsed = parse(self)?;
        self.depth -= 1;
        Ok(parsed)
    }

    fn binary(&mut self, left: Formula, operator: BinaryOperator, right: Formula) -> Result<Formula, FormulaError> {
        self.operators += 1;
        if self.operators > MAX_OPERATORS {
            return self.fail("the formula has too many operators");
        }
        Ok(Formula::Binary(Box::new(left), operator, Box::new(right)))
    }

    fn either(&mut self) -> Result<Formula, FormulaError> {
        let mut left = self.both()?;
        while self.take_word("or") {
            let right = self.both()?;
            left = self.binary(left, BinaryOperator::Or, right)?;
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Formula, FormulaError> {
        let mut left = self.negation()?;
        while self.take_word("and") {
            let right = self.negation()?;
            left = self.binary(left, BinaryOperator::And, right)?;
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Formula, FormulaError> {
        if self.take_word("not") {
            return self.deeper(|parser| Ok(Formula::Not(Box::new(parser.negation()?))));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Formula, FormulaError> {
        const COMPARISONS: [&str; 7] = ["==", "!=", "<>", "<=", ">=", "<", ">"];
        let left = self.sum()?;
        let Some(symbol) = self.take_symbol(&COMPARISONS) else { return Ok(left) };
        let operator = match symbol {
            "==" => BinaryOperator::Equal,
            "!=" | "<>" => BinaryOperator::NotEqual,
            "<=" => BinaryOperator::LessOrEqual,
            ">=" => BinaryOperator::GreaterOrEqual,
            "<" => BinaryOperator::Less,
            _ => BinaryOperator::Greater,
        };
        let right = self.sum()?;
        if let Some((_, Token::Symbol(next))) = self.tokens.get(self.at)
            && COMPARISONS.contains(next)
        {
            return self.fail("comparisons do not chain; join them with `and`");
        }
        self.binary(left, operator, right)
    }

    fn sum(&mut self) -> Result<Formula, FormulaError> {
        let mut left = self.product()?;
        while let Some(symbol) = self.take_symbol(&["+", "-"]) {
            let operator = if symbol == "+" { BinaryOperator::Add } else { BinaryOperator::Subtract };
            let right = self.product()?;
            left = self.binary(left, operator, right)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Formula, FormulaError> {
        let mut left = self.signed()?;
        while let Some(symbol) = self.take_symbol(&["*", "/", "%"]) {
            let operator = match symbol {
                "*" => BinaryOperator::Multiply,
                "/" => BinaryOperator::Divide,
                _ => BinaryOperator::Modulo,
            };
            let right = self.signed()?;
            left = self.binary(left, operator, right)?;
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Formula, FormulaError> {
        match self.take_symbol(&["+", "-"]) {
            Some("-") => self.deeper(|parser| Ok(Formula::Negate(Box::new(parser.signed()?)))),
            Some(_) => self.deeper(Self::signed),
            None => self.operand(),
        }
    }

    fn operand(&mut self) -> Result<Formula, FormulaError> {
        let Some((_, token)) = self.tokens.get(self.at).cloned() else {
            return self.fail("expected a column, a number or a text");
        };
        let operand = match token {
            Token::Integer(value) => Formula::Literal(Value::Integer(value)),
            Token::Float(value) => Formula::Literal(Value::Float(value)),
            Token::Text(text) => Formula::Literal(Value::Text(text)),
            Token::Column(name) => Formula::Column(name),
            Token::Word(word) => match word.as_str() {
                "true" | "True" => Formula::Literal(Value::Boolean(true)),
                "false" | "False" => Formula::Literal(Value::Boolean(false)),
                "null" | "None" => Formula::Literal(Value::Null),
                operator if is_operator(operator) => return self.fail("expected a column, a number or a text"),
                _ => Formula::Column(word),
            },
            Token::Symbol("(") => {
                self.at += 1;
                let inner = self.deeper(Self::either)?;
                if self.take_symbol(&[")"]).is_none() {
                    return self.fail("expected `)`");
                }
                return Ok(inner);
            }
            Token::Symbol(_) => return self.fail("expected a column, a number or a text"),
        };
        self.at += 1;
        Ok(operand)
    }
}
