//! From tokens to the syntax tree, by precedence climbing (Pratt, 1973).

use super::error::{ExpressionError, Problem};
use super::function::Function;
use super::node::{Binary, Node, NodeKind};
use super::token::{Token, tokens};
use super::{MAX_DEPTH, MAX_LENGTH};
use crate::nearest::nearest;

type Result<T> = std::result::Result<T, (usize, Problem)>;

/// How tightly `not` binds what follows it.
const NOT: u8 = 5;
/// How tightly a sign does.
const SIGN: u8 = 13;

/// The syntax tree of `text`.
pub(super) fn parse(text: &str) -> std::result::Result<Node, ExpressionError> {
    let tree = || {
        if text.len() > MAX_LENGTH {
            return Err((0, Problem::TooLong));
        }
        let mut parser = Parser { tokens: tokens(text)?.into_iter().peekable(), depth: 0 };
        let root = parser.expression(0)?;
        match parser.next() {
            (_, Token::End) => Ok(root),
            (at, token) => Err(unexpected(at, "an operator or the end", &token)),
        }
    };
    tree().map_err(|(at, problem)| ExpressionError::new(text, at, problem))
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(usize, Token)>>,
    depth: usize,
}

impl Parser {
    fn next(&mut self) -> (usize, Token) {
        self.tokens.next().unwrap_or((0, Token::End))
    }

    fn next_is(&mut self, symbol: &str) -> bool {
        self.tokens
            .next_if(|(_, token)| matches!(token, Token::Symbol(s) if *s == symbol))
            .is_some()
    }

    fn expect(&mut self, symbol: &str, expected: &'static str) -> Result<()> {
        match self.next() {
            (_, Token::Symbol(found)) if found == symbol => Ok(()),
            (at, token) => Err(unexpected(at, expected, &token)),
        }
    }

    /// An expression of operators that bind at least as tightly as `least`.
    fn expression(&mut self, least: u8) -> Result<Node> {
        let start = self.tokens.peek().map_or(0, |(at, _)| *at);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err((start, Problem::TooDeep));
        }
        let mut left = self.operand()?;
        while let Some((at, token)) = self.tokens.peek()
            && let Some((binary, power, right_power)) = binary(token)
            && power >= least
        {
            let at = *at;
            self.tokens.next();
            let right = self.expression(right_power)?;
            left = shallow(at, NodeKind::Binary(binary, Box::new(left), Box::new(right)))?;
            if binary.is_comparison()
                && let Some((at, token)) = self.tokens.peek()
                && self::binary(token).is_some_and(|(next, _, _)| next.is_comparison())
            {
                return Err((*at, Problem::Chained));
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node> {
        let (at, token) = self.next();
        let kind = match token {
            Token::Number(number) => NodeKind::Number(number),
            Token::Text(text) => NodeKind::Text(text),
            Token::Column(name) => NodeKind::Column(name),
            Token::Symbol("(") => {
                let inner = self.expression(0)?;
                self.expect(")", "an operator or `)`")?;
                return Ok(inner);
            }
            Token::Symbol("-") => NodeKind::Negate(Box::new(self.expression(SIGN)?)),
            Token::Symbol("+") => return self.expression(SIGN),
            Token::Name(name) => match name.to_ascii_lowercase().as_str() {
                "true" => NodeKind::Truth(true),
                "false" => NodeKind::Truth(false),
                "missing" => NodeKind::Missing,
                "not" => NodeKind::Not(Box::new(self.expression(NOT)?)),
                "and" | "or" => return Err(unexpected(at, "a value", &Token::Name(name))),
                _ if self.next_is("(") => self.call(at, &name)?,
                _ => NodeKind::Column(name),
            },
            token @ (Token::Symbol(_) | Token::End) => {
                return Err(unexpected(at, "a value", &token));
            }
        };
        shallow(at, kind)
    }

    /// The arguments of a function, after its opening parenthesis.
    fn call(&mut self, at: usize, name: &str) -> Result<NodeKind> {
        let function = function(name).map_err(|problem| (at, problem))?;
        let mut arguments = Vec::new();
        if !self.next_is(")") {
            loop {
                arguments.push(self.expression(0)?);
                if !self.next_is(",") {
                    break;
                }
            }
            self.expect(")", "`,` or `)`")?;
        }
        let (takes, fits) = function.takes(arguments.len());
        let found = arguments.len();
        let wrong = Problem::Arguments { function: function.name(), takes, found };
        if fits { Ok(NodeKind::Call(function, arguments)) } else { Err((at, wrong)) }
    }
}

/// A node, unless it is too deep for what walks the tree.
fn shallow(at: usize, kind: NodeKind) -> Result<Node> {
    let node = Node::new(at, kind);
    if node.height > MAX_DEPTH { Err((at, Problem::TooDeep)) } else { Ok(node) }
}

fn unexpected(at: usize, expected: &'static str, token: &Token) -> (usize, Problem) {
    (at, Problem::Unexpected { expected, found: token.described() })
}

fn function(name: &str) -> std::result::Result<Function, Problem> {
    let known = Function::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name));
    known.ok_or_else(|| Problem::UnknownFunction {
        name: name.to_owned(),
        nearest: nearest(name, Function::ALL.map(Function::name)),
    })
}

/// The operator that a token is, how tightly it binds, and how tightly an operator must
/// bind to belong to its right side.
fn binary(token: &Token) -> Option<(Binary, u8, u8)> {
    let operator = match token {
        Token::Name(name) if name.eq_ignore_ascii_case("or") => Binary::Or,
        Token::Name(name) if name.eq_ignore_ascii_case("and") => Binary::And,
        Token::Symbol(symbol) => match *symbol {
            "||" => Binary::Or,
            "&&" => Binary::And,
            "==" | "=" => Binary::Equal,
            "!=" | "<>" => Binary::NotEqual,
            "<" => Binary::Less,
            "<=" => Binary::LessOrEqual,
            ">" => Binary::Greater,
            ">=" => Binary::GreaterOrEqual,
            "+" => Binary::Add,
            "-" => Binary::Subtract,
            "*" => Binary::Multiply,
            "/" => Binary::Divide,
            "%" => Binary::Remainder,
            "^" => Binary::Power,
            _ => return None,
        },
        _ => return None,
    };
    let (power, right) = match operator {
        Binary::Or => (1, 2),
        Binary::And => (3, 4),
        operator if operator.is_comparison() => (7, 8),
        Binary::Add | Binary::Subtract => (9, 10),
        Binary::Power => (16, 15),
        _ => (11, 12),
    };
    Some((operator, power, right))
}
