//! Platt's sigmoid on the log-odds of a probability.

use serde::{Deserialize, Serialize};

/// Steps of Newton's method; a few are enough.
const STEPS: usize = 100;

/// Where the gradient counts as zero, per row.
const TOLERANCE: f64 = 1e-10;

/// `σ(slope · log-odds + intercept)`: Platt, *Probabilistic Outputs for Support Vector
/// Machines*, 1999, with his targets for finitely many rows, as scikit-learn's
/// `method="sigmoid"`; log-odds, so that a calibrated model stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Sigmoid {
    pub(super) slope: f64,
    pub(super) intercept: f64,
}

impl Sigmoid {
    /// Fits probabilities to whether the rows are of the class. `None` when one side
    /// has no row, or a higher probability does not make the class more likely.
    pub(super) fn fit(scored: &[(f64, bool)]) -> Option<Self> {
        let positives = scored.iter().filter(|(_, is_class)| *is_class).count() as f64;
        let negatives = scored.len() as f64 - positives;
        if positives == 0.0 || negatives == 0.0 {
            return None;
        }
        let (low, high) = (1.0 / (negatives + 2.0), (positives + 1.0) / (positives + 2.0));
        let rows: Vec<(f64, f64)> = scored
            .iter()
            .map(|&(probability, is_class)| {
                (log_odds(probability), if is_class { high } else { low })
            })
            .collect();
        let mut fitted =
            Self { slope: 0.0, intercept: ((positives + 1.0) / (negatives + 1.0)).ln() };
        let mut loss = fitted.loss(&rows);
        for _ in 0..STEPS {
            let Some(step) = fitted.newton(&rows) else { break };
            // Halved until it is one downhill.
            let better = (0..40).find_map(|halvings| {
                let share = 0.5_f64.powi(halvings);
                let next = Self {
                    slope: fitted.slope - share * step.0,
                    intercept: fitted.intercept - share * step.1,
                };
                let value = next.loss(&rows);
                (value < loss).then_some((next, value))
            });
            let Some((next, value)) = better else { break };
            (fitted, loss) = (next, value);
        }
        (fitted.slope > 0.0 && fitted.slope.is_finite() && fitted.intercept.is_finite())
            .then_some(fitted)
    }

    fn at(&self, log_odds: f64) -> f64 {
        self.slope * log_odds + self.intercept
    }

    /// Cross-entropy of the targets.
    fn loss(&self, rows: &[(f64, f64)]) -> f64 {
        let of = |&(log_odds, target): &(f64, f64)| {
            let margin = self.at(log_odds);
            margin.max(0.0) + (-margin.abs()).exp().ln_1p() - target * margin
        };
        rows.iter().map(of).sum()
    }

    /// The step to subtract; `None` at the minimum, or where there is no curvature.
    fn newton(&self, rows: &[(f64, f64)]) -> Option<(f64, f64)> {
        let (mut a, mut b) = (0.0, 0.0);
        let (mut aa, mut ab, mut bb) = (1e-12, 0.0, 1e-12);
        for &(log_odds, target) in rows {
            let p = sigmoid(self.at(log_odds));
            let (error, weight) = (p - target, p * (1.0 - p));
            a += error * log_odds;
            b += error;
            aa += weight * log_odds * log_odds;
            ab += weight * log_odds;
            bb += weight;
        }
        let determinant = aa * bb - ab * ab;
        let still = a.abs().max(b.abs()) <= TOLERANCE * rows.len() as f64;
        (!still && determinant > 0.0)
            .then(|| ((bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant))
    }

    /// The corrected probability, which rises with the uncorrected one.
    pub(super) fn apply(&self, probability: f64) -> f64 {
        sigmoid(self.at(log_odds(probability)))
    }
}

fn sigmoid(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}

/// Finite also for probabilities of 0 and 1.
fn log_odds(probability: f64) -> f64 {
    let odds = |p: f64| p.max(f64::MIN_POSITIVE).ln();
    odds(probability) - odds(1.0 - probability)
}
