//! Support vector machines, trained as libsvm does: C-SVC for classes, one against one,
//! and epsilon-SVR for numbers.

mod kernel;
mod params;
mod payload;
mod platt;
mod smo;
mod train;

use rayon::prelude::*;

use super::algebra::Rows;
use super::{Examples, FitContext, FitError};
use kernel::Kernel;
use model_factory_tabular::features::Matrix;
use platt::Sigmoid;

pub use params::{Gamma, KernelKind, NamedGamma, SvmParams};
pub(super) use payload::SvmHeader;

/// The most rows that are trained on: the work grows with their square.
const MAX_ROWS: usize = 10_000;

/// Rows that one task answers.
const BATCH: usize = 64;

/// Decision functions over the same support vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmModel {
    kernel: Kernel,
    columns: usize,
    /// The support vectors, row-major.
    vectors: Vec<f64>,
    /// Their scalar products with themselves.
    squares: Vec<f64>,
    decisions: Decisions,
}

/// What the decision functions decide.
#[derive(Debug, Clone, PartialEq)]
enum Decisions {
    /// Between each two of the classes that have rows.
    Classes(Vec<Pair>),
    /// A number, in standard deviations from the mean.
    Value { function: Function, mean: f64, deviation: f64 },
}

/// `Σ factor · K(vector, row) − rho`.
#[derive(Debug, Clone, PartialEq)]
struct Function {
    /// Support vectors by their places, with their factors.
    terms: Vec<(u32, f64)>,
    rho: f64,
}

/// A function that is positive for rows of the second of two classes.
#[derive(Debug, Clone, PartialEq)]
struct Pair {
    first: usize,
    second: usize,
    function: Function,
    sigmoid: Sigmoid,
}

impl Function {
    fn at(&self, kernels: &[f64]) -> f64 {
        let terms = self.terms.iter();
        let sum: f64 = terms
            .map(|&(vector, factor)| factor * kernels.get(vector as usize).copied().unwrap_or(0.0))
            .sum();
        sum - self.rho
    }
}

impl SvmModel {
    pub(super) fn fit(
        examples: &Examples<f64>,
        params: &SvmParams,
        context: &FitContext<'_>,
    ) -> Result<Self, FitError> {
        let features = &examples.features;
        params.check()?;
        if features.columns() == 0 {
            return Err(FitError::Svm("no column has values to learn from".to_owned()));
        }
        if features.rows() > MAX_ROWS {
            return Err(FitError::Svm(format!(
                "{} rows are more than the {MAX_ROWS} that it can be trained on in reasonable \
                 time",
                features.rows()
            )));
        }
        if !features.as_slice().iter().all(|value| value.is_finite()) {
            return Err(FitError::Svm("the features are not all finite numbers".to_owned()));
        }
        train::fit(examples, params, context)
    }

    /// The answers row by row: numbers, or the probabilities of `classes` classes.
    pub(super) fn predict(&self, features: &Matrix<f64>, classes: usize) -> Vec<f64> {
        let batches: Vec<Vec<f64>> = features
            .as_slice()
            .par_chunks(BATCH * self.columns)
            .map(|rows| {
                let rows = rows.chunks_exact(self.columns);
                rows.flat_map(|row| self.answer(row, classes)).collect()
            })
            .collect();
        batches.concat()
    }

    fn answer(&self, row: &[f64], classes: usize) -> Vec<f64> {
        let vectors = Rows::new(&self.vectors, self.columns);
        let kernels: Vec<f64> = self.kernel.with_all(row, vectors, &self.squares).collect();
        match &self.decisions {
            Decisions::Value { function, mean, deviation } => {
                vec![mean + deviation * function.at(&kernels)]
            }
            Decisions::Classes(pairs) => {
                let probabilities: Vec<(usize, usize, f64)> = pairs
                    .iter()
                    .map(|pair| {
                        let decision = pair.function.at(&kernels);
                        (pair.first, pair.second, pair.sigmoid.probability(decision))
                    })
                    .collect();
                platt::couple(classes, &probabilities)
            }
        }
    }
}

#[cfg(test)]
mod tests;
