//! What drift checks will need to know of a model's performance.

use std::collections::BTreeMap;

use crate::artifact::ArtifactError;
use crate::dataset::{Labelled, Target};
use crate::learners::{Calibration, CalibrationMethod, Predictions, Predictor};
use crate::metrics::{Metric, Resamples};
use crate::profile::performance::calibrated;
use crate::profile::{Baseline, ErrorModel, Estimator, Expected, Moments, Performance, Profile};
use crate::spec::Spec;

use super::TrainingError;
use super::assessment::Assessment;

/// Fewer rows than this do not show the shape of an isotonic curve.
const MIN_ROWS_FOR_ISOTONIC: usize = 1_000;

/// The most holdout rows whose resamples tell how far an estimate varies.
const RESAMPLED: usize = 2_000;

/// The width of a 95 % interval in standard deviations.
const WIDTH: f64 = 3.919_927_969_080_108;

/// The profile of rows, and of the answers to them.
pub(super) fn profile(rows: &Labelled, answers: &Predictions, spec: &Spec) -> Profile {
    let profile = Profile::of(&rows.inputs, &rows.schema)
        .with_predictions(answers)
        .with_rows(&rows.inputs, spec.time.as_deref());
    match &rows.schema.target {
        Some(target) => profile.with_target(target, &rows.target),
        None => profile,
    }
}

/// How well a predictor does on the holdout, and how that is to be estimated from its
/// answers alone. `unseen` are other rows that it was not fitted to, with what was
/// answered for them before any adjustment.
pub(super) fn performance(
    predictor: &Predictor,
    unseen: &Labelled,
    answers: &Predictions,
    holdout: &Labelled,
    assessment: &Assessment,
    metric: Metric,
    spec: &Spec,
) -> Result<Performance, TrainingError> {
    let rows = holdout.rows();
    let predictions = predictor.predict(&holdout.inputs)?;
    let estimator = match answers {
        Predictions::Classes { classes, .. } => {
            let calibrated = predictor.adjustments().calibration.is_some();
            let calibration = if calibrated { None } else { calibration(&unseen.target, answers) };
            Estimator::Confidence { calibration, classes: classes.len() }
        }
        Predictions::Values(values) => {
            Estimator::Errors(ErrorModel::fit(unseen, values, spec)?.map(Box::new))
        }
        // Nobody knows the errors.
        Predictions::Anomalies { .. } | Predictions::Clusters(_) => Estimator::Errors(None),
    };
    let realised = assessment.metrics().into_iter().filter_map(|(metric, value)| {
        let interval = assessment.intervals.get(&metric)?;
        let deviation = (interval.high - interval.low) / WIDTH * (rows as f64).sqrt();
        Some((metric, Baseline { value, deviation }))
    });
    let mut expected = estimator.nothing();
    if let Some(fitted) = estimator.fitted().map_err(ArtifactError::from)? {
        fitted.count(&holdout.inputs, &predictions, &mut expected)?;
    }
    Ok(Performance {
        metric,
        rows: rows as u64,
        realised: realised.collect(),
        estimated: estimated(&estimator, &expected, &predictions, assessment, spec.split.seed),
        error: error(&holdout.target, &predictions),
        estimator,
    })
}

/// What corrects the probabilities of a model that does not do so itself.
fn calibration(target: &Target, answers: &Predictions) -> Option<Calibration> {
    let (Target::Classes { labels, .. }, Predictions::Classes { classes, probabilities, .. }) =
        (target, answers)
    else {
        return None;
    };
    let method = match labels.len() >= MIN_ROWS_FOR_ISOTONIC {
        true => CalibrationMethod::Isotonic,
        false => CalibrationMethod::Sigmoid,
    };
    Calibration::fit(method, probabilities, classes.len(), labels)
}

/// The metrics that can be estimated, for the holdout.
fn estimated(
    estimator: &Estimator,
    expected: &Expected,
    predictions: &Predictions,
    assessment: &Assessment,
    seed: u64,
) -> BTreeMap<Metric, Baseline> {
    let metrics = assessment.evaluation.metrics();
    let deviations = match estimator {
        Estimator::Errors(_) => metrics.iter().map(|&metric| expected.deviation(metric)).collect(),
        Estimator::Confidence { calibration, .. } => {
            let rows = predictions.rows().min(RESAMPLED);
            let probabilities = calibrated(calibration.as_ref(), predictions);
            let answers = predictions.class_indices();
            let scores = Resamples::new(rows, seed).map(|weights| {
                let mut again = estimator.nothing();
                again.add_classes(&probabilities, &answers, weights.iter().copied());
                metrics.iter().map(|&metric| again.score(metric)).collect::<Vec<_>>()
            });
            let column = |index| scores.iter().filter_map(move |row| row.get(index).copied()?);
            let of_metric = |index| spread(column(index)).map(|std| std * (rows as f64).sqrt());
            (0..metrics.len()).map(of_metric).collect::<Vec<_>>()
        }
    };
    metrics
        .iter()
        .zip(deviations)
        .filter_map(|(&metric, deviation)| {
            Some((metric, Baseline { value: expected.score(metric)?, deviation: deviation? }))
        })
        .collect()
}

/// The standard deviation; `None` for fewer than two values.
fn spread(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut moments = Moments::default();
    values.for_each(|value| moments.push(value));
    (moments.count > 1).then(|| moments.std())
}

/// The share of wrong classes, or the mean absolute error.
fn error(target: &Target, predictions: &Predictions) -> f64 {
    let rows = target.rows().max(1) as f64;
    match (target, predictions) {
        (Target::Classes { labels, .. }, predictions @ Predictions::Classes { .. }) => {
            let answers = predictions.class_indices();
            answers.iter().zip(labels).filter(|(answer, label)| answer != label).count() as f64
                / rows
        }
        (Target::Values(truth), Predictions::Values(values)) => {
            values.iter().zip(truth).map(|(value, truth)| (value - truth).abs()).sum::<f64>() / rows
        }
        _ => 0.0,
    }
}
