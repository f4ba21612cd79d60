//! Cross-validation: a candidate is fitted to all folds but one and scored on that
//! one, for each fold in turn.

use crate::dataset::Labelled;
use crate::dataset::split::Split;
use crate::learners::{Candidate, FitContext, Predictions};
use crate::metrics::{Evaluation, Metric};

use super::TrainingError;

/// Predictions for rows by models that have not been fitted to them.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfFold {
    /// Rows of the training data, fold by fold. Forward in time, the earliest rows are
    /// in no fold's held-out part.
    pub rows: Vec<usize>,
    /// One prediction for each of `rows`.
    pub predictions: Predictions,
}

/// What a candidate fitted to one fold's training rows answers for its held-out rows.
#[derive(Debug)]
pub(super) struct Fold {
    /// Its score on the held-out rows; `NaN` when they do not define the metric.
    pub(super) score: f64,
    predictions: Predictions,
}

impl Fold {
    /// Fits the candidate to the fold's training rows and scores it on the others.
    pub(super) fn of(
        candidate: &Candidate,
        data: &Labelled,
        fold: &Split,
        metric: Metric,
        context: &FitContext<'_>,
    ) -> Result<Self, TrainingError> {
        let predictor = candidate.fit(&data.select(&fold.train), context)?;
        let held = data.select(&fold.holdout);
        let predictions = predictor.predict(&held.inputs)?;
        let score = Evaluation::new(&held.target, &predictions)?.score(metric);
        Ok(Self { score, predictions })
    }
}

impl OutOfFold {
    /// The predictions of all folds together; `None` when there is no fold or they are
    /// of different classes.
    pub(super) fn of(results: Vec<Fold>, folds: &[Split]) -> Option<Self> {
        let rows = folds.iter().flat_map(|fold| fold.holdout.iter().copied()).collect();
        let predictions = results.into_iter().map(|fold| fold.predictions);
        Some(Self { rows, predictions: Predictions::concat(predictions)? })
    }
}
