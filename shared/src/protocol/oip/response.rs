//! Writes inference responses.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::datatype::Datatype;
use crate::learners::Predictions;
use crate::name::ModelName;
use crate::protocol::answer::Answer;
use crate::protocol::cells::Cells;
use crate::protocol::error::ProtocolError;
use crate::protocol::output::Output;
use crate::protocol::row_errors::RowErrors;

#[derive(Serialize)]
struct Response<'a> {
    model_name: &'a ModelName,
    model_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outputs: Vec<OutputTensor<'a>>,
}

struct OutputTensor<'a> {
    output: Output,
    rows: usize,
    /// The second dimension, if it has one.
    width: Option<usize>,
    parameters: Option<OutputParameters>,
    data: Data<'a>,
    errors: &'a RowErrors,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum OutputParameters {
    /// The classes in the order of the columns: a JSON list as a text, as
    /// parameters are flat and a class may hold any character.
    Classes(String),
    /// The share of true values within the interval.
    Coverage(f64),
    /// What contributions add up to.
    Scale(&'static str),
}

enum Data<'a> {
    Texts(Vec<&'a str>),
    Numbers(Cow<'a, [f64]>),
    Integers(&'a [i32]),
    Truths(&'a [bool]),
    Errors,
}

/// Writes the response that tells `answer`.
pub(in crate::protocol) fn encode(answer: &Answer<'_>) -> Result<Vec<u8>, ProtocolError> {
    let outputs: Result<Vec<_>, _> =
        answer.outputs.iter().filter_map(|&output| tensor(output, answer)).collect();
    let response = Response {
        model_name: answer.model,
        model_version: answer.version.to_string(),
        id: answer.id,
        outputs: outputs.map_err(ProtocolError::Answer)?,
    };
    serde_json::to_vec(&response).map_err(ProtocolError::Answer)
}

/// An output of the answer; `None` of what it does not have, such as probabilities of values.
fn tensor<'a>(
    output: Output,
    answer: &Answer<'a>,
) -> Option<Result<OutputTensor<'a>, serde_json::Error>> {
    let Answer { predictions, extras, .. } = *answer;
    let mut width = None;
    let mut parameters = None;
    let data = match (output, predictions) {
        (Output::Predict, Predictions::Values(values)) => Data::Numbers(values.into()),
        (Output::Predict, Predictions::Classes { .. }) => Data::Texts(predictions.labels()),
        (Output::Probabilities, Predictions::Classes { classes, probabilities, .. }) => {
            match serde_json::to_string(&classes[..]) {
                Ok(classes) => parameters = Some(OutputParameters::Classes(classes)),
                Err(error) => return Some(Err(error)),
            }
            width = Some(classes.len());
            Data::Numbers(probabilities.into())
        }
        (Output::Outlier, Predictions::Anomalies { outliers, .. }) => Data::Truths(outliers),
        (Output::Score, Predictions::Anomalies { scores, .. }) => Data::Numbers(scores.into()),
        (Output::Cluster, Predictions::Clusters(labels)) => Data::Integers(labels),
        (
            Output::Predict
            | Output::Probabilities
            | Output::Outlier
            | Output::Score
            | Output::Cluster,
            _,
        ) => return None,
        (Output::Lower | Output::Upper, _) => {
            let intervals = extras.intervals.as_ref()?;
            parameters = Some(OutputParameters::Coverage(intervals.coverage));
            let bounds = intervals.bounds.iter();
            Data::Numbers(match output {
                Output::Lower => bounds.map(|(lower, _)| *lower).collect(),
                _ => bounds.map(|(_, upper)| *upper).collect(),
            })
        }
        (Output::Contributions | Output::ContributionInputs | Output::Base, _) => {
            let found = extras.contributions.as_ref()?;
            if output != Output::ContributionInputs {
                parameters = Some(OutputParameters::Scale(found.scale()));
            }
            if output != Output::Base {
                width = Some(found.top());
            }
            match output {
                Output::Contributions => {
                    Data::Numbers(found.ranked().map(|(_, value)| value).collect())
                }
                Output::ContributionInputs => {
                    Data::Texts(found.ranked().map(|(input, _)| input).collect())
                }
                _ => Data::Numbers(found.base().into()),
            }
        }
        (Output::Error, _) => Data::Errors,
    };
    let (rows, errors) = (predictions.rows(), &extras.errors);
    Some(Ok(OutputTensor { output, rows, width, parameters, data, errors }))
}

impl Serialize for OutputTensor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Tensor<'a, D> {
            name: &'static str,
            shape: &'a [usize],
            datatype: Datatype,
            #[serde(skip_serializing_if = "Option::is_none")]
            parameters: Option<&'a OutputParameters>,
            data: D,
        }
        let Self { output, rows, width, parameters, data, errors } = self;
        let (name, parameters) = (output.name(), parameters.as_ref());
        let matrix = [*rows, width.unwrap_or(1)];
        let shape = if width.is_some() { &matrix[..] } else { &matrix[..1] };
        let width = width.unwrap_or(1);
        match data {
            Data::Texts(texts) => {
                let data = Cells { values: texts, width, errors };
                Tensor { name, shape, datatype: Datatype::Bytes, parameters, data }
                    .serialize(serializer)
            }
            Data::Numbers(numbers) => {
                let data = Cells { values: numbers, width, errors };
                Tensor { name, shape, datatype: Datatype::Fp64, parameters, data }
                    .serialize(serializer)
            }
            Data::Integers(numbers) => {
                let data = Cells { values: numbers, width, errors };
                Tensor { name, shape, datatype: Datatype::Int32, parameters, data }
                    .serialize(serializer)
            }
            Data::Truths(truths) => {
                let data = Cells { values: truths, width, errors };
                Tensor { name, shape, datatype: Datatype::Bool, parameters, data }
                    .serialize(serializer)
            }
            Data::Errors => {
                let data: Vec<Option<&str>> = (0..*rows).map(|row| errors.get(row)).collect();
                Tensor { name, shape, datatype: Datatype::Bytes, parameters, data }
                    .serialize(serializer)
            }
        }
    }
}
