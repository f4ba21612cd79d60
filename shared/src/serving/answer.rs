//! Predictions and what was asked for beside them, within the time that there is.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::model::ServedModel;
use crate::dataset::{Table, Task};
use crate::learners::{Intervals, Model, PredictError, Predictions, Predictor};
use crate::protocol::{Extras, Options, ProtocolError, TopContributions, admit_answers};

/// So many rows are answered before the time is looked at: a moment's work …
const FIRST_ROWS: usize = 1024;

/// … but for models that compare a row with many of their training rows, and for
/// contributions.
const FIRST_SLOW_ROWS: usize = 32;

/// How long the rows take that are answered between two looks at the time.
const STEP: Duration = Duration::from_millis(100);

/// Why rows are not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The table does not have the model's inputs.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// Something was asked for that the model does not have, or a row has no finite answer.
    #[error(transparent)]
    Unfit(#[from] ProtocolError),
    /// The model has no answer for rows.
    #[error("the model forecasts series, and has no answer for rows: ask it to forecast")]
    Series,
    /// The time was over before all rows were answered.
    #[error("there was not enough time to answer")]
    TooLate,
}

impl ServedModel {
    /// Predictions for every row, and what `options` ask for beside them. Rows without a finite
    /// answer are among [`Extras::errors`] where the answer may be partial.
    ///
    /// # Errors
    /// When the model forecasts series, the table does not have the model's inputs, the
    /// model not what is asked for, no finite answer to a row of an answer that is not to be
    /// partial, or when `deadline` is over before the last of many rows.
    pub fn answer(
        &self,
        table: &Table,
        options: &Options,
        deadline: Instant,
    ) -> Result<(Predictions, Extras), AnswerError> {
        let predictor = self.predictor().ok_or(AnswerError::Series)?;
        self.admit(predictor, options)?;
        let first = if is_slow(predictor.model()) { FIRST_SLOW_ROWS } else { FIRST_ROWS };
        let mut predictions = match table.rows() <= first {
            true => predictor.predict(table)?,
            false => predict_in_steps(predictor, table, first, deadline)?,
        };
        let errors = admit_answers(&predictions, options.partial)?;
        if let (Predictions::Classes { threshold, .. }, Some(wanted)) =
            (&mut predictions, options.threshold)
        {
            *threshold = Some(wanted);
        }
        let extras = Extras {
            intervals: match options.interval {
                Some(coverage) => Some(self.intervals(predictor, &predictions, coverage)?),
                None => None,
            },
            contributions: match options.contributions {
                Some(top) => contributions(predictor, table, &predictions, top, deadline)?,
                None => None,
            },
            errors,
        };
        Ok((predictions, extras))
    }

    /// The names of the options that this model can do.
    #[must_use]
    pub fn options(&self) -> Vec<&'static str> {
        let of_task = match &self.manifest.schema.task {
            Task::Classification { classes } if classes.len() == 2 => {
                &["probabilities", "predict_method", "threshold"][..]
            }
            Task::Classification { .. } => &["probabilities", "predict_method"],
            Task::Regression | Task::Anomaly | Task::Clustering => &[],
        };
        let interval = self.has_intervals().then_some("interval");
        let contributions = self.has_contributions().then_some("contributions");
        of_task.iter().copied().chain(interval).chain(contributions).chain(["partial"]).collect()
    }

    /// Whether SHAP values are known of this model: of one of trees.
    fn has_contributions(&self) -> bool {
        self.predictor().is_some_and(has_contributions)
    }

    /// Whether prediction intervals are known of this model: of one of numbers whose
    /// residuals are.
    fn has_intervals(&self) -> bool {
        self.manifest.schema.task == Task::Regression && self.predictor().is_some_and(has_intervals)
    }

    /// Checks what the schema does not tell, before any row is answered.
    fn admit(&self, predictor: &Predictor, options: &Options) -> Result<(), ProtocolError> {
        let version = self.version;
        if options.contributions.is_some() && !self.has_contributions() {
            let kind = predictor.model().name();
            return Err(unfit(
                "contributions",
                format!("is for models of trees; version {version} is of the kind `{kind}`"),
            ));
        }
        if options.interval.is_some() && !self.has_intervals() {
            return Err(unfit(
                "interval",
                format!("needs residuals, and version {version} has none"),
            ));
        }
        Ok(())
    }

    fn intervals(
        &self,
        predictor: &Predictor,
        predictions: &Predictions,
        coverage: f64,
    ) -> Result<Intervals, ProtocolError> {
        predictor.intervals(predictions, coverage).ok_or_else(|| {
            let residuals = predictor.adjustments().residuals.as_ref();
            let most = residuals.map_or(0.0, |residuals| residuals.max_coverage());
            unfit(
                "interval",
                format!("is {coverage}; version {} can promise {most:.4} at most", self.version),
            )
        })
    }
}

/// Whether a row takes long: as long as the training rows are many.
fn is_slow(model: &Model) -> bool {
    match model {
        Model::Neighbours(_) | Model::Svm(_) | Model::Dbscan(_) => true,
        Model::Blend(blend) => blend.members().any(|member| is_slow(member.model())),
        _ => false,
    }
}

/// Whether SHAP values are known of a model: of one of trees.
fn has_contributions(predictor: &Predictor) -> bool {
    matches!(predictor.model(), Model::Boosting(_) | Model::Forest(_))
}

fn has_intervals(predictor: &Predictor) -> bool {
    predictor.adjustments().residuals.is_some()
}

fn predict_in_steps(
    predictor: &Predictor,
    table: &Table,
    first: usize,
    deadline: Instant,
) -> Result<Predictions, AnswerError> {
    let mut parts = Vec::new();
    in_steps(table.rows(), first, deadline, |rows| {
        parts.push(predictor.predict(&table.select(&rows.collect::<Vec<_>>()))?);
        Ok(())
    })?;
    match Predictions::concat(parts) {
        Some(all) => Ok(all),
        None => Ok(predictor.predict(table)?),
    }
}

fn contributions(
    predictor: &Predictor,
    table: &Table,
    predictions: &Predictions,
    top: usize,
    deadline: Instant,
) -> Result<Option<TopContributions>, AnswerError> {
    let classes = predictions.class_indices();
    let mut all: Option<TopContributions> = None;
    in_steps(table.rows(), FIRST_SLOW_ROWS, deadline, |rows| {
        let classes = classes.get(rows.clone()).unwrap_or_default();
        let part = table.select(&rows.collect::<Vec<_>>());
        if let Some(found) = predictor.contributions(&part)? {
            let part = TopContributions::new(&found, classes, top);
            match &mut all {
                Some(all) => all.append(part),
                None => all = Some(part),
            }
        }
        Ok(())
    })?;
    Ok(all)
}

fn unfit(name: &str, reason: String) -> ProtocolError {
    ProtocolError::Parameter { name: name.to_owned(), reason }
}

/// Goes over `rows` rows in steps: the `first` one as told, the next ones as large as fits
/// into [`STEP`] by what the last one took.
fn in_steps(
    rows: usize,
    first: usize,
    deadline: Instant,
    mut step: impl FnMut(Range<usize>) -> Result<(), AnswerError>,
) -> Result<(), AnswerError> {
    let (mut start, mut size) = (0, first);
    while start < rows {
        let began = Instant::now();
        if began >= deadline {
            return Err(AnswerError::TooLate);
        }
        let end = rows.min(start + size);
        step(start..end)?;
        start = end;
        let steps = STEP.as_secs_f64() / began.elapsed().as_secs_f64().max(1e-9);
        size = ((size as f64 * steps) as usize).max(first);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_cover_all_rows_once_and_grow_while_there_is_time() {
        let later = Instant::now() + Duration::from_secs(60);
        let mut steps = Vec::new();
        in_steps(100_000, 32, later, |rows| {
            steps.push(rows);
            Ok(())
        })
        .unwrap();
        assert_eq!(steps[0], 0..32);
        assert!(steps.windows(2).all(|pair| pair[0].end == pair[1].start), "{steps:?}");
        assert_eq!(steps.last().unwrap().end, 100_000);
        assert!(steps.len() < 20, "quick rows are taken together: {}", steps.len());
        in_steps(0, 32, later, |_| panic!("there is no row")).unwrap();
    }

    #[test]
    fn nothing_is_begun_when_the_time_is_over() {
        let mut done = 0;
        let deadline = Instant::now() + Duration::from_millis(30);
        let ended = in_steps(1_000, 10, deadline, |rows| {
            done += rows.len();
            std::thread::sleep(Duration::from_millis(20));
            Ok(())
        });
        assert!(matches!(ended, Err(AnswerError::TooLate)));
        assert!((10..1_000).contains(&done), "{done}");
    }
}
