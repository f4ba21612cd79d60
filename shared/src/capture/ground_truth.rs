//! Late labels, as lines of SageMaker's ground truth.

use serde::{Deserialize, Serialize};

use super::encoding::Encoding;
use super::error::CaptureError;
use crate::dataset::{Kind, present};
use crate::protocol::domain::Domain;

/// What stands around fields of CSV that hold a delimiter, and around empty ones.
const QUOTE: char = '"';

/// The true values of one exchange; the members are those of the format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroundTruth {
    /// The values.
    pub ground_truth_data: GroundTruthData,
    /// Which exchange they belong to.
    pub event_metadata: GroundTruthEvent,
    /// The version of the format: `0`.
    pub event_version: String,
}

/// True values, one a row of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct GroundTruthData {
    /// The values, one a line.
    pub data: String,
    /// How they are written: as CSV.
    pub encoding: Encoding,
}

/// The exchange to which true values belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct GroundTruthEvent {
    /// The exchange's `eventId`, or the `inferenceId` that the client gave it.
    pub event_id: String,
}

impl GroundTruth {
    /// The true values of the exchange with this `eventId` or `inferenceId`, one a
    /// row of the request.
    #[must_use]
    pub fn new<'a>(event_id: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        // A writer of CSV for each of many small exchanges would take most of an upload's time.
        let mut data = String::new();
        for (row, value) in values.into_iter().enumerate() {
            if row > 0 {
                data.push('\n');
            }
            if value.is_empty() || value.contains([QUOTE, ',', '\n', '\r']) {
                data.push(QUOTE);
                data.push_str(&value.replace(QUOTE, "\"\""));
                data.push(QUOTE);
            } else {
                data.push_str(value);
            }
        }
        Self {
            ground_truth_data: GroundTruthData { data, encoding: Encoding::Csv },
            event_metadata: GroundTruthEvent { event_id: event_id.to_owned() },
            event_version: "0".to_owned(),
        }
    }

    /// The values of numbers, one a row of the request; `None` for one that is missing.
    ///
    /// # Errors
    /// When they are not CSV, or one is no number.
    pub fn numbers(&self) -> Result<Vec<Option<f64>>, CaptureError> {
        let number = |text: &String| match present(text) {
            None => Ok(None),
            Some(text) => match Domain::of_kind(Kind::Fractional).number_of_text(text) {
                Some(number) => Ok(Some(number)),
                None => Err(CaptureError::NoNumber(self.event_metadata.event_id.clone())),
            },
        };
        self.values()?.iter().map(number).collect()
    }

    /// Whether a line has more than its value.
    pub(super) fn has_more_fields(&self) -> bool {
        let data = &self.ground_truth_data.data;
        data.contains(',') && csv_of(data).into_records().flatten().any(|record| record.len() > 1)
    }

    /// The values, one a row of the request. Of a line with several fields the
    /// first one counts.
    ///
    /// # Errors
    /// When they are not CSV.
    pub fn values(&self) -> Result<Vec<String>, CaptureError> {
        let event_id = || self.event_metadata.event_id.clone();
        let data = &self.ground_truth_data;
        if data.encoding != Encoding::Csv {
            return Err(CaptureError::LabelEncoding {
                event_id: event_id(),
                encoding: data.encoding,
            });
        }
        if !data.data.contains([QUOTE, '\r']) {
            // The same without a reader's tables, which take longer than a short text.
            let lines = data.data.split('\n').filter(|line| !line.is_empty());
            return Ok(lines.map(|line| line.split(',').next().unwrap_or(line).into()).collect());
        }
        csv_of(&data.data)
            .into_records()
            .map(|record| Ok(record?.get(0).unwrap_or_default().to_owned()))
            .collect::<Result<_, csv::Error>>()
            .map_err(|source| CaptureError::Labels { event_id: event_id(), source })
    }
}

/// A reader of lines that may have several fields.
fn csv_of(data: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(data.as_bytes())
}
