//! Newton's method, with coordinate descent for the steps where parameters are to become
//! zero (proximal Newton; Lee, Sun & Saunders, SIAM Journal on Optimization 24, 2014).

use super::coordinate_descent::{self, Penalty, Quadratic};
use super::objective::{LogLoss, Objective, subgradient};
use crate::learners::algebra::{Symmetric, add, dot};
use crate::learners::{Deadline, FitError};

/// Steps after which what was found is taken.
const MAX_STEPS: usize = 100;

/// How often a step that does not descend is halved.
const MAX_HALVINGS: usize = 40;

/// The share of the violation down to which a step's own problem is solved.
const FORCING: f64 = 1e-3;

/// The parameters that minimise the loss.
pub(super) fn minimise(
    loss: &LogLoss<'_>,
    start: Vec<f64>,
    tolerance: f64,
    deadline: Deadline,
) -> Result<Vec<f64>, FitError> {
    let mut params = start;
    let (mut value, mut gradient) = loss.evaluate(&params);
    for _ in 0..MAX_STEPS {
        let violation = loss.violation(&params, &gradient);
        if violation <= tolerance {
            break;
        }
        let hessian = loss.hessian(&params, deadline)?;
        let direction = match loss.has_l1() {
            true => shrinking_step(loss, &params, &gradient, &hessian, violation, deadline)?,
            false => {
                let mut step: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
                let Some(factor) = hessian.factor(deadline)? else { break };
                factor.solve(&mut step);
                step
            }
        };
        let Some(next) = descend(loss, &params, (value, &gradient), &direction) else { break };
        (params, value, gradient) = next;
    }
    Ok(params)
}

/// The first of ever shorter steps along `direction` that descends enough (Armijo), with
/// the value and gradient there; `None` when none does, as at an optimum.
pub(super) fn descend(
    objective: &impl Objective,
    params: &[f64],
    (value, gradient): (f64, &[f64]),
    direction: &[f64],
) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let mut full = params.to_vec();
    add(&mut full, 1.0, direction);
    let absolute = objective.absolute(params);
    let expected = dot(gradient, direction) + objective.absolute(&full) - absolute;
    // Within rounding, values of the objective cannot be told apart.
    let rounding = 1e-14 * (value + absolute).abs();
    let mut step = 1.0;
    for _ in 0..MAX_HALVINGS {
        let mut next = params.to_vec();
        add(&mut next, step, direction);
        let (next_value, next_gradient) = objective.evaluate(&next);
        let change = next_value + objective.absolute(&next) - value - absolute;
        if change <= 1e-4 * step * expected + rounding {
            return Some((next, next_value, next_gradient));
        }
        step *= 0.5;
    }
    None
}

/// The step to the minimum of the quadratic approximation with the L1 penalty.
fn shrinking_step(
    loss: &LogLoss<'_>,
    params: &[f64],
    gradient: &[f64],
    hessian: &Symmetric,
    violation: f64,
    deadline: Deadline,
) -> Result<Vec<f64>, FitError> {
    let full = hessian.full();
    let linear: Vec<f64> = full
        .chunks_exact(hessian.size())
        .zip(gradient)
        .map(|(row, slope)| dot(row, params) - slope)
        .collect();
    let enough = FORCING * violation * loss.scale();
    let converged = |found: &[f64], descent: &[f64]| {
        found.iter().zip(descent).enumerate().all(|(place, (&param, &descent))| {
            subgradient(param, -descent, loss.l1(place)) <= enough
        })
    };
    let mut step = coordinate_descent::minimise(
        &Quadratic { gram: &full, linear: &linear },
        |place| Penalty { l1: loss.l1(place), l2: 0.0 },
        params.to_vec(),
        converged,
        deadline,
    )?;
    add(&mut step, -1.0, params);
    Ok(step)
}
