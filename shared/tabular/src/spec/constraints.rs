//! `[constraints]`: how far an upload may differ from what the champion was trained
//! on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{SpecError, check};

/// How far an upload may differ from what the champion was trained on. A hard break
/// quarantines it, a soft one is noted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Constraints {
    /// Whether hard breaks quarantine an upload; if not, they are noted as soft ones
    /// are. Default true.
    pub enforce: bool,
    /// By how much the share of present values of a column may fall before it is a
    /// hard break; a quarter of it is a soft one. In [0, 1]; 1 allows any fall.
    /// Default 0.2.
    pub completeness: f64,
    /// The share of texts outside of a column's domain, or of rows of unknown classes,
    /// above which it is a hard break; a quarter of it is a soft one, also for numbers
    /// outside of their range. What chance explains does not count. In [0, 1]; 1
    /// allows any. Default 0.2.
    pub domain: f64,
    /// The share of rows that repeat an earlier one, above which it is noted. In
    /// [0, 1]. Default 0.05.
    pub duplicates: f64,
    /// What becomes of a column that determines the target. Default `warn`.
    pub leakage: Severity,
    /// What holds for single columns instead, by name.
    pub columns: BTreeMap<String, ColumnConstraints>,
}

/// What holds for one column instead of what holds for all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnConstraints {
    /// See [`Constraints::completeness`].
    pub completeness: Option<f64>,
    /// See [`Constraints::domain`].
    pub domain: Option<f64>,
    /// See [`Constraints::leakage`].
    pub leakage: Option<Severity>,
}

/// What a break leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing.
    Allow,
    /// A note in the run's record and in the event.
    Warn,
    /// The data set is quarantined.
    Reject,
}

impl Constraints {
    /// By how much the share of present values of `column` may fall.
    #[must_use]
    pub fn completeness_of(&self, column: &str) -> f64 {
        self.columns.get(column).and_then(|own| own.completeness).unwrap_or(self.completeness)
    }

    /// The share of values outside of the domain that `column` may have.
    #[must_use]
    pub fn domain_of(&self, column: &str) -> f64 {
        self.columns.get(column).and_then(|own| own.domain).unwrap_or(self.domain)
    }

    /// What becomes of `column` if it determines the target.
    #[must_use]
    pub fn leakage_of(&self, column: &str) -> Severity {
        self.columns.get(column).and_then(|own| own.leakage).unwrap_or(self.leakage)
    }

    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let share = |key, value: f64| {
            check((0.0..=1.0).contains(&value), key, value, "it must be at least 0 and at most 1")
        };
        share("constraints.completeness", self.completeness)?;
        share("constraints.domain", self.domain)?;
        share("constraints.duplicates", self.duplicates)?;
        for own in self.columns.values() {
            share("constraints.columns.….completeness", own.completeness.unwrap_or_default())?;
            share("constraints.columns.….domain", own.domain.unwrap_or_default())?;
        }
        Ok(())
    }
}

impl Default for Constraints {
    fn default() -> Self {
        Self {
            enforce: true,
            completeness: 0.2,
            domain: 0.2,
            duplicates: 0.05,
            leakage: Severity::Warn,
            columns: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn a_column_may_have_its_own_constraints() {
        let text = "[constraints]\ndomain = 0.1\n\
                    [constraints.columns.city]\ndomain = 1.0\nleakage = 'allow'\n";
        let constraints = Spec::parse(text.as_bytes()).unwrap().constraints;
        assert_eq!((constraints.domain_of("city"), constraints.domain_of("zone")), (1.0, 0.1));
        assert_eq!(constraints.completeness_of("city"), 0.2);
        assert_eq!(constraints.leakage_of("city"), Severity::Allow);
        assert_eq!(constraints.leakage_of("zone"), Severity::Warn);
    }

    #[test]
    fn shares_out_of_range_are_refused() {
        for (text, message) in [
            ("[constraints]\ncompleteness = 1.5", "`constraints.completeness` is 1.5"),
            ("[constraints]\ndomain = -0.1", "`constraints.domain` is -0.1"),
            ("[constraints]\nduplicates = nan", "`constraints.duplicates` is NaN"),
            ("[constraints.columns.x]\ndomain = 2.0", "`constraints.columns.….domain` is 2"),
        ] {
            let error = Spec::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
