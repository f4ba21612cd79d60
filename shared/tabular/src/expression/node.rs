//! The syntax tree.

use std::collections::BTreeSet;

use super::function::Function;

/// An operator, literal, column or call, and the byte of the text that it starts at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) height: usize,
    pub(super) kind: NodeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum NodeKind {
    Number(f64),
    Truth(bool),
    Text(String),
    Missing,
    Column(String),
    Negate(Box<Node>),
    Not(Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

impl Binary {
    pub(super) fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessOrEqual
                | Self::Greater
                | Self::GreaterOrEqual
        )
    }
}

impl Node {
    pub(super) fn new(at: usize, kind: NodeKind) -> Self {
        let children = match &kind {
            NodeKind::Negate(operand) | NodeKind::Not(operand) => operand.height,
            NodeKind::Binary(_, left, right) => left.height.max(right.height),
            NodeKind::Call(_, arguments) => {
                arguments.iter().map(|argument| argument.height).max().unwrap_or(0)
            }
            _ => 0,
        };
        Self { at, height: children + 1, kind }
    }

    pub(super) fn collect_columns<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match &self.kind {
            NodeKind::Column(name) => {
                names.insert(name);
            }
            NodeKind::Negate(operand) | NodeKind::Not(operand) => operand.collect_columns(names),
            NodeKind::Binary(_, left, right) => {
                left.collect_columns(names);
                right.collect_columns(names);
            }
            NodeKind::Call(_, arguments) => {
                for argument in arguments {
                    argument.collect_columns(names);
                }
            }
            NodeKind::Number(_) | NodeKind::Truth(_) | NodeKind::Text(_) | NodeKind::Missing => {}
        }
    }
}
