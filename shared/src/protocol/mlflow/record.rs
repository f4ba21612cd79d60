//! Predictions as records: one object a row, with a member for each output.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::learners::Predictions;
use crate::protocol::answer::Answer;
use crate::protocol::extras::Extras;
use crate::protocol::output::Output;

/// The rows of an answer, each with all outputs that are told.
pub(super) struct Records<'a> {
    answer: Answer<'a>,
    /// Empty for numbers.
    labels: Vec<&'a str>,
}

impl<'a> Records<'a> {
    pub(super) fn new(answer: &Answer<'a>) -> Self {
        Self { answer: *answer, labels: answer.predictions.labels() }
    }
}

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { answer: Answer { predictions, extras, outputs, .. }, labels } = self;
        serializer.collect_seq((0..predictions.rows()).map(|row| {
            let label = labels.get(row).copied();
            Record { predictions, extras, outputs, label, row }
        }))
    }
}

/// One row of an answer.
pub(super) struct Record<'a> {
    pub(super) predictions: &'a Predictions,
    pub(super) extras: &'a Extras,
    pub(super) outputs: &'a [Output],
    /// The class that is answered; `None` for numbers.
    pub(super) label: Option<&'a str>,
    pub(super) row: usize,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let &Self { predictions, extras, outputs, label, row } = self;
        let error = extras.errors.get(row);
        let mut record = serializer.serialize_map(None)?;
        for &output in outputs {
            let name = output.name();
            match (output, predictions) {
                // Members of `contributions`.
                (Output::ContributionInputs, _) => {}
                (Output::Error, _) => record.serialize_entry(name, &error)?,
                (_, _) if error.is_some() => record.serialize_entry(name, &None::<f64>)?,
                (Output::Predict, Predictions::Values(values)) => {
                    record.serialize_entry(name, &values.get(row))?;
                }
                (Output::Predict, Predictions::Classes { .. }) => {
                    record.serialize_entry(name, &label)?;
                }
                (Output::Probabilities, Predictions::Classes { classes, probabilities, .. }) => {
                    let of_row = probabilities.chunks(classes.len().max(1)).nth(row);
                    let named = classes.iter().zip(of_row.unwrap_or_default());
                    record.serialize_entry(name, &Members(|| named.clone()))?;
                }
                (Output::Outlier, Predictions::Anomalies { outliers, .. }) => {
                    record.serialize_entry(name, &outliers.get(row))?;
                }
                (Output::Score, Predictions::Anomalies { scores, .. }) => {
                    record.serialize_entry(name, &scores.get(row))?;
                }
                (Output::Cluster, Predictions::Clusters(labels)) => {
                    record.serialize_entry(name, &labels.get(row))?;
                }
                // Of another task.
                (
                    Output::Predict
                    | Output::Probabilities
                    | Output::Outlier
                    | Output::Score
                    | Output::Cluster,
                    _,
                ) => {}
                (Output::Lower | Output::Upper, _) => {
                    let bounds = extras.intervals.as_ref().and_then(|it| it.bounds.get(row));
                    let bound = bounds.map(|&(lower, upper)| match output {
                        Output::Lower => lower,
                        _ => upper,
                    });
                    record.serialize_entry(name, &bound)?;
                }
                (Output::Contributions, _) => {
                    let of_row = || extras.contributions.iter().flat_map(|all| all.of_row(row));
                    record.serialize_entry(name, &Members(of_row))?;
                }
                (Output::Base, _) => {
                    let base = extras.contributions.as_ref().and_then(|all| all.base().get(row));
                    record.serialize_entry(name, &base)?;
                }
            }
        }
        record.end()
    }
}

/// An object of what a function gives.
struct Members<F>(F);

impl<K: Serialize, V: Serialize, I: Iterator<Item = (K, V)>, F: Fn() -> I> Serialize
    for Members<F>
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map((self.0)())
    }
}
