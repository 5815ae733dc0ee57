//! The text form: a subset of AIP-160 with the words of SQL.
//!
//! ```text
//! condition = all { OR all }
//! all       = term { AND term }
//! term      = NOT term | "(" condition ")" | path relation
//! relation  = ( "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" ) value | [ NOT ] IN "(" value { "," value } ")"
//! value     = string | number | true | false | null
//! path      = name { "." name }                  name   = [a-z_][a-z0-9_]*
//! number    = -?[0-9]+(\.[0-9]+)?                string = "…" or '…'
//! ```
//! `AND` binds tighter than `OR`, as in SQL; AIP-160 has it the other way round. `NOT` binds tightest. `a NOT IN (…)` means
//! `NOT a IN (…)`. The words are taken in upper and lower case; paths are lower case. Only space, tab, CR and LF separate.
//! Inside a string its own quote is written twice or after a backslash; a backslash stands only before `"`, `'` or `\`. All other
//! characters stand for themselves, Persian digits too; NUL is refused.
//!
//! Problems are reported one at a time, with `at`, the position in characters from 1, and for `syntax` with what was `expected`
//! there. They have no pointer: the caller knows which parameter held the text.
mod print;

use std::str::FromStr;

use super::scalar::number;
use super::{Condition, MAX_BYTES, MAX_DEPTH, MAX_TERMS, MAX_TEXT, MAX_VALUES, Op, Scalar, is_path, too_complex};
use crate::core::problem::{Code, Problems};

/// The words with a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
    In,
    True,
    False,
    Null,
}

impl Keyword {
    const ALL: [(&'static str, Keyword); 7] = [
        ("and", Keyword::And),
        ("or", Keyword::Or),
        ("not", Keyword::Not),
        ("in", Keyword::In),
        ("true", Keyword::True),
        ("false", Keyword::False),
        ("null", Keyword::Null),
    ];

    /// The keyword that this word is, in whatever case.
    pub(super) fn of(word: &str) -> Option<Keyword> {
        Self::ALL
            .into_iter()
            .find(|(text, _)| text.eq_ignore_ascii_case(word))
            .map(|(_, keyword)| keyword)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token<'a> {
    Keyword(Keyword),
    Word(&'a str),
    Number(&'a str),
    Text(String),
    Op(Op),
    Has,
    Open,
    Close,
    Comma,
    /// A character that begins nothing.
    Other,
    End,
}

const TERM: &str = "a field, NOT or (";
const RELATION: &str = "=, !=, <, <=, >, >=, :, IN or NOT IN";
const VALUE: &str = "a text in quotes, a number, true, false or null";

struct Parser<'a> {
    text: &'a str,
    /// Where the current token begins and ends, in bytes.
    start: usize,
    end: usize,
    token: Token<'a>,
    /// Parentheses and NOTs around the current token.
    depth: usize,
    terms: usize,
}

impl FromStr for Condition {
    type Err = Problems;

    /// Reads the text form.
    ///
    /// # Errors
    /// `Syntax`; `Character` for NUL; `TooLong` for a text value beyond 1000 characters; `OutOfRange` for a number beyond the
    /// limits of [`Scalar`]; `TooComplex` beyond the limits of the module.
    fn from_str(text: &str) -> Result<Condition, Problems> {
        if text.len() > MAX_BYTES {
            return Err(too_complex("bytes", MAX_BYTES));
        }
        let mut parser = Parser {
            text,
            start: 0,
            end: 0,
            token: Token::End,
            depth: 0,
            terms: 0,
        };
        if let Some(nul) = text.find('\0') {
            return Err(parser.fault(nul, Code::Character, None));
        }
        parser.bump()?;
        let condition = parser.condition()?;
        match parser.token {
            Token::End => condition.within_limits(),
            _ => Err(parser.expected("AND, OR or the end")),
        }
    }
}

impl<'a> Parser<'a> {
    fn condition(&mut self) -> Result<Condition, Problems> {
        let mut parts = vec![self.all()?];
        while self.token == Token::Keyword(Keyword::Or) {
            self.bump()?;
            parts.push(self.all()?);
        }
        Ok(Condition::any(parts))
    }

    fn all(&mut self) -> Result<Condition, Problems> {
        let mut parts = vec![self.term()?];
        while self.token == Token::Keyword(Keyword::And) {
            self.bump()?;
            parts.push(self.term()?);
        }
        Ok(Condition::all(parts))
    }

    fn term(&mut self) -> Result<Condition, Problems> {
        match self.token {
            Token::Word(field) if is_path(field) => self.relation(field),
            Token::Keyword(Keyword::Not) => {
                self.enter()?;
                let part = self.term()?;
                self.depth -= 1;
                Ok(Condition::Not(Box::new(part)))
            }
            Token::Open => {
                self.enter()?;
                let inner = self.condition()?;
                self.eat(Token::Close, "AND, OR or )")?;
                self.depth -= 1;
                Ok(inner)
            }
            _ => Err(self.expected(TERM)),
        }
    }

    /// Goes into a parenthesis or a NOT: the only recursion, so its limit also bounds the stack.
    fn enter(&mut self) -> Result<(), Problems> {
        if self.depth == MAX_DEPTH {
            return Err(too_complex("depth", MAX_DEPTH));
        }
        self.depth += 1;
        self.bump()
    }

    fn relation(&mut self, field: &str) -> Result<Condition, Problems> {
        if self.terms == MAX_TERMS {
            return Err(too_complex("terms", MAX_TERMS));
        }
        self.terms += 1;
        self.bump()?;
        let field = field.to_owned();
        match self.token {
            Token::Op(op) => {
                self.bump()?;
                let value = self.value()?;
                Ok(Condition::Compare { field, op, value })
            }
            Token::Has => {
                self.bump()?;
                let value = self.value()?;
                Ok(Condition::Has { field, value })
            }
            Token::Keyword(Keyword::In) => Ok(Condition::In {
                field,
                values: self.values()?,
            }),
            Token::Keyword(Keyword::Not) => {
                self.bump()?;
                if self.token != Token::Keyword(Keyword::In) {
                    return Err(self.expected("IN"));
                }
                let values = self.values()?;
                Ok(Condition::Not(Box::new(Condition::In { field, values })))
            }
            _ => Err(self.expected(RELATION)),
        }
    }

    fn values(&mut self) -> Result<Vec<Scalar>, Problems> {
        self.bump()?;
        self.eat(Token::Open, "(")?;
        let mut values = vec![self.value()?];
        while self.token == Token::Comma {
            if values.len() == MAX_VALUES {
                return Err(too_complex("values", MAX_VALUES));
            }
            self.bump()?;
            values.push(self.value()?);
        }
        self.eat(Token::Close, ", or )")?;
        Ok(values)
    }

    fn value(&mut self) -> Result<Scalar, Problems> {
        let value = match std::mem::replace(&mut self.token, Token::Other) {
            Token::Text(text) if text.chars().nth(MAX_TEXT).is_some() => {
                return Err(self.fault(self.start, Code::TooLong, Some(("max", MAX_TEXT.to_string()))));
            }
            Token::Text(text) => Scalar::Text(text),
            Token::Number(digits) => match number(digits) {
                Ok(value) => value,
                Err((Code::Format, _)) => return Err(self.expected("a number such as -12 or 3.5")),
                Err((code, params)) => return Err(self.fault(self.start, code, params)),
            },
            Token::Keyword(Keyword::True) => Scalar::Bool(true),
            Token::Keyword(Keyword::False) => Scalar::Bool(false),
            Token::Keyword(Keyword::Null) => Scalar::Null,
            _ => return Err(self.expected(VALUE)),
        };
        self.bump()?;
        Ok(value)
    }

    fn eat(&mut self, token: Token<'_>, expected: &str) -> Result<(), Problems> {
        if self.token == token {
            self.bump()
        } else {
            Err(self.expected(expected))
        }
    }

    fn expected(&self, what: &str) -> Problems {
        self.fault(self.start, Code::Syntax, Some(("expected", what.to_owned())))
    }

    /// A problem at a byte position, told in characters.
    fn fault(&self, at: usize, code: Code, more: impl IntoIterator<Item = (&'static str, String)>) -> Problems {
        let position = self.text.get(..at).unwrap_or(self.text).chars().count() + 1;
        let mut params = vec![("at", position.to_string())];
        params.extend(more);
        super::one(code, params)
    }

    /// Goes to the next token.
    fn bump(&mut self) -> Result<(), Problems> {
        let rest = &self.text[self.end..];
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.start = self.end + (rest.len() - trimmed.len());
        let run = |more: fn(char) -> bool| {
            trimmed
                .char_indices()
                .skip(1)
                .find(|(_, c)| !more(*c))
                .map_or(trimmed.len(), |(i, _)| i)
        };
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let (token, len) = match trimmed.chars().next() {
            None => (Token::End, 0),
            Some('(') => (Token::Open, 1),
            Some(')') => (Token::Close, 1),
            Some(',') => (Token::Comma, 1),
            Some(':') => (Token::Has, 1),
            Some('=' | '!' | '<' | '>') => {
                let two = trimmed.get(..2).and_then(Op::from_sign).map(|op| (Token::Op(op), 2));
                two.or_else(|| Op::from_sign(&trimmed[..1]).map(|op| (Token::Op(op), 1)))
                    .unwrap_or((Token::Other, 1))
            }
            Some(quote @ ('"' | '\'')) => {
                let (text, len) = self.string(trimmed, quote)?;
                (Token::Text(text), len)
            }
            Some(c) if c == '-' || c.is_ascii_digit() => {
                let len = run(word);
                (Token::Number(&trimmed[..len]), len)
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let len = run(word);
                let text = &trimmed[..len];
                (Keyword::of(text).map_or(Token::Word(text), Token::Keyword), len)
            }
            Some(other) => (Token::Other, other.len_utf8()),
        };
        self.token = token;
        self.end = self.start + len;
        Ok(())
    }

    /// The string that `rest` begins with, and its length in bytes with its quotes.
    fn string(&self, rest: &str, quote: char) -> Result<(String, usize), Problems> {
        let mut text = String::new();
        let mut chars = rest.char_indices().skip(1).peekable();
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
                    _ => return Err(self.fault(self.start + i + 1, Code::Syntax, Some(("expected", "\\, \" or '".to_owned())))),
                },
                _ if c == quote => match chars.next_if(|(_, next)| *next == quote) {
                    Some(_) => text.push(quote),
                    None => return Ok((text, i + 1)),
                },
                _ => text.push(c),
            }
        }
        Err(self.fault(self.text.len(), Code::Syntax, Some(("expected", quote.to_string()))))
    }
}
