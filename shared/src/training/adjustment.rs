//! The adjustments of the winner's answers, fitted to its out-of-fold predictions.

use std::sync::Arc;

use crate::dataset::{Labelled, Target};
use crate::learners::{Adjustments, Calibration, CalibrationMethod, Predictions, Residuals};
use crate::metrics::{Evaluation, Metric};
use crate::spec::{Choice, Training};

use super::{OutOfFold, TrainingError};

/// Calibration helps when it lowers the log loss by at least this share …
const LEAST_GAIN: f64 = 0.01;

/// … and by so many standard errors of the difference.
const ERRORS: f64 = 2.0;

/// Fewer rows than this do not show the shape of an isotonic curve.
const MIN_ROWS_FOR_ISOTONIC: usize = 1_000;

/// In how many parts rows are divided to see what calibration does to rows that it
/// was not fitted to.
const PARTS: usize = 5;

/// Fits what the spec asks for, and what helps, to predictions for rows that the
/// model has not seen; the notes say what and why.
pub(super) fn fit(
    spec: &Training,
    metric: Metric,
    training: &Labelled,
    unseen: &OutOfFold,
    seed: u64,
) -> Result<(Adjustments, Vec<String>), TrainingError> {
    let target = training.target.select(&unseen.rows);
    let mut notes = Vec::new();
    let adjustments = match (&target, &unseen.predictions) {
        (Target::Values(truth), Predictions::Values(predicted)) => {
            Adjustments { residuals: Residuals::fit(truth, predicted), ..Adjustments::default() }
        }
        (Target::Classes { labels, .. }, Predictions::Classes { classes, probabilities, .. }) => {
            let rows = Rows { target: &target, labels, classes, probabilities };
            let calibration = rows.calibration(spec.calibrate, metric, seed, &mut notes)?;
            let threshold =
                rows.threshold(spec.threshold, metric, calibration.as_ref(), &mut notes)?;
            Adjustments { calibration, threshold, residuals: None }
        }
        _ => Adjustments::default(),
    };
    Ok((adjustments, notes))
}

/// Out-of-fold probabilities with their true classes.
struct Rows<'a> {
    target: &'a Target,
    labels: &'a [usize],
    classes: &'a Arc<[String]>,
    /// Row-major, `rows × classes`.
    probabilities: &'a [f64],
}

impl Rows<'_> {
    /// The spec's threshold, or the one that is best for a metric of labels.
    fn threshold(
        &self,
        wish: Option<f64>,
        metric: Metric,
        calibration: Option<&Calibration>,
        notes: &mut Vec<String>,
    ) -> Result<Option<f64>, TrainingError> {
        let classes = self.classes.len();
        if wish.is_some() && classes != 2 {
            notes.push(format!(
                "`training.threshold` is not used: it divides two classes, and these are {classes}"
            ));
            return Ok(None);
        }
        if wish.is_some() {
            return Ok(wish);
        }
        let mut probabilities = self.probabilities.to_vec();
        if let Some(calibration) = calibration {
            calibration.apply(&mut probabilities, classes);
        }
        let best = self.evaluate(probabilities)?.best_threshold(metric);
        notes.extend(best.map(|best| {
            format!("decision threshold {best:.4}: the best {metric} in cross-validation")
        }));
        Ok(best)
    }

    /// The method with the lowest log loss on rows that it was not fitted to, where it
    /// is wanted or helps.
    fn calibration(
        &self,
        wish: Choice,
        metric: Metric,
        seed: u64,
        notes: &mut Vec<String>,
    ) -> Result<Option<Calibration>, TrainingError> {
        if wish == Choice::Never {
            return Ok(None);
        }
        let before = self.losses(self.probabilities);
        let tried = CalibrationMethod::ALL.into_iter().filter(|&method| {
            method != CalibrationMethod::Isotonic || self.labels.len() >= MIN_ROWS_FOR_ISOTONIC
        });
        let best = tried
            .filter_map(|method| {
                let corrected = self.cross_fitted(method, seed)?;
                let losses = self.losses(&corrected);
                Some((method, corrected, losses))
            })
            .min_by(|a, b| mean(&a.2).total_cmp(&mean(&b.2)));
        let Some((method, corrected, after)) = best else { return Ok(None) };
        if wish == Choice::Auto && !(helps(&before, &after) && self.keeps(metric, corrected)?) {
            return Ok(None);
        }
        notes.push(format!(
            "probabilities are calibrated ({}): log loss {:.4} instead of {:.4} in \
             cross-validation",
            method.name(),
            mean(&after),
            mean(&before)
        ));
        Ok(Calibration::fit(method, self.probabilities, self.classes.len(), self.labels))
    }

    /// Each part of the rows as corrected by what was fitted to the other parts.
    fn cross_fitted(&self, method: CalibrationMethod, seed: u64) -> Option<Vec<f64>> {
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        fastrand::Rng::with_seed(seed).shuffle(&mut order);
        let row = |row: usize| self.probabilities.chunks(self.classes.len().max(1)).nth(row);
        let mut corrected = self.probabilities.to_vec();
        for part in 0..PARTS {
            let is_held = |(position, _): &(usize, &usize)| position % PARTS == part;
            let rest = order.iter().enumerate().filter(|entry| !is_held(entry));
            let rest: Vec<usize> = rest.map(|(_, &row)| row).collect();
            let probabilities: Vec<f64> =
                rest.iter().filter_map(|&index| row(index)).flatten().copied().collect();
            let labels: Vec<usize> =
                rest.iter().filter_map(|&index| self.labels.get(index).copied()).collect();
            let calibration =
                Calibration::fit(method, &probabilities, self.classes.len(), &labels)?;
            for (_, &held) in order.iter().enumerate().filter(is_held) {
                let start = held * self.classes.len();
                if let Some(row) = corrected.get_mut(start..start + self.classes.len()) {
                    calibration.apply(row, self.classes.len());
                }
            }
        }
        Some(corrected)
    }

    /// The log loss of each row.
    fn losses(&self, probabilities: &[f64]) -> Vec<f64> {
        let rows = probabilities.chunks(self.classes.len().max(1)).zip(self.labels);
        rows.map(|(row, &label)| {
            let certainty = row.get(label).copied().unwrap_or_default();
            -certainty.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
        })
        .collect()
    }

    /// Whether the metric does not fall. Of two classes the order of rows stays, and
    /// labels get a threshold of their own.
    fn keeps(&self, metric: Metric, corrected: Vec<f64>) -> Result<bool, TrainingError> {
        if self.classes.len() == 2 {
            return Ok(true);
        }
        let before = self.evaluate(self.probabilities.to_vec())?.score(metric);
        Ok(metric.improvement(self.evaluate(corrected)?.score(metric), before) >= 0.0)
    }

    fn evaluate(&self, probabilities: Vec<f64>) -> Result<Evaluation, TrainingError> {
        let classes = Arc::clone(self.classes);
        let predictions = Predictions::Classes { classes, probabilities, threshold: None };
        Ok(Evaluation::new(self.target, &predictions)?)
    }
}

/// Whether the losses fall by enough, and by more than chance explains.
fn helps(before: &[f64], after: &[f64]) -> bool {
    let gains: Vec<f64> = before.iter().zip(after).map(|(before, after)| before - after).collect();
    let gain = mean(&gains);
    let squares: f64 = gains.iter().map(|value| (value - gain).powi(2)).sum();
    let rows = gains.len() as f64;
    let error = (squares / (rows - 1.0).max(1.0) / rows).sqrt();
    gain > LEAST_GAIN * mean(before) && gain > ERRORS * error
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
#[path = "adjustment_tests.rs"]
mod tests;
