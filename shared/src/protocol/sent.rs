//! What a client sends, and what it is held against.

use super::limits::Limits;
use crate::dataset::Schema;

/// What a client sends to ask for predictions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent<'a> {
    /// The body's content type.
    pub content_type: Option<&'a str>,
    /// The query of the address, encoded: a request in CSV has its options there.
    pub query: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// What a request is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) schema: &'a Schema,
    pub(super) limits: &'a Limits,
    /// Whether any value may be missing, also one that never was in training.
    pub(super) gaps: bool,
}
