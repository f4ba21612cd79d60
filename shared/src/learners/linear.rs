//! Linear models: logistic regression for classes, ridge regression for numbers,
//! fitted by smartcore.

use std::fmt;

use serde::{Deserialize, Serialize};
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters};
use smartcore::linear::ridge_regression::{RidgeRegression, RidgeRegressionParameters};

use super::{Examples, FitError};
use crate::dataset::Target;
use crate::features::Matrix;

/// The hyper-parameters of a linear model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearParams {
    /// The strength of the L2 penalty: scikit-learn's `alpha`, or `1 / C`.
    pub alpha: f64,
}

impl fmt::Display for LinearParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "alpha={}", self.alpha)
    }
}

/// One linear function of the features for each output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearModel {
    outputs: Vec<LinearFunction>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LinearFunction {
    coefficients: Vec<f64>,
    intercept: f64,
}

impl LinearFunction {
    fn at(&self, row: &[f64]) -> f64 {
        let products = self.coefficients.iter().zip(row).map(|(weight, value)| weight * value);
        self.intercept + products.sum::<f64>()
    }
}

impl LinearModel {
    pub(super) fn fit(examples: &Examples<f64>, params: &LinearParams) -> Result<Self, FitError> {
        let Examples { features, target, .. } = examples;
        if features.columns() == 0 {
            return Err(FitError::Linear("no column has values to learn from".to_owned()));
        }
        let outputs = match target {
            Target::Values(values) => vec![ridge(features, values, params.alpha)?],
            Target::Classes { classes, labels } => {
                logistic(features, labels, classes.len(), params.alpha)?
            }
        };
        Ok(Self { outputs })
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
                ([only], _) => answers.push(only.at(row)),
                (many, _) => {
                    let margins: Vec<f64> = many.iter().map(|output| output.at(row)).collect();
                    answers.extend(softmax(&margins));
                }
            }
        }
        answers
    }
}

fn softmax(margins: &[f64]) -> impl Iterator<Item = f64> {
    let highest = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = margins.iter().map(|margin| (margin - highest).exp()).sum();
    margins.iter().map(move |margin| (margin - highest).exp() / total)
}

fn dense(rows: usize, columns: usize, values: Vec<f64>) -> Result<DenseMatrix<f64>, FitError> {
    DenseMatrix::new(rows, columns, values, false)
        .map_err(|error| FitError::Linear(error.to_string()))
}

/// Ridge regression with an unpenalised intercept, by centring: smartcore's own
/// has none on unscaled features. Rows of zeros, which change nothing, make up for
/// rows that smartcore misses where there are fewer than columns.
fn ridge(features: &Matrix<f64>, values: &[f64], alpha: f64) -> Result<LinearFunction, FitError> {
    let (rows, columns) = (features.rows(), features.columns());
    let mut means = vec![0.0; columns];
    for row in features.iter_rows() {
        for (mean, value) in means.iter_mut().zip(row) {
            *mean += value / rows as f64;
        }
    }
    let target_mean = values.iter().sum::<f64>() / rows as f64;
    // smartcore asks for more rows than columns; rows of zeros change no solution.
    let padded = rows.max(columns + 1);
    let mut centred: Vec<f64> = features
        .iter_rows()
        .flat_map(|row| row.iter().zip(&means).map(|(value, mean)| value - mean))
        .collect();
    centred.resize(padded * columns, 0.0);
    let mut targets: Vec<f64> = values.iter().map(|value| value - target_mean).collect();
    targets.resize(padded, 0.0);
    let parameters = RidgeRegressionParameters::default().with_alpha(alpha).with_normalize(false);
    let fitted = RidgeRegression::fit(&dense(padded, columns, centred)?, &targets, parameters)
        .map_err(|error| FitError::Linear(error.to_string()))?;
    let coefficients: Vec<f64> = fitted.coefficients().iterator(0).copied().collect();
    let shift: f64 = coefficients.iter().zip(&means).map(|(weight, mean)| weight * mean).sum();
    Ok(LinearFunction { coefficients, intercept: target_mean - shift })
}

/// Logistic regression: one function for two classes, else one a class (a class
/// that no row has never wins).
fn logistic(
    features: &Matrix<f64>,
    labels: &[usize],
    classes: usize,
    alpha: f64,
) -> Result<Vec<LinearFunction>, FitError> {
    let (rows, columns) = (features.rows(), features.columns());
    let labels: Vec<u32> =
        labels.iter().map(|&label| u32::try_from(label).unwrap_or(u32::MAX)).collect();
    let fitted = LogisticRegression::fit(
        &dense(rows, columns, features.as_slice().to_vec())?,
        &labels,
        LogisticRegressionParameters::default().with_alpha(alpha),
    )
    .map_err(|error| FitError::Linear(error.to_string()))?;
    let coefficients: Vec<f64> = fitted.coefficients().iterator(0).copied().collect();
    let functions: Vec<LinearFunction> = coefficients
        .chunks(columns)
        .zip(fitted.intercept().iterator(0))
        .map(|(weights, &intercept)| LinearFunction { coefficients: weights.to_vec(), intercept })
        .collect();
    if classes == 2 || functions.len() == classes {
        return Ok(functions);
    }
    let constant = |intercept| LinearFunction { coefficients: vec![0.0; columns], intercept };
    // Where only two of the classes have rows, the one function is that of the second.
    let only_two = (functions.len() == 1).then(|| constant(0.0));
    let mut outputs = vec![constant(-1e6); classes];
    for (class, function) in fitted.classes().iter().zip(only_two.into_iter().chain(functions)) {
        if let Some(output) = outputs.get_mut(*class as usize) {
            *output = function;
        }
    }
    Ok(outputs)
}
