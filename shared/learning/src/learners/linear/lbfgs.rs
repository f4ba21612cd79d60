//! L-BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.4), with a
//! preconditioner in place of the initial inverse Hessian.

use std::collections::VecDeque;

use super::newton::descend;
use super::objective::Objective;
use crate::learners::algebra::{add, dot};
use crate::learners::{Deadline, FitError};

/// The number of steps that are remembered.
const MEMORY: usize = 10;

/// Steps after which what was found is taken.
const MAX_STEPS: usize = 1_000;

/// A step, and the change of the gradient over it.
struct Step {
    params: Vec<f64>,
    gradient: Vec<f64>,
    product: f64,
}

/// The parameters that minimise a smooth objective. `precondition` multiplies a vector
/// by an approximation of the inverse Hessian.
pub(super) fn minimise(
    objective: &impl Objective,
    start: Vec<f64>,
    precondition: impl Fn(&mut [f64]),
    tolerance: f64,
    deadline: Deadline,
) -> Result<Vec<f64>, FitError> {
    let mut params = start;
    let (mut value, mut gradient) = objective.evaluate(&params);
    let mut steps: VecDeque<Step> = VecDeque::with_capacity(MEMORY);
    for _ in 0..MAX_STEPS {
        if objective.violation(&params, &gradient) <= tolerance {
            break;
        }
        deadline.check()?;
        let direction = direction(&gradient, &steps, &precondition);
        let Some((next, next_value, next_gradient)) =
            descend(objective, &params, (value, &gradient), &direction)
        else {
            break;
        };
        let moved = difference(&next, &params);
        let changed = difference(&next_gradient, &gradient);
        let product = dot(&moved, &changed);
        if product > 1e-12 * dot(&moved, &moved).sqrt() * dot(&changed, &changed).sqrt() {
            if steps.len() == MEMORY {
                steps.pop_front();
            }
            steps.push_back(Step { params: moved, gradient: changed, product });
        }
        (params, value, gradient) = (next, next_value, next_gradient);
    }
    Ok(params)
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// The two-loop recursion.
fn direction(
    gradient: &[f64],
    steps: &VecDeque<Step>,
    precondition: impl Fn(&mut [f64]),
) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        let share = dot(&step.params, &direction) / step.product;
        add(&mut direction, -share, &step.gradient);
        shares.push(share);
    }
    precondition(&mut direction);
    for (step, share) in steps.iter().zip(shares.into_iter().rev()) {
        let back = dot(&step.gradient, &direction) / step.product;
        add(&mut direction, share - back, &step.params);
    }
    direction
}
