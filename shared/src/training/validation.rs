//! Cross-validation: a candidate is fitted to all folds but one and scored on that
//! one, for each fold in turn.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::dataset::Labelled;
use crate::dataset::split::Split;
use crate::learners::{Candidate, FitContext, FitError, PredictError, Predictions};
use crate::metrics::{Evaluation, Incomparable, Metric};
use crate::panic;

/// Predictions for rows by models that have not been fitted to them.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfFold {
    /// Rows of the training data, fold by fold. Forward in time, the earliest rows are
    /// in no fold's held-out part.
    pub rows: Vec<usize>,
    /// One prediction for each of `rows`.
    pub predictions: Predictions,
}

/// What a candidate that is fitted to one fold's training rows answers for its held-out
/// rows.
#[derive(Debug)]
pub(super) struct Fold {
    /// Its score on the held-out rows: a finite number.
    pub(super) score: f64,
    /// How long fitting, predicting and scoring took.
    pub(super) elapsed: Duration,
    predictions: Predictions,
}

/// A candidate has no score on a fold.
#[derive(Debug, thiserror::Error)]
pub(super) enum FoldError {
    /// It could not be fitted.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// It could not predict.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// Its predictions are not those of the task.
    #[error(transparent)]
    Incomparable(#[from] Incomparable),
    /// The metric has no value on the held-out rows.
    #[error(
        "the predictions for {rows} held-out rows do not define {metric}: upload more rows, \
         choose another metric, or fewer folds"
    )]
    Undefined {
        /// The number of rows.
        rows: usize,
        /// The metric.
        metric: Metric,
    },
    /// It panicked.
    #[error("the learner panicked: {0}")]
    Panic(String),
}

impl Fold {
    /// Fits the candidate to the fold's training rows and scores it on the others. A
    /// learner that panics is one that failed.
    pub(super) fn of(
        candidate: &Candidate,
        data: &Labelled,
        fold: &Split,
        metric: Metric,
        context: &FitContext<'_>,
    ) -> Result<Self, FoldError> {
        let started = Instant::now();
        let answer = || -> Result<(Evaluation, Predictions), FoldError> {
            let predictor = candidate.fit(&data.select(&fold.train), context)?;
            let held = data.select(&fold.holdout);
            let predictions = predictor.predict(&held.inputs)?;
            Ok((Evaluation::new(&held.target, &predictions)?, predictions))
        };
        let (evaluation, predictions) = catch_unwind(AssertUnwindSafe(answer))
            .unwrap_or_else(|panicked| Err(FoldError::Panic(panic::message(panicked.as_ref()))))?;
        let score = evaluation.score(metric);
        if !score.is_finite() {
            return Err(FoldError::Undefined { rows: predictions.rows(), metric });
        }
        Ok(Self { score, elapsed: started.elapsed(), predictions })
    }
}

impl OutOfFold {
    /// The predictions of all folds together; `None` without any, or when they are of
    /// different classes.
    pub(super) fn of(results: Vec<Fold>, folds: &[Split]) -> Option<Self> {
        let rows = folds.iter().flat_map(|fold| fold.holdout.iter().copied()).collect();
        let predictions = results.into_iter().map(|fold| fold.predictions);
        Some(Self { rows, predictions: Predictions::concat(predictions)? })
    }
}
