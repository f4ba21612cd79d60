//! Cyclic coordinate descent for a quadratic function with an elastic-net penalty
//! (Friedman, Hastie & Tibshirani, Journal of Statistical Software 33, 2010).

use crate::learners::algebra::add;
use crate::learners::{Deadline, FitError};

/// Sweeps over the coordinates after which what was found is taken.
const MAX_SWEEPS: usize = 10_000;

/// `l1 ‖c‖₁ + ½ l2 ‖c‖²`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Penalty {
    pub(super) l1: f64,
    pub(super) l2: f64,
}

/// `½ cᵀ gram c − linear · c`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quadratic<'a> {
    /// Both triangles, in full rows.
    pub(super) gram: &'a [f64],
    pub(super) linear: &'a [f64],
}

impl Penalty {
    /// The coordinate that minimises `½ curvature c² − slope · c` and the penalty.
    fn shrink(self, slope: f64, curvature: f64) -> f64 {
        let curvature = curvature + self.l2;
        if curvature > 0.0 {
            (slope.abs() - self.l1).max(0.0).copysign(slope) / curvature
        } else {
            0.0
        }
    }
}

/// The coefficients at which `converged(coefficients, linear − gram · coefficients)`;
/// each coordinate has a penalty of its own.
pub(super) fn minimise(
    quadratic: &Quadratic<'_>,
    penalty: impl Fn(usize) -> Penalty,
    start: Vec<f64>,
    converged: impl Fn(&[f64], &[f64]) -> bool,
    deadline: Deadline,
) -> Result<Vec<f64>, FitError> {
    let size = start.len();
    let mut coefficients = start;
    let mut gradient = quadratic.linear.to_vec();
    for (row, &coefficient) in quadratic.gram.chunks_exact(size).zip(&coefficients) {
        add(&mut gradient, -coefficient, row);
    }
    for sweep in 0..MAX_SWEEPS {
        if converged(&coefficients, &gradient) {
            break;
        }
        if sweep % 16 == 15 {
            deadline.check()?;
        }
        let cells = quadratic.gram.chunks_exact(size).enumerate();
        for ((place, row), coefficient) in cells.zip(&mut coefficients) {
            let (Some(&curvature), Some(&slope)) = (row.get(place), gradient.get(place)) else {
                continue;
            };
            let old = *coefficient;
            *coefficient = penalty(place).shrink(slope + curvature * old, curvature);
            if *coefficient != old {
                add(&mut gradient, old - *coefficient, row);
            }
        }
    }
    Ok(coefficients)
}
