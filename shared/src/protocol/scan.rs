//! Walks JSON text that is known to be valid, without building a tree of it.
//!
//! Numbers stay text: they are then read by the same exact parser as the training
//! data, where a tree of JSON values may differ in the last digit.

use std::borrow::Cow;
use std::fmt;

use super::violation::shorten;

/// One element of JSON text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Quoted<'a>),
    ListStart,
    ListEnd,
    ObjectStart,
    ObjectEnd,
}

/// A text as it stands in JSON, with quotes and escapes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quoted<'a>(&'a str);

impl<'a> Quoted<'a> {
    /// The text itself; `None` when an escape names no character.
    pub(super) fn unescape(self) -> Option<Cow<'a, str>> {
        if self.0.contains('\\') {
            return serde_json::from_str(self.0).ok().map(Cow::Owned);
        }
        self.0.get(1..self.0.len().checked_sub(1)?).map(Cow::Borrowed)
    }
}

/// The elements of a JSON text in order. Commas and colons are passed over: that they are
/// where they belong was checked before.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    /// The elements of a valid JSON text.
    pub(super) fn new(json: &'a str) -> Self {
        Self { rest: json }
    }

    /// Passes over what is left of the value that began with `first`.
    pub(super) fn finish_value(&mut self, first: Token<'_>) {
        let mut open = depth_change(first);
        while open > 0 {
            match self.next() {
                Some(token) => open += depth_change(token),
                None => return,
            }
        }
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | b',' | b':')
}

fn depth_change(token: Token<'_>) -> isize {
    match token {
        Token::ListStart | Token::ObjectStart => 1,
        Token::ListEnd | Token::ObjectEnd => -1,
        _ => 0,
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let start = self.rest.bytes().position(|byte| !is_separator(byte))?;
        let rest = self.rest.get(start..)?;
        let (token, length) = match rest.bytes().next()? {
            b'[' => (Token::ListStart, 1),
            b']' => (Token::ListEnd, 1),
            b'{' => (Token::ObjectStart, 1),
            b'}' => (Token::ObjectEnd, 1),
            b'n' => (Token::Null, 4),
            b't' => (Token::Bool(true), 4),
            b'f' => (Token::Bool(false), 5),
            b'"' => {
                let length = quoted_length(rest.as_bytes())?;
                (Token::Text(Quoted(rest.get(..length)?)), length)
            }
            _ => {
                let belongs = |byte: u8| matches!(byte, b'-'..=b'9' | b'+' | b'e' | b'E');
                let length = rest.bytes().position(|byte| !belongs(byte)).unwrap_or(rest.len());
                (Token::Number(rest.get(..length)?), length)
            }
        };
        self.rest = rest.get(length..)?;
        Some(token)
    }
}

/// The bytes of the text that `json` begins with, both quotes included.
fn quoted_length(json: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += json.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        match json.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// The element in words that can be shown to a client.
impl fmt::Display for Token<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => value.fmt(formatter),
            Self::Number(text) => formatter.write_str(&shorten(text)),
            Self::Text(Quoted(text)) => formatter.write_str(&shorten(text)),
            Self::ListStart | Self::ListEnd => formatter.write_str("a list"),
            Self::ObjectStart | Self::ObjectEnd => formatter.write_str("an object"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(json: &str) -> Vec<String> {
        Scanner::new(json).map(|token| token.to_string()).collect()
    }

    #[test]
    fn every_kind_of_element_is_told_apart() {
        assert_eq!(
            tokens(" [ null,true ,false,-1.5e3,\"a]\\\"\\\\\" , {\"k\" : [ ] } ]"),
            [
                "a list",
                "null",
                "true",
                "false",
                "-1.5e3",
                "\"a]\\\"\\\\\"",
                "an object",
                "\"k\"",
                "a list",
                "a list",
                "an object",
                "a list"
            ]
        );
        assert_eq!(tokens("12"), ["12"]);
    }

    #[test]
    fn texts_are_borrowed_unless_they_hold_an_escape() {
        assert!(matches!(Quoted("\"plain\"").unescape(), Some(Cow::Borrowed("plain"))));
        assert_eq!(Quoted(r#""\u00e4\n""#).unescape().unwrap(), "ä\n");
        assert_eq!(Quoted(r#""\ud800""#).unescape(), None);
    }

    #[test]
    fn a_value_is_passed_over_however_deep() {
        let mut scanner = Scanner::new("[[1,[2,{\"a\":[]}]],3]");
        scanner.next();
        let first = scanner.next().unwrap();
        scanner.finish_value(first);
        assert_eq!(scanner.next(), Some(Token::Number("3")));
    }
}
