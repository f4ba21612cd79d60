//! When a difference counts.

use serde::{Deserialize, Serialize};

/// The level of the tests and the floors of the effects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// The share of false alarms that is accepted, in windows too small for the floors to
    /// matter: a test counts when its adjusted p-value is at most this. Default 0.03, by
    /// which one in twenty random splits of real data is a bound, and not the mean.
    pub alpha: f64,
    /// The least number of rows that a window is judged by. Default 50.
    pub min_rows: u64,
    /// The least Wasserstein distance of numbers, in the reference's standard
    /// deviations. Default 0.1.
    pub wasserstein: f64,
    /// The least population stability index of numbers, beyond what chance explains.
    /// Default 0.1.
    pub psi: f64,
    /// The least Cramér's V of categories, corrected for bias. Default 0.1.
    pub cramers_v: f64,
    /// The least change of the share of missing values. Default 0.05.
    pub missing_rate: f64,
    /// The least share of categories that the reference does not have, beyond the
    /// share that is to be expected. Default 0.01.
    pub new_categories: f64,
    /// The least change of the mean share of a text's words that the reference does not
    /// know. Default 0.05.
    pub unknown_words: f64,
    /// The least share of numbers outside of the reference's range, beyond the share
    /// that is to be expected. Default 0.02.
    pub out_of_range: f64,
    /// The least change of the mean error with which rows follow from the principal
    /// components of the reference, in standard deviations of a row's error. Default 0.2.
    pub reconstruction: f64,
    /// The least area under the ROC curve of a classifier that tells the window from the
    /// reference. Default 0.6.
    pub domain_auc: f64,
    /// The least loss of the model's metric, as a share of its value on the holdout.
    /// Default 0.1.
    pub performance: f64,
    /// Columns with a smaller share of the model's feature importance give a
    /// warning at most. Default 0.01.
    pub min_importance: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            alpha: 0.03,
            min_rows: 50,
            wasserstein: 0.1,
            psi: 0.1,
            cramers_v: 0.1,
            missing_rate: 0.05,
            new_categories: 0.01,
            unknown_words: 0.05,
            out_of_range: 0.02,
            reconstruction: 0.2,
            domain_auc: 0.6,
            performance: 0.1,
            min_importance: 0.01,
        }
    }
}

/// A threshold that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the drift threshold `{key}` is {value}, but {rule}")]
pub struct ThresholdError {
    /// The threshold.
    pub key: &'static str,
    /// Its value.
    pub value: f64,
    /// What it must be.
    pub rule: &'static str,
}

impl Thresholds {
    /// Checks the range of every threshold.
    ///
    /// # Errors
    /// When one lies outside; the first such is named.
    pub fn validate(&self) -> Result<(), ThresholdError> {
        let check = |holds: bool, key, value, rule| {
            if holds { Ok(()) } else { Err(ThresholdError { key, value, rule }) }
        };
        let alpha = self.alpha;
        check(alpha > 0.0 && alpha < 1.0, "alpha", alpha, "it must lie between 0 and 1")?;
        let rows = self.min_rows;
        check(rows > 0, "min_rows", rows as f64, "at least one row is needed")?;
        for (key, value) in [
            ("wasserstein", self.wasserstein),
            ("psi", self.psi),
            ("reconstruction", self.reconstruction),
            ("performance", self.performance),
        ] {
            let positive = value > 0.0 && value.is_finite();
            check(positive, key, value, "it must be above 0")?;
        }
        for (key, value) in [
            ("cramers_v", self.cramers_v),
            ("missing_rate", self.missing_rate),
            ("new_categories", self.new_categories),
            ("unknown_words", self.unknown_words),
            ("out_of_range", self.out_of_range),
        ] {
            check(value > 0.0 && value <= 1.0, key, value, "it must be above 0 and at most 1")?;
        }
        let auc = self.domain_auc;
        check(auc > 0.5 && auc < 1.0, "domain_auc", auc, "it must be above 0.5 and below 1")?;
        let least = self.min_importance;
        let rule = "it must be at least 0 and below 1";
        check((0.0..1.0).contains(&least), "min_importance", least, rule)
    }
}
