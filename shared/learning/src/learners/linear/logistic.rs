//! Logistic regression, binary and multinomial.
//!
//! Few parameters are fitted by Newton's method. Where there are many rows, it runs on
//! a sample of them, and its Hessian then preconditions L-BFGS over all rows, which
//! needs few passes. Many parameters are fitted by L-BFGS, or by FISTA where some of
//! them are to become zero.

use super::coordinate_descent::Penalty;
use super::objective::{LogLoss, Objective};
use super::{LinearFunction, LinearParams, fista, lbfgs, newton};
use crate::learners::algebra::Rows;
use crate::learners::{Deadline, FitError};

/// The largest derivative of the mean loss at which a search ends (scikit-learn's
/// default is 1e-4).
const TOLERANCE: f64 = 1e-6;

/// The same where a Newton step, which squares the error, has all rows at hand.
const NEWTON_TOLERANCE: f64 = 1e-8;

/// The same on a sample of the rows, whose answer is a start only.
const SAMPLE_TOLERANCE: f64 = 1e-4;

/// The most parameters for which Hessians are worth their cost.
const MAX_NEWTON: usize = 256;

/// The log-odds of a class that no row has.
const NEVER: f64 = -1e6;

/// One function for two classes, else one a class (a class that no row has never wins):
/// scikit-learn's `LogisticRegression` with `C = 1 / alpha`.
pub(super) fn fit(
    rows: Rows<'_>,
    labels: &[usize],
    classes: usize,
    weights: Option<&[f64]>,
    params: &LinearParams,
    deadline: Deadline,
) -> Result<Vec<LinearFunction>, FitError> {
    let mut present: Vec<usize> = labels.to_vec();
    present.sort_unstable();
    present.dedup();
    let places: Vec<usize> =
        labels.iter().map(|label| present.binary_search(label).unwrap_or_default()).collect();
    let penalty =
        Penalty { l1: params.alpha * params.l1_ratio, l2: params.alpha * (1.0 - params.l1_ratio) };
    let functions = match present.len() {
        0 | 1 => vec![LinearFunction::constant(rows.columns(), 0.0)],
        count => {
            let loss = LogLoss::new(rows, &places, count, weights, penalty);
            functions(&minimise(&loss, deadline)?, rows.columns())
        }
    };
    if functions.len() == classes || (classes == 2 && present.len() == 2) {
        return Ok(functions);
    }
    // Where only two of the classes have rows, the one function is that of the second.
    let first = (present.len() == 2).then(|| LinearFunction::constant(rows.columns(), 0.0));
    let mut outputs = vec![LinearFunction::constant(rows.columns(), NEVER); classes];
    for (&class, function) in present.iter().zip(first.into_iter().chain(functions)) {
        if let Some(output) = outputs.get_mut(class) {
            *output = function;
        }
    }
    Ok(outputs)
}

fn functions(params: &[f64], columns: usize) -> Vec<LinearFunction> {
    let split = params.chunks_exact(columns + 1).filter_map(<[f64]>::split_last);
    split
        .map(|(&intercept, coefficients)| LinearFunction {
            coefficients: coefficients.to_vec(),
            intercept,
        })
        .collect()
}

fn minimise(loss: &LogLoss<'_>, deadline: Deadline) -> Result<Vec<f64>, FitError> {
    let start = vec![0.0; loss.size()];
    if loss.size() > MAX_NEWTON {
        return match loss.has_l1() {
            true => fista::minimise(loss, start, TOLERANCE, deadline),
            false => lbfgs::minimise(loss, start, |_| (), TOLERANCE, deadline),
        };
    }
    let Some(sample) = loss.sample((25 * loss.size()).max(5_000)) else {
        return newton::minimise(loss, start, NEWTON_TOLERANCE, deadline);
    };
    let sample = sample.loss();
    let start = newton::minimise(&sample, start, SAMPLE_TOLERANCE, deadline)?;
    if loss.has_l1() {
        return newton::minimise(loss, start, TOLERANCE, deadline);
    }
    match sample.hessian(&start, deadline)?.factor(deadline)? {
        Some(factor) => {
            let precondition = |direction: &mut [f64]| factor.solve(direction);
            lbfgs::minimise(loss, start, precondition, TOLERANCE, deadline)
        }
        None => newton::minimise(loss, start, TOLERANCE, deadline),
    }
}
