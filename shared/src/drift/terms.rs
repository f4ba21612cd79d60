//! What counts as drift.

use std::collections::BTreeMap;

use crate::spec::Thresholds;

/// What counts as drift.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The level of the tests and the floors of the effects.
    pub thresholds: &'a Thresholds,
    /// The weight of inputs by name, on any scale; an input that it does not name counts
    /// as important. Outputs always do.
    pub importance: &'a BTreeMap<String, f64>,
    /// The input that says when a row happened, if one does: it is not expected to stay
    /// what it was, as dates are not.
    pub time: Option<&'a str>,
}
