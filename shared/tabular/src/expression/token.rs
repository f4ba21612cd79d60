//! From characters to tokens.

use super::error::Problem;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// A bare name: a column, function or word of the language.
    Name(String),
    /// A column in backquotes or brackets.
    Column(String),
    Symbol(&'static str),
    End,
}

/// Longer symbols stand before those that they start with.
const SYMBOLS: [&str; 19] = [
    "&&", "||", "==", "!=", "<>", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "%", "^", "(",
    ")", ",",
];

impl Token {
    /// The token as a message shows it.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Number(number) => format!("`{number}`"),
            Self::Text(text) => format!("the text \"{text}\""),
            Self::Name(name) | Self::Column(name) => format!("`{name}`"),
            Self::Symbol(symbol) => format!("`{symbol}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// The tokens of `text`, each with the byte that it starts at. The last one is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, (usize, Problem)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let (token, length) = match first {
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            '0'..='9' => number(rest).map_err(|problem| (at, problem))?,
            '\'' | '"' | '`' => quoted(rest, first).ok_or((at, Problem::Unclosed(first)))?,
            '[' => bracketed(rest).ok_or((at, Problem::Unclosed(first)))?,
            _ if first.is_alphabetic() || first == '_' => name(rest),
            _ => symbol(rest).ok_or((at, Problem::Character(first)))?,
        };
        tokens.push((at, token));
        at += length;
    }
    tokens.push((text.len(), Token::End));
    Ok(tokens)
}

fn number(rest: &str) -> Result<(Token, usize), Problem> {
    let mut previous = ' ';
    let length = rest
        .find(|c: char| {
            let exponent_sign = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E');
            previous = c;
            !(c.is_alphanumeric() || matches!(c, '.' | '_') || exponent_sign)
        })
        .unwrap_or(rest.len());
    let written = rest.get(..length).unwrap_or(rest);
    match written.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((Token::Number(number), length)),
        _ => Err(Problem::NotANumber(written.to_owned())),
    }
}

/// A text or column in quotes; a doubled quote stands for one.
fn quoted(rest: &str, quote: char) -> Option<(Token, usize)> {
    let mut content = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != quote {
            content.push(character);
        } else if characters.next_if(|(_, next)| *next == quote).is_some() {
            content.push(quote);
        } else {
            let token = if quote == '`' { Token::Column(content) } else { Token::Text(content) };
            return Some((token, at + 1));
        }
    }
    None
}

fn bracketed(rest: &str) -> Option<(Token, usize)> {
    let end = rest.find(']')?;
    Some((Token::Column(rest.get(1..end)?.to_owned()), end + 1))
}

fn name(rest: &str) -> (Token, usize) {
    let length =
        rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len());
    (Token::Name(rest.get(..length).unwrap_or(rest).to_owned()), length)
}

fn symbol(rest: &str) -> Option<(Token, usize)> {
    let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol))?;
    Some((Token::Symbol(symbol), symbol.len()))
}
