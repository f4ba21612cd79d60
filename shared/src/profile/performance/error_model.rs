//! A model of another model's errors: direct loss estimation.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::dataset::{
    Column, Field, HashOrder, Kind, Labelled, Schema, Table, Target, Task, Values,
};
use crate::learners::{
    BoostingParams, Candidate, DecodeError, EncodedPredictor, FitContext, FitError, Learner,
    PredictError, Predictions, Predictor,
};
use crate::spec::Spec;

/// The fewest errors that are learned from.
const LEAST_ROWS: usize = 200;

/// The most.
const MOST_ROWS: usize = 20_000;

/// The input that holds what the model answered.
const ANSWER: &str = "answer";

/// Boosted trees that predict how large an error will be, from the inputs and the
/// answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorModel {
    /// The name of the answer among the inputs.
    answer: String,
    absolute: Encoded,
    squared: Encoded,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Encoded {
    header: serde_json::Value,
    /// In base64.
    payload: String,
}

/// The same, ready to be asked.
#[derive(Debug)]
pub struct FittedErrors {
    answer: String,
    absolute: Predictor,
    squared: Predictor,
}

/// The error model could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ErrorModelError {
    /// The trees could not be fitted.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The trees could not be written.
    #[error(transparent)]
    Encode(#[from] DecodeError),
}

impl ErrorModel {
    /// Learns from rows that the model had not seen, and what it answered for them.
    /// `None` for fewer than 200 rows.
    ///
    /// # Errors
    /// When the rows cannot be learned from.
    pub fn fit(
        rows: &Labelled,
        answers: &[f64],
        spec: &Spec,
    ) -> Result<Option<Self>, ErrorModelError> {
        let Target::Values(truth) = &rows.target else { return Ok(None) };
        if truth.len() < LEAST_ROWS {
            return Ok(None);
        }
        let step = truth.len().div_ceil(MOST_ROWS).max(1);
        let chosen: Vec<usize> = (0..truth.len()).step_by(step).collect();
        let mut answer = ANSWER.to_owned();
        while rows.schema.input(&answer).is_some() {
            answer.push('_');
        }
        let errors: Vec<f64> =
            answers.iter().zip(truth).map(|(answer, truth)| (answer - truth).abs()).collect();
        let field = Field::new(answer.clone(), Kind::Fractional, false);
        let inputs = rows.schema.inputs.iter().cloned().chain([field]).collect();
        let examples = Labelled {
            inputs: with_answer(&rows.inputs, &answer, answers),
            target: Target::Values(errors.clone()),
            schema: Schema { inputs, task: Task::Regression, ..rows.schema.clone() },
            notes: Vec::new(),
            groups: None,
            times: None,
            unused: Vec::new(),
            hash_order: HashOrder::default(),
        }
        .select(&chosen);
        let squares = chosen.iter().filter_map(|&row| errors.get(row)).map(|e| e * e).collect();
        let of_squares = Labelled { target: Target::Values(squares), ..examples.clone() };
        Ok(Some(Self { answer, absolute: fit(&examples, spec)?, squared: fit(&of_squares, spec)? }))
    }

    pub(super) fn fitted(&self) -> Result<FittedErrors, DecodeError> {
        Ok(FittedErrors {
            answer: self.answer.clone(),
            absolute: self.absolute.decode()?,
            squared: self.squared.decode()?,
        })
    }
}

/// Shallow trees: errors are noisy, and the artifact is to stay small.
fn fit(examples: &Labelled, spec: &Spec) -> Result<Encoded, ErrorModelError> {
    let params = BoostingParams {
        n_estimators: 40,
        early_stopping_rounds: 0,
        eta: 0.15,
        max_depth: 3,
        min_child_weight: 20.0,
        ..BoostingParams::default()
    };
    let candidate = Candidate::from(Learner::Boosting(params));
    let EncodedPredictor { header, payload } =
        candidate.fit(examples, &FitContext::new(spec))?.encode()?;
    Ok(Encoded { header, payload: BASE64_STANDARD.encode(payload) })
}

impl Encoded {
    fn decode(&self) -> Result<Predictor, DecodeError> {
        let payload = BASE64_STANDARD
            .decode(&self.payload)
            .map_err(|_| DecodeError::Payload("model of the errors"))?;
        Predictor::decode(self.header.clone(), &payload, &Task::Regression)
    }
}

impl FittedErrors {
    /// The absolute and the squared error that each answer is likely to have.
    pub(super) fn expected(
        &self,
        inputs: &Table,
        answers: &[f64],
    ) -> Result<(Vec<f64>, Vec<f64>), PredictError> {
        let table = with_answer(inputs, &self.answer, answers);
        let errors = |model: &Predictor| -> Result<Vec<f64>, PredictError> {
            Ok(match model.predict(&table)? {
                Predictions::Values(errors) => {
                    errors.into_iter().map(|error| error.max(0.0)).collect()
                }
                Predictions::Classes { .. }
                | Predictions::Anomalies { .. }
                | Predictions::Clusters(_) => Vec::new(),
            })
        };
        Ok((errors(&self.absolute)?, errors(&self.squared)?))
    }
}

/// The table with the answers as another column.
fn with_answer(table: &Table, name: &str, answers: &[f64]) -> Table {
    let mut columns = table.columns().to_vec();
    columns.push(Column { name: name.to_owned(), values: Values::Number(answers.to_vec()) });
    // There is an answer to each row.
    Table::new(columns).unwrap_or_default()
}
