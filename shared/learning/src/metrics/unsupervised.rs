//! Metrics of clusters and anomalies.

use super::classification;

/// Anomalies that were found, beside the truth where it is known.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The true labels with the scores; `None` where nobody knows them.
    pub(super) scored: Option<classification::Scored>,
    /// Whether each row is taken for an anomaly.
    pub(super) outliers: Vec<bool>,
    /// The share of training rows that are.
    pub(super) usual: f64,
}

impl Found {
    /// By how much the share of anomalies differs from that of the training rows.
    pub(super) fn rate_error(&self, weights: &[f64]) -> f64 {
        let flags = self.outliers.iter().map(|outlier| f64::from(u8::from(*outlier)));
        (weighted_mean(flags, weights) - self.usual).abs()
    }
}

/// `NaN` where the weights add up to nothing.
pub(super) fn weighted_mean(values: impl Iterator<Item = f64>, weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    values.zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / total
}
