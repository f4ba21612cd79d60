//! `[capture]`: what is kept of requests and answers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{SpecError, check};

/// What is kept of requests and answers, from the version on that is trained by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Capture {
    /// The share of exchanges that is kept, from 0 to 1. Default 1.
    pub sampling: f64,
    /// Columns of which nothing is kept. Default none.
    pub drop: Vec<String>,
    /// Columns of which only a hash is kept, so that equal values can be told. Default
    /// none.
    pub hash: Vec<String>,
}

impl Default for Capture {
    fn default() -> Self {
        Self { sampling: 1.0, drop: Vec::new(), hash: Vec::new() }
    }
}

impl Capture {
    /// Whether a column's values are not kept as they are.
    #[must_use]
    pub fn hides(&self, column: &str) -> bool {
        self.drop.iter().chain(&self.hash).any(|hidden| hidden == column)
    }

    /// Whether there are columns whose values are not kept as they are.
    #[must_use]
    pub fn hides_any(&self) -> bool {
        !(self.drop.is_empty() && self.hash.is_empty())
    }

    pub(super) fn validate(&self) -> Result<(), SpecError> {
        check(
            (0.0..=1.0).contains(&self.sampling),
            "capture.sampling",
            self.sampling,
            "it must be at least 0 and at most 1",
        )?;
        let mut seen = BTreeSet::new();
        match self.drop.iter().chain(&self.hash).find(|column| !seen.insert(*column)) {
            None => Ok(()),
            Some(twice) => check(
                false,
                "capture.hash",
                format!("`{twice}`"),
                "each column stands once, in `drop` or in `hash`",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::spec::Spec;

    #[test]
    fn a_column_is_dropped_or_hashed_and_a_share_is_kept() {
        let spec = Spec::parse(b"[capture]\nsampling = 0.2\ndrop = ['email']\nhash = ['iban']");
        let capture = spec.unwrap().capture;
        assert!(capture.hides("email") && capture.hides("iban") && !capture.hides("age"));
        let error = |text: &str| Spec::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            error("[capture]\nsampling = 20"),
            "model.toml: `capture.sampling` is 20, but it must be at least 0 and at most 1"
        );
        assert_eq!(
            error("[capture]\ndrop = ['a']\nhash = ['a']"),
            "model.toml: `capture.hash` is `a`, but each column stands once, in `drop` or in `hash`"
        );
    }
}
