//! Linear models: ridge, lasso and elastic-net regression for numbers, logistic
//! regression for classes.

mod coordinate_descent;
mod fista;
mod lbfgs;
mod least_squares;
mod logistic;
mod newton;
mod objective;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::algebra::{Rows, dot};
use super::{Deadline, Examples, FitError};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::features::Matrix;

/// The hyper-parameters of a linear model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinearParams {
    /// The strength of the penalty, at least 0: scikit-learn's `alpha` of `Ridge`, `Lasso`
    /// and `ElasticNet` on a target of unit variance, `1 / C` of
    /// `LogisticRegression`. Default 1.
    pub alpha: f64,
    /// The share of the L1 penalty, in [0, 1]: 0 is ridge, 1 is lasso. Default 0.
    pub l1_ratio: f64,
}

impl Default for LinearParams {
    fn default() -> Self {
        Self { alpha: 1.0, l1_ratio: 0.0 }
    }
}

impl fmt::Display for LinearParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "alpha={}", self.alpha)?;
        match self.l1_ratio == 0.0 {
            true => Ok(()),
            false => write!(formatter, " l1_ratio={}", self.l1_ratio),
        }
    }
}

/// One linear function of the features for each output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearModel {
    outputs: Vec<LinearFunction>,
}

/// `intercept + coefficients · row`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LinearFunction {
    coefficients: Vec<f64>,
    intercept: f64,
}

impl LinearFunction {
    fn constant(columns: usize, intercept: f64) -> Self {
        Self { coefficients: vec![0.0; columns], intercept }
    }

    fn at(&self, row: &[f64]) -> f64 {
        self.intercept + dot(&self.coefficients, row)
    }
}

impl LinearModel {
    pub(super) fn fit(
        examples: &Examples<f64>,
        params: &LinearParams,
        deadline: Deadline,
    ) -> Result<Self, FitError> {
        let Examples { features, target, weights } = examples;
        if features.columns() == 0 {
            return Err(FitError::Linear("no column has values to learn from".to_owned()));
        }
        if !(params.alpha >= 0.0 && params.alpha.is_finite()) {
            return Err(FitError::Linear(format!(
                "`alpha` is {}, but it must be a number from 0 on",
                params.alpha
            )));
        }
        if !(0.0..=1.0).contains(&params.l1_ratio) {
            return Err(FitError::Linear(format!(
                "`l1_ratio` is {}, but it must lie between 0 and 1",
                params.l1_ratio
            )));
        }
        if !features.as_slice().iter().all(|value| value.is_finite()) {
            return Err(FitError::Linear("the features are not all finite numbers".to_owned()));
        }
        let rows = Rows::new(features.as_slice(), features.columns());
        let weights = weights.as_deref();
        let outputs = match target {
            Target::Values(values) => {
                vec![least_squares::fit(rows, values, weights, params, deadline)?]
            }
            Target::Classes { classes, labels } => {
                logistic::fit(rows, labels, classes.len(), weights, params, deadline)?
            }
            Target::Absent { .. } => return Err(FitError::NoTarget),
        };
        let finite = |function: &LinearFunction| {
            function.intercept.is_finite() && function.coefficients.iter().all(|c| c.is_finite())
        };
        match outputs.iter().all(finite) {
            true => Ok(Self { outputs }),
            false => Err(FitError::Linear("the features are too large".to_owned())),
        }
    }

    /// The number of features that it reads.
    pub(super) fn columns(&self) -> usize {
        self.outputs.first().map_or(0, |function| function.coefficients.len())
    }

    /// The answers row by row: numbers, or the probabilities of `classes` classes.
    pub(super) fn predict(&self, features: &Matrix<f64>, classes: usize) -> Vec<f64> {
        let mut answers = Vec::with_capacity(features.rows() * classes.max(1));
        for row in features.iter_rows() {
            match (self.outputs.as_slice(), classes) {
                ([only], 2) => {
                    let positive = 1.0 / (1.0 + (-only.at(row)).exp());
                    answers.extend([1.0 - positive, positive]);
                }
                (functions, _) => {
                    let start = answers.len();
                    answers.extend(functions.iter().map(|function| function.at(row)));
                    if classes > 0 {
                        softmax(answers.split_at_mut(start).1);
                    }
                }
            }
        }
        answers
    }
}

/// Replaces log-odds by the probabilities that are proportional to their exponentials;
/// returns the sum of the exponentials, relative to the largest one.
pub(super) fn softmax(margins: &mut [f64]) -> f64 {
    let highest = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for margin in margins.iter_mut() {
        *margin = (*margin - highest).exp();
        total += *margin;
    }
    margins.iter_mut().for_each(|margin| *margin /= total);
    total
}

#[cfg(test)]
mod tests;
