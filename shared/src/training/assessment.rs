//! What the holdout says about the winner, beside baseline and champion.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::dataset::Labelled;
use crate::learners::{Candidate, Deadline, FitContext, Learner, Predictions, Predictor};
use crate::metrics::{Evaluation, Interval, Metric, Resamples};
use crate::spec::Spec;

use super::{Importances, TrainingError};

/// The coverages at which prediction intervals are measured.
const COVERAGES: [f64; 7] = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/// How many single rows are timed at most, and for how long.
const TIMED: (usize, Duration) = (101, Duration::from_millis(200));

/// What the holdout says about a model.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// Its answers beside the truth.
    pub evaluation: Evaluation,
    /// The 95 % intervals of its metrics.
    pub intervals: BTreeMap<Metric, Interval>,
    /// The champion's metrics on the same rows; empty when there is none to be scored.
    pub champion: BTreeMap<Metric, f64>,
    /// The naive baseline's metrics on the same rows.
    pub baseline: BTreeMap<Metric, f64>,
    /// Promised and measured coverage of prediction intervals; empty for classes.
    pub coverage: Vec<(f64, f64)>,
    /// How much each input matters.
    pub importances: Importances,
    /// How long one row takes, in milliseconds (median). Not reproducible.
    pub latency_ms: f64,
    /// What there was no time to measure, in words.
    pub notes: Vec<String>,
}

impl Assessment {
    /// Assesses a predictor that was fitted to the training rows, as far as there is time
    /// before `end`.
    pub(super) fn of(
        predictor: &Predictor,
        training: &Labelled,
        holdout: &Labelled,
        champion: Option<&Evaluation>,
        metric: Metric,
        spec: &Spec,
        end: Deadline,
    ) -> Result<Self, TrainingError> {
        let predictions = predictor.predict(&holdout.inputs)?;
        let evaluation = scored(predictor, holdout, &predictions, spec.training.coverage)?;
        let naive = Candidate::from(Learner::Baseline).fit(training, &FitContext::new(spec))?;
        let baseline = evaluate(&naive, holdout, spec.training.coverage)?;
        let seed = spec.split.seed;
        let (importances, notes) = Importances::of(predictor, holdout, metric, seed, end)?;
        Ok(Self {
            intervals: Resamples::new(evaluation.rows(), seed).intervals(&evaluation),
            champion: champion.map(finite).unwrap_or_default(),
            baseline: finite(&baseline),
            coverage: coverages(predictor, holdout, &predictions)?,
            importances,
            latency_ms: latency_ms(predictor, holdout)?,
            notes,
            evaluation,
        })
    }

    /// Its metrics that the holdout defines.
    #[must_use]
    pub fn metrics(&self) -> BTreeMap<Metric, f64> {
        finite(&self.evaluation)
    }
}

/// What a predictor answers for the rows, beside the truth.
pub(super) fn evaluate(
    predictor: &Predictor,
    rows: &Labelled,
    coverage: f64,
) -> Result<Evaluation, TrainingError> {
    scored(predictor, rows, &predictor.predict(&rows.inputs)?, coverage)
}

fn scored(
    predictor: &Predictor,
    rows: &Labelled,
    predictions: &Predictions,
    coverage: f64,
) -> Result<Evaluation, TrainingError> {
    let intervals = predictor.intervals(predictions, coverage);
    Ok(Evaluation::new(&rows.target, predictions)?.with_intervals(intervals))
}

fn coverages(
    predictor: &Predictor,
    holdout: &Labelled,
    predictions: &Predictions,
) -> Result<Vec<(f64, f64)>, TrainingError> {
    let mut measured = Vec::new();
    for coverage in COVERAGES {
        let covered = scored(predictor, holdout, predictions, coverage)?.score(Metric::Coverage);
        if covered.is_finite() {
            measured.push((coverage, covered));
        }
    }
    Ok(measured)
}

/// The median time of a prediction for one row.
pub(super) fn latency_ms(predictor: &Predictor, holdout: &Labelled) -> Result<f64, TrainingError> {
    let started = Instant::now();
    let mut times = Vec::new();
    for row in 0..holdout.rows().min(TIMED.0) {
        let row = holdout.inputs.select(&[row]);
        let asked = Instant::now();
        predictor.predict(&row)?;
        times.push(asked.elapsed());
        if started.elapsed() > TIMED.1 {
            break;
        }
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).map_or(f64::NAN, |time| 1e3 * time.as_secs_f64()))
}

/// The metrics that the rows define.
pub(super) fn finite(evaluation: &Evaluation) -> BTreeMap<Metric, f64> {
    evaluation.all().into_iter().filter(|(_, value)| value.is_finite()).collect()
}
