//! Answers whose labels have come in.

use jiff::Timestamp;

use crate::dataset::{Categories, MISSING, Target, Task, Values};
use crate::learners::Predictions;
use crate::profile::Performance;

/// What a model answered, when, and what turned out to be true.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    /// When each answer was given.
    pub times: Vec<Timestamp>,
    /// The answers.
    pub predictions: Predictions,
    /// The truth; a label that is no class of the model is left out.
    pub truth: Target,
    /// How many rows have a label that is no class of the model.
    pub unknown: u64,
    /// All labels, also the unknown ones, as a column of the target.
    pub labels: Values,
}

impl Outcomes {
    /// Pairs answers with their labels, one a row; rows without a label are left out.
    /// `None` when there are not as many of each, or they are not of the task.
    #[must_use]
    pub fn new(
        times: &[Timestamp],
        predictions: &Predictions,
        labels: &Values,
        task: &Task,
    ) -> Option<Self> {
        let rows = predictions.rows();
        if times.len() != rows || labels.len() != rows {
            return None;
        }
        let (kept, truth, unknown) = match (task, labels) {
            (Task::Regression, Values::Number(values)) => {
                let kept: Vec<usize> = labels.present();
                let known = kept.iter().filter_map(|&row| values.get(row).copied()).collect();
                (kept, Target::Values(known), 0)
            }
            (Task::Classification { classes }, Values::Category(texts)) => {
                let (kept, known, unknown) = classified(texts, classes);
                (
                    kept,
                    Target::Classes { classes: classes.as_slice().into(), labels: known },
                    unknown,
                )
            }
            _ => return None,
        };
        Some(Self {
            times: kept.iter().filter_map(|&row| times.get(row).copied()).collect(),
            predictions: select(predictions, &kept),
            truth,
            unknown,
            labels: labels.clone(),
        })
    }

    /// The number of rows whose label is known to the model.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.times.len()
    }

    /// The rows that were answered at times for which `holds`.
    #[must_use]
    pub(super) fn of_times(&self, holds: impl Fn(Timestamp) -> bool) -> (Target, Predictions) {
        let rows: Vec<usize> =
            (0..).zip(&self.times).filter(|(_, time)| holds(**time)).map(|(row, _)| row).collect();
        (self.truth.select(&rows), select(&self.predictions, &rows))
    }

    /// What the mean of [`Self::errors`] is when the model does as on the holdout: of
    /// numbers at most.
    #[must_use]
    pub fn usual_error(&self, reference: &Performance) -> f64 {
        match &self.truth {
            Target::Classes { .. } => reference.error,
            Target::Values(_) | Target::Absent { .. } => 0.5,
        }
    }

    /// The errors for [`super::concept::ErrorStream::read`].
    #[must_use]
    pub fn errors(&self, reference: &Performance) -> Vec<(Timestamp, f64)> {
        let errors: Vec<f64> = match (&self.truth, &self.predictions) {
            (Target::Classes { labels, .. }, predictions @ Predictions::Classes { .. }) => {
                let answers = predictions.class_indices();
                let wrong = answers.iter().zip(labels).map(|(answer, label)| answer != label);
                wrong.map(|wrong| f64::from(u8::from(wrong))).collect()
            }
            (Target::Values(truth), Predictions::Values(values)) => {
                let usual = reference.error.max(f64::MIN_POSITIVE);
                let ratios = values.iter().zip(truth).map(|(value, truth)| {
                    let ratio = ((value - truth).abs() / usual).min(1e12);
                    ratio / (1.0 + ratio)
                });
                ratios.collect()
            }
            _ => Vec::new(),
        };
        self.times.iter().copied().zip(errors).collect()
    }
}

/// The rows whose label is a class, their classes, and how many labels are none.
fn classified(texts: &Categories, classes: &[String]) -> (Vec<usize>, Vec<usize>, u64) {
    let of_level: Vec<Option<usize>> =
        texts.levels.iter().map(|level| classes.iter().position(|class| class == level)).collect();
    let (mut kept, mut known, mut unknown) = (Vec::new(), Vec::new(), 0);
    for (row, &code) in texts.codes.iter().enumerate() {
        match of_level.get(code as usize).copied().flatten() {
            Some(class) => {
                kept.push(row);
                known.push(class);
            }
            None => unknown += u64::from(code != MISSING),
        }
    }
    (kept, known, unknown)
}

/// The predictions for the given rows.
fn select(predictions: &Predictions, rows: &[usize]) -> Predictions {
    match predictions {
        Predictions::Values(values) => {
            Predictions::Values(rows.iter().filter_map(|&row| values.get(row).copied()).collect())
        }
        Predictions::Anomalies { scores, outliers } => Predictions::Anomalies {
            scores: rows.iter().filter_map(|&row| scores.get(row).copied()).collect(),
            outliers: rows.iter().filter_map(|&row| outliers.get(row).copied()).collect(),
        },
        Predictions::Clusters(labels) => {
            Predictions::Clusters(rows.iter().filter_map(|&row| labels.get(row).copied()).collect())
        }
        Predictions::Classes { classes, probabilities, threshold } => {
            let width = classes.len();
            let row = |&row: &usize| probabilities.get(row * width..(row + 1) * width);
            Predictions::Classes {
                classes: classes.clone(),
                probabilities: rows.iter().filter_map(row).flatten().copied().collect(),
                threshold: *threshold,
            }
        }
    }
}
