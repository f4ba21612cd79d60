//! A blend of the finalists: weights are found on what they answered out of fold, so that
//! nothing is fitted again to judge it.
//!
//! Weights come from greedy selection with replacement (Caruana et al., *Ensemble Selection
//! from Libraries of Models*, ICML 2004) by the squared error, which for probabilities is
//! the Brier score. Each fold is scored with the weights of the other folds.

use super::super::validation::OutOfFold;
use super::finalists::Finalist;
use crate::dataset::split::Split;
use crate::dataset::{Labelled, Target};
use crate::learners::add_answers;
use crate::metrics::{Evaluation, Metric};

/// How many are selected: no weight is smaller than its inverse.
const PICKS: u32 = 20;

/// What the finalists answer together.
pub(super) struct Blend {
    /// Each finalist's share; 0 for most.
    pub(super) shares: Vec<f64>,
    /// The score on each fold.
    pub(super) scores: Vec<f64>,
    /// The answers that were scored.
    pub(super) predictions: OutOfFold,
}

impl Blend {
    /// The blend of all; `None` where a fold cannot be scored, or one finalist alone is best.
    pub(super) fn of(
        finalists: &[Finalist],
        data: &Labelled,
        folds: &[Split],
        metric: Metric,
    ) -> Option<Self> {
        let first = &finalists.first()?.predictions;
        let width = first.predictions.answers().len().checked_div(first.rows.len())?;
        let answers: Vec<&[f64]> =
            finalists.iter().map(|it| it.predictions.predictions.answers()).collect();
        let mut parts = Vec::with_capacity(folds.len());
        let mut start = 0;
        for fold in folds {
            let truth = data.target.select(&fold.holdout);
            let end = start + width * fold.holdout.len();
            let answers: Vec<&[f64]> =
                answers.iter().map(|all| all.get(start..end)).collect::<Option<_>>()?;
            let errors = Errors::of(&truth, &answers);
            parts.push((truth, answers, errors));
            start = end;
        }
        let all = parts.iter().fold(Errors::none(finalists.len()), |all, (.., own)| all.plus(own));
        let shares = all.shares();
        if shares.iter().filter(|share| **share > 0.0).count() < 2 {
            return None;
        }
        let mut scores = Vec::with_capacity(folds.len());
        let mut blended = Vec::with_capacity(start);
        for (truth, answers, own) in parts {
            let mut mean = Vec::new();
            for (share, answers) in all.minus(&own).shares().into_iter().zip(answers) {
                add_answers(&mut mean, share, answers);
            }
            let predictions = first.predictions.with_answers(mean)?;
            let score = Evaluation::new(&truth, &predictions).ok()?.score(metric);
            scores.push(Some(score).filter(|score| score.is_finite())?);
            blended.extend_from_slice(predictions.answers());
        }
        let predictions = first.predictions.with_answers(blended)?;
        Some(Self {
            shares,
            scores,
            predictions: OutOfFold { rows: first.rows.clone(), predictions },
        })
    }
}

/// For each two finalists, the sum over rows of the product of their errors: all that the
/// squared error of a blend depends on.
struct Errors(Vec<Vec<f64>>);

impl Errors {
    fn none(count: usize) -> Self {
        Self(vec![vec![0.0; count]; count])
    }

    /// Of what each answers for the same rows.
    fn of(truth: &Target, answers: &[&[f64]]) -> Self {
        let errors: Vec<Vec<f64>> = answers.iter().map(|answers| errors(truth, answers)).collect();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum();
        let products = |a: &Vec<f64>| errors.iter().map(|b| product(a, b)).collect();
        Self(errors.iter().map(products).collect())
    }

    fn plus(self, other: &Self) -> Self {
        self.with(other, |a, b| a + b)
    }

    fn minus(&self, other: &Self) -> Self {
        self.with(other, |a, b| a - b)
    }

    fn with(&self, other: &Self, together: impl Fn(f64, f64) -> f64) -> Self {
        let rows = self.0.iter().zip(&other.0);
        let row = |(a, b): (&Vec<f64>, &Vec<f64>)| {
            a.iter().zip(b).map(|(a, b)| together(*a, *b)).collect()
        };
        Self(rows.map(row).collect())
    }

    /// How often each is picked, as a share of all picks: the one with which the mean of
    /// those that are picked has the least squared error is picked next.
    fn shares(&self) -> Vec<f64> {
        let mut picks = vec![0_u32; self.0.len()];
        // Of each one's errors with the sum of those that are picked.
        let mut products = vec![0.0; self.0.len()];
        for _ in 0..PICKS {
            let own = self.0.iter().enumerate().filter_map(|(place, row)| row.get(place));
            let grown = products.iter().zip(own).map(|(product, own)| 2.0 * product + own);
            let best = grown.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
            let Some((best, _)) = best else { break };
            for (place, count) in picks.iter_mut().enumerate() {
                *count += u32::from(place == best);
            }
            for (sum, product) in
                products.iter_mut().zip(self.0.iter().skip(best).take(1).flatten())
            {
                *sum += product;
            }
        }
        picks.into_iter().map(|count| f64::from(count) / f64::from(PICKS)).collect()
    }
}

/// How far each answer is from the truth, which is 1 for the true class and 0 for others.
fn errors(truth: &Target, answers: &[f64]) -> Vec<f64> {
    match truth {
        Target::Values(values) => answers.iter().zip(values).map(|(a, y)| a - y).collect(),
        Target::Classes { classes, labels } => {
            let rows = answers.chunks(classes.len().max(1)).zip(labels);
            rows.flat_map(|(row, label)| {
                let is = move |class| f64::from(u8::from(class == *label));
                row.iter().enumerate().map(move |(class, answer)| answer - is(class))
            })
            .collect()
        }
        Target::Absent { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(truth: &Target, answers: &[&[f64]]) -> Vec<f64> {
        Errors::of(truth, answers).shares()
    }

    #[test]
    fn errors_that_cancel_out_are_halved() {
        let truth = Target::Values(vec![1.0, 2.0, 3.0]);
        let (high, low, far) = ([2.0, 3.0, 4.0], [0.0, 1.0, 2.0], [9.0, 9.0, 9.0]);
        assert_eq!(shares(&truth, &[&high, &low, &far]), [0.5, 0.5, 0.0]);
    }

    #[test]
    fn the_true_answers_stand_alone() {
        let classes: std::sync::Arc<[String]> = ["a", "b", "c"].map(str::to_owned).into();
        let truth = Target::Classes { classes, labels: vec![2, 0] };
        let (right, unsure) = ([0.0, 0.0, 1.0, 1.0, 0.0, 0.0], [1.0 / 3.0; 6]);
        assert_eq!(shares(&truth, &[&unsure, &right]), [0.0, 1.0]);
    }

    /// Of independent errors, the mean with the least variance weighs each by the inverse
    /// of its own.
    #[test]
    fn independent_errors_are_weighted_by_the_inverse_of_their_variance() {
        let mut random = fastrand::Rng::with_seed(4);
        let mut noise = |size: f64| -> Vec<f64> {
            (0..20_000).map(|_| size * (random.f64() + random.f64() - 1.0)).collect()
        };
        let (near, far) = (noise(1.0), noise(2.0));
        let shares = shares(&Target::Values(vec![0.0; 20_000]), &[&near, &far]);
        assert_eq!(shares, [0.8, 0.2]);
    }
}
