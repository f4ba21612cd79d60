//! Naive Bayes: a row's features are taken for independent within a class.
//!
//! Numbers are Gaussian, as in scikit-learn's `GaussianNB` on standardised features;
//! categories have smoothed frequencies, as in its `CategoricalNB`. A missing value or
//! an unknown category says nothing.

use std::f64::consts::TAU;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::algebra::weights_from;
use super::linear::softmax;
use super::{Examples, FitError};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::features::Matrix;

/// The logarithm of the frequency of a class that no row has.
const NEVER: f64 = -1e6;

/// The hyper-parameters of naive Bayes, as scikit-learn names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NaiveBayesParams {
    /// The share of a number's variance that is added to that within each class, at
    /// least 0. Default 1e-9.
    pub var_smoothing: f64,
    /// How many rows are added to each category of each class, at least 0. Default 1.
    pub alpha: f64,
}

impl Default for NaiveBayesParams {
    fn default() -> Self {
        Self { var_smoothing: 1e-9, alpha: 1.0 }
    }
}

impl fmt::Display for NaiveBayesParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "var_smoothing={} alpha={}", self.var_smoothing, self.alpha)
    }
}

/// The class frequencies, and what each class makes of each feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NaiveBayesModel {
    log_priors: Vec<f64>,
    features: Vec<Likelihood>,
}

/// The density of one feature in each class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Likelihood {
    Gaussian {
        means: Vec<f64>,
        variances: Vec<f64>,
    },
    /// The logarithms of the frequencies, level by level, class by class in each.
    Categorical {
        logarithms: Vec<Vec<f64>>,
    },
}

impl NaiveBayesModel {
    /// `categorical` says which features are codes of categories.
    pub(super) fn fit(
        examples: &Examples<f64>,
        categorical: &[bool],
        params: &NaiveBayesParams,
    ) -> Result<Self, FitError> {
        let Examples { features, target, weights } = examples;
        let Target::Classes { classes, labels } = target else {
            return Err(FitError::NaiveBayes("it predicts classes, not numbers".to_owned()));
        };
        for (name, value) in [("var_smoothing", params.var_smoothing), ("alpha", params.alpha)] {
            if !(value >= 0.0 && value.is_finite()) {
                let message = format!("`{name}` is {value}, but it must be a number from 0 on");
                return Err(FitError::NaiveBayes(message));
            }
        }
        let rows: Vec<(usize, f64)> =
            labels.iter().copied().zip(weights_from(weights.as_deref(), 0)).collect();
        let mut counts = vec![0.0; classes.len()];
        for &(label, weight) in &rows {
            if let Some(count) = counts.get_mut(label) {
                *count += weight;
            }
        }
        let total: f64 = counts.iter().sum();
        let log_priors = counts
            .iter()
            .map(|&count| if count > 0.0 { (count / total).ln() } else { NEVER })
            .collect();
        let columns = (0..features.columns()).map(|column| {
            let values = features.iter_rows().filter_map(move |row| row.get(column).copied());
            let known = values.zip(rows.iter().copied()).filter(|(value, _)| !value.is_nan());
            match categorical.get(column) {
                Some(true) => frequencies(known, classes.len(), params.alpha),
                _ => moments(known, classes.len(), params.var_smoothing),
            }
        });
        Ok(Self { log_priors, features: columns.collect() })
    }

    /// The probabilities of the classes, row by row.
    pub(super) fn predict(&self, features: &Matrix<f64>) -> Vec<f64> {
        let classes = self.log_priors.len();
        let mut answers = Vec::with_capacity(features.rows() * classes);
        for row in features.iter_rows() {
            let start = answers.len();
            answers.extend_from_slice(&self.log_priors);
            let margins = answers.split_at_mut(start).1;
            for (likelihood, &value) in self.features.iter().zip(row) {
                if !value.is_nan() {
                    likelihood.add(value, margins);
                }
            }
            softmax(margins);
        }
        answers
    }

    /// The number of features that it reads.
    pub(super) fn columns(&self) -> usize {
        self.features.len()
    }
}

impl Likelihood {
    /// Adds the log-likelihood of a known value to the margin of each class.
    fn add(&self, value: f64, margins: &mut [f64]) {
        match self {
            Self::Gaussian { means, variances } => {
                for ((margin, mean), variance) in margins.iter_mut().zip(means).zip(variances) {
                    let deviation = value - mean;
                    *margin -= 0.5 * ((TAU * variance).ln() + deviation * deviation / variance);
                }
            }
            Self::Categorical { logarithms } => {
                // A code is a whole number from 0 on.
                for (margin, logarithm) in
                    margins.iter_mut().zip(logarithms.get(value as usize).into_iter().flatten())
                {
                    *margin += logarithm;
                }
            }
        }
    }
}

type Known = (f64, (usize, f64));

/// The mean and variance in each class; those of all rows where a class has none.
fn moments(
    values: impl Iterator<Item = Known> + Clone,
    classes: usize,
    var_smoothing: f64,
) -> Likelihood {
    let mut sums = vec![(0.0, 0.0); classes];
    let (mut count, mut sum) = (0.0, 0.0);
    for (value, (label, weight)) in values.clone() {
        (count, sum) = (count + 1.0, sum + value);
        if let Some((total, sum)) = sums.get_mut(label) {
            *total += weight;
            *sum += weight * value;
        }
    }
    let mean = if count > 0.0 { sum / count } else { 0.0 };
    let means: Vec<f64> =
        sums.iter().map(|&(total, sum)| if total > 0.0 { sum / total } else { mean }).collect();
    let mut variances = vec![0.0; classes];
    let mut overall = 0.0;
    for (value, (label, weight)) in values {
        overall += (value - mean).powi(2);
        if let (Some(variance), Some(mean)) = (variances.get_mut(label), means.get(label)) {
            *variance += weight * (value - mean).powi(2);
        }
    }
    let overall = if count > 0.0 { overall / count } else { 0.0 };
    for (variance, &(total, _)) in variances.iter_mut().zip(&sums) {
        *variance = if total > 0.0 { *variance / total } else { overall };
        *variance += var_smoothing * overall;
        // A column without variance says nothing.
        if *variance <= 0.0 {
            *variance = 1.0;
        }
    }
    Likelihood::Gaussian { means, variances }
}

/// The smoothed share of each level in each class.
fn frequencies(
    codes: impl Iterator<Item = Known> + Clone,
    classes: usize,
    alpha: f64,
) -> Likelihood {
    let levels = codes.clone().map(|(code, _)| code as usize + 1).max().unwrap_or_default();
    let mut counts = vec![vec![alpha; classes]; levels];
    let mut totals = vec![alpha * levels as f64; classes];
    for (code, (label, weight)) in codes {
        if let Some(count) = counts.get_mut(code as usize).and_then(|level| level.get_mut(label)) {
            *count += weight;
        }
        if let Some(total) = totals.get_mut(label) {
            *total += weight;
        }
    }
    for level in &mut counts {
        for (count, &total) in level.iter_mut().zip(&totals) {
            // Without smoothing, a level that a class never has rules the class out.
            *count = if *count > 0.0 { (*count / total).ln() } else { NEVER };
        }
    }
    Likelihood::Categorical { logarithms: counts }
}

#[cfg(test)]
#[path = "naive_bayes_tests.rs"]
mod tests;
