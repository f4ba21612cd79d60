//! Sequential minimal optimisation as in libsvm (Fan, Chen & Lin, JMLR 6, 2005: working
//! sets by second-order information; without shrinking).

use super::kernel::KernelMatrix;
use crate::learners::{Deadline, FitError};

/// How far the optimality conditions may be violated: scikit-learn's default `tol`.
const TOLERANCE: f64 = 1e-3;

/// The curvature that is taken where the kernel has none.
const TAU: f64 = 1e-12;

/// Steps between two looks at the clock.
const STEPS_A_LOOK: usize = 1_024;

/// Minimises `½ Σ αᵢαⱼ yᵢyⱼ K(i mod n, j mod n) + Σ pᵢαᵢ` for `0 ≤ αᵢ ≤ cᵢ` and
/// `Σ yᵢαᵢ = 0`, where `n` is the size of the kernel matrix.
pub(super) struct Problem {
    /// 1 or −1.
    pub(super) signs: Vec<f64>,
    /// The linear term.
    pub(super) linear: Vec<f64>,
    /// The upper bounds.
    pub(super) bounds: Vec<f64>,
}

/// The minimum.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Solution {
    pub(super) alpha: Vec<f64>,
    /// What the decision function has to be lessened by.
    pub(super) rho: f64,
}

impl Problem {
    pub(super) fn solve(
        self,
        kernel: &mut KernelMatrix<'_>,
        deadline: Deadline,
    ) -> Result<Solution, FitError> {
        let Self { signs, linear, bounds } = self;
        let diagonal: Vec<f64> =
            kernel.diagonal().iter().copied().cycle().take(signs.len()).collect();
        let mut state =
            State { alpha: vec![0.0; signs.len()], gradient: linear, signs, bounds, diagonal };
        let most = (100 * state.alpha.len()).max(1_000_000);
        for step in 0..most {
            if step % STEPS_A_LOOK == 0 && deadline.has_passed() {
                return Err(FitError::Deadline);
            }
            if !state.improve(kernel) {
                break;
            }
        }
        Ok(Solution { rho: state.rho(), alpha: state.alpha })
    }
}

struct State {
    alpha: Vec<f64>,
    gradient: Vec<f64>,
    signs: Vec<f64>,
    bounds: Vec<f64>,
    diagonal: Vec<f64>,
}

/// One variable.
#[derive(Clone, Copy)]
struct Variable {
    alpha: f64,
    gradient: f64,
    sign: f64,
    bound: f64,
    curvature: f64,
}

impl Variable {
    /// Whether `sign · alpha` can grow.
    fn can_rise(self) -> bool {
        if self.sign > 0.0 { self.alpha < self.bound } else { self.alpha > 0.0 }
    }

    /// Whether `sign · alpha` can fall.
    fn can_fall(self) -> bool {
        if self.sign > 0.0 { self.alpha > 0.0 } else { self.alpha < self.bound }
    }

    /// How much the objective falls when `sign · alpha` grows.
    fn gain(self) -> f64 {
        -self.sign * self.gradient
    }
}

impl State {
    fn variables(&self) -> impl Iterator<Item = Variable> {
        let places = self.alpha.iter().zip(&self.gradient).zip(&self.signs);
        places.zip(&self.bounds).zip(&self.diagonal).map(
            |((((&alpha, &gradient), &sign), &bound), &curvature)| Variable {
                alpha,
                gradient,
                sign,
                bound,
                curvature,
            },
        )
    }

    /// One step; false at the optimum.
    fn improve(&mut self, kernel: &mut KernelMatrix<'_>) -> bool {
        let Some((first, one)) = self.most_violating() else { return false };
        let size = kernel.len();
        let Some((second, other, product)) = self.partner(one, kernel.row(first % size)) else {
            return false;
        };
        // Along `sign · alpha`, the first rises by as much as the second falls.
        let curvature = (one.curvature + other.curvature - 2.0 * product).max(TAU);
        let wanted = (one.gain() - other.gain()) / curvature;
        let room = |variable: Variable, rises: bool| match rises == (variable.sign > 0.0) {
            true => variable.bound - variable.alpha,
            false => variable.alpha,
        };
        let (rise, fall) = (room(one, true), room(other, false));
        let step = wanted.min(rise).min(fall);
        // At a bound exactly, so that the variable counts as being there.
        self.set(first, one, step, step == rise);
        self.set(second, other, -step, step == fall);
        let (first, second) = kernel.rows(first % size, second % size);
        let signs = self.signs.chunks(size);
        for (gradient, signs) in self.gradient.chunks_mut(size).zip(signs) {
            for (((gradient, sign), a), b) in gradient.iter_mut().zip(signs).zip(first).zip(second)
            {
                *gradient += sign * step * (f64::from(*a) - f64::from(*b));
            }
        }
        true
    }

    fn set(&mut self, place: usize, variable: Variable, step: f64, at_bound: bool) {
        let change = variable.sign * step;
        let value = match (at_bound, change > 0.0) {
            (true, true) => variable.bound,
            (true, false) => 0.0,
            (false, _) => variable.alpha + change,
        };
        if let Some(alpha) = self.alpha.get_mut(place) {
            *alpha = value;
        }
    }

    fn most_violating(&self) -> Option<(usize, Variable)> {
        let mut best: Option<(usize, Variable)> = None;
        for (place, variable) in self.variables().enumerate() {
            let better = |(_, best): &(usize, Variable)| variable.gain() > best.gain();
            if variable.can_rise() && best.as_ref().is_none_or(better) {
                best = Some((place, variable));
            }
        }
        best
    }

    /// The variable with which the objective falls most, and its kernel with the first;
    /// `None` when all conditions hold.
    fn partner(&self, first: Variable, kernel: &[f32]) -> Option<(usize, Variable, f64)> {
        let highest = first.gain();
        let mut best: Option<(usize, Variable, f64)> = None;
        let (mut most, mut lowest) = (0.0, f64::INFINITY);
        let kernels = kernel.iter().cycle();
        for (place, (variable, &product)) in self.variables().zip(kernels).enumerate() {
            if !variable.can_fall() {
                continue;
            }
            lowest = variable.gain().min(lowest);
            let difference = highest - variable.gain();
            if difference <= 0.0 {
                continue;
            }
            let product = f64::from(product);
            let curvature = (first.curvature + variable.curvature - 2.0 * product).max(TAU);
            let fall = difference * difference / curvature;
            if fall > most {
                (most, best) = (fall, Some((place, variable, product)));
            }
        }
        best.filter(|_| highest - lowest >= TOLERANCE)
    }

    /// The mean over the variables between their bounds; without any, the middle of
    /// what the conditions allow.
    fn rho(&self) -> f64 {
        let (mut sum, mut free) = (0.0, 0_usize);
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for variable in self.variables() {
            let value = -variable.gain();
            match (variable.can_rise(), variable.can_fall()) {
                (true, true) => {
                    sum += value;
                    free += 1;
                }
                (true, false) => high = high.min(value),
                (false, true) => low = low.max(value),
                // The row has no weight.
                (false, false) => {}
            }
        }
        match (free, low.is_finite(), high.is_finite()) {
            (0, true, true) => f64::midpoint(low, high),
            (0, true, false) => low,
            (0, false, true) => high,
            (0, false, false) => 0.0,
            _ => sum / free as f64,
        }
    }
}
