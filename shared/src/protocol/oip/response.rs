//! Writes inference responses.

use serde::Serialize;

use super::datatype::Datatype;
use crate::learners::Predictions;
use crate::name::ModelName;
use crate::protocol::answer::Answer;
use crate::protocol::error::ProtocolError;
use crate::protocol::output::Output;

#[derive(Serialize)]
struct Response<'a> {
    model_name: &'a ModelName,
    model_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    outputs: Vec<OutputTensor<'a>>,
}

#[derive(Serialize)]
struct OutputTensor<'a> {
    name: &'static str,
    shape: Vec<usize>,
    datatype: Datatype,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<OutputParameters>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct OutputParameters {
    /// The classes in the order of the columns: a JSON list as a text, as
    /// parameters are flat and a class may hold any character.
    classes: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Labels(Vec<&'a str>),
    Numbers(&'a [f64]),
}

/// Writes the response that tells `answer`.
pub(in crate::protocol) fn encode(answer: &Answer<'_>) -> Result<Vec<u8>, ProtocolError> {
    let outputs: Result<Vec<_>, _> =
        answer.outputs.iter().filter_map(|&output| tensor(output, answer.predictions)).collect();
    let response = Response {
        model_name: answer.model,
        model_version: answer.version.to_string(),
        id: answer.id,
        outputs: outputs.map_err(ProtocolError::Answer)?,
    };
    serde_json::to_vec(&response).map_err(ProtocolError::Answer)
}

/// An output of the predictions; values have no probabilities.
fn tensor(
    output: Output,
    predictions: &Predictions,
) -> Option<Result<OutputTensor<'_>, serde_json::Error>> {
    let rows = predictions.rows();
    let mut parameters = None;
    let (shape, datatype, data) = match (output, predictions) {
        (Output::Predict, Predictions::Values(values)) => {
            (vec![rows], Datatype::Fp64, Data::Numbers(values))
        }
        (Output::Predict, Predictions::Classes { .. }) => {
            (vec![rows], Datatype::Bytes, Data::Labels(predictions.labels()))
        }
        (Output::Probabilities, Predictions::Classes { classes, probabilities, .. }) => {
            match serde_json::to_string(&classes[..]) {
                Ok(classes) => parameters = Some(OutputParameters { classes }),
                Err(error) => return Some(Err(error)),
            }
            (vec![rows, classes.len()], Datatype::Fp64, Data::Numbers(probabilities))
        }
        (Output::Probabilities, Predictions::Values(_)) => return None,
    };
    Some(Ok(OutputTensor { name: output.name(), shape, datatype, parameters, data }))
}
