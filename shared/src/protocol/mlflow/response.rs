//! Writes scoring responses.

use serde::{Serialize, Serializer};

use super::record::Records;
use crate::learners::Predictions;
use crate::name::ModelName;
use crate::protocol::answer::Answer;
use crate::protocol::error::ProtocolError;
use crate::protocol::output::Output;
use crate::protocol::top_contributions::TopContributions;

#[derive(Serialize)]
struct Response<'a> {
    predictions: Rows<'a>,
    model_name: &'a ModelName,
    model_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contributions_scale: Option<&'static str>,
}

enum Rows<'a> {
    Labels(Vec<&'a str>),
    Values(&'a [f64]),
    Clusters(&'a [i32]),
    Outliers(&'a [bool]),
    Probabilities { classes: usize, values: &'a [f64] },
    Records(Records<'a>),
}

/// Writes the response that tells `answer`: a list of values, or of records when several
/// outputs are told.
pub(in crate::protocol) fn encode(answer: &Answer<'_>) -> Result<Vec<u8>, ProtocolError> {
    let predictions = match (answer.predictions, answer.outputs) {
        (_, [_, _, ..]) => Rows::Records(Records::new(answer)),
        (Predictions::Values(values), _) => Rows::Values(values),
        (Predictions::Clusters(labels), _) => Rows::Clusters(labels),
        (Predictions::Anomalies { scores, .. }, [Output::Score]) => Rows::Values(scores),
        (Predictions::Anomalies { outliers, .. }, _) => Rows::Outliers(outliers),
        (Predictions::Classes { classes, probabilities, .. }, [Output::Probabilities]) => {
            Rows::Probabilities { classes: classes.len(), values: probabilities }
        }
        (classes, _) => Rows::Labels(classes.labels()),
    };
    let response = Response {
        predictions,
        model_name: answer.model,
        model_version: answer.version.to_string(),
        contributions_scale: answer.extras.contributions.as_ref().map(TopContributions::scale),
    };
    serde_json::to_vec(&response).map_err(ProtocolError::Answer)
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Labels(labels) => labels.serialize(serializer),
            Self::Values(values) => values.serialize(serializer),
            Self::Clusters(labels) => labels.serialize(serializer),
            Self::Outliers(outliers) => outliers.serialize(serializer),
            Self::Probabilities { classes, values } => {
                serializer.collect_seq(values.chunks((*classes).max(1)))
            }
            Self::Records(records) => records.serialize(serializer),
        }
    }
}
