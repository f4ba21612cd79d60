//! FISTA (Beck & Teboulle, SIAM Journal on Imaging Sciences 2, 2009), with backtracking
//! and adaptive restarts (O'Donoghue & Candès, 2015).

use super::objective::Objective;
use crate::learners::algebra::{add, dot};
use crate::learners::{Deadline, FitError};

/// Steps after which what was found is taken.
const MAX_STEPS: usize = 2_000;

/// The parameters that minimise an objective with an L1 penalty.
pub(super) fn minimise(
    objective: &impl Objective,
    start: Vec<f64>,
    tolerance: f64,
    deadline: Deadline,
) -> Result<Vec<f64>, FitError> {
    let mut params = start;
    let mut ahead = params.clone();
    // How fast the gradient changes at most; halved at first so that it can fall.
    let (mut curvature, mut momentum) = (objective.scale(), 1.0_f64);
    for _ in 0..MAX_STEPS {
        deadline.check()?;
        let (value, gradient) = objective.evaluate(&ahead);
        if objective.violation(&ahead, &gradient) <= tolerance {
            return Ok(ahead);
        }
        curvature *= 0.9;
        let next = loop {
            let next = proximal(objective, &ahead, &gradient, curvature);
            let mut step = next.clone();
            add(&mut step, -1.0, &ahead);
            let bound = value + dot(&gradient, &step) + 0.5 * curvature * dot(&step, &step);
            let descends = objective.evaluate(&next).0 <= bound + 1e-12 * value.abs();
            if descends || !curvature.is_finite() {
                break next;
            }
            curvature *= 2.0;
        };
        let mut moved = next.clone();
        add(&mut moved, -1.0, &params);
        let mut overshot = ahead.clone();
        add(&mut overshot, -1.0, &next);
        let following = f64::midpoint(1.0, (1.0 + 4.0 * momentum * momentum).sqrt());
        ahead.clone_from(&next);
        momentum = if dot(&overshot, &moved) > 0.0 {
            1.0
        } else {
            add(&mut ahead, (momentum - 1.0) / following, &moved);
            following
        };
        params = next;
    }
    Ok(params)
}

/// A gradient step, then each parameter is moved towards zero by its penalty.
fn proximal(
    objective: &impl Objective,
    params: &[f64],
    gradient: &[f64],
    curvature: f64,
) -> Vec<f64> {
    let cells = params.iter().zip(gradient).enumerate();
    cells
        .map(|(place, (param, slope))| {
            let moved = param - slope / curvature;
            (moved.abs() - objective.l1(place) / curvature).max(0.0).copysign(moved)
        })
        .collect()
}
