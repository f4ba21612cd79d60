//! Why captured data cannot be read or written.

use super::encoding::Encoding;
use crate::protocol::ProtocolError;

/// Why captured data cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// A line is not of the format.
    #[error("line {line} cannot be read: {source}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is unlike the format.
        source: serde_json::Error,
    },
    /// A line cannot be written.
    #[error("the line of event `{event_id}` cannot be written")]
    Write {
        /// The event.
        event_id: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Captured bytes are not the BASE64 that they are said to be.
    #[error("the captured data are not BASE64")]
    Base64(#[from] base64::DecodeError),
    /// A captured request cannot be read (any more).
    #[error("the captured request of event `{event_id}` does not fit the model: {source}")]
    Request {
        /// The event.
        event_id: String,
        /// Why.
        source: ProtocolError,
    },
    /// A captured exchange is of a forecast where rows are read.
    #[error("event `{0}` is a forecast of a series, which has no rows")]
    OfSeries(String),
    /// A captured exchange is of rows where forecasts are read.
    #[error("event `{0}` is of rows, which are no forecast of a series")]
    OfRows(String),
    /// A captured forecast cannot be read.
    #[error("the captured forecast of event `{event_id}` cannot be read: {source}")]
    Forecast {
        /// The event.
        event_id: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Labels come in an encoding that is not read.
    #[error("the ground truth of event `{event_id}` is encoded as {encoding:?}: write it as CSV")]
    LabelEncoding {
        /// The event.
        event_id: String,
        /// The encoding.
        encoding: Encoding,
    },
    /// A label of a model of numbers is none.
    #[error("the ground truth of event `{0}` is no number: write one a step, or nothing")]
    NoNumber(String),
    /// Labels are not CSV.
    #[error("the ground truth of event `{event_id}` is not CSV: {source}")]
    Labels {
        /// The event.
        event_id: String,
        /// Why.
        source: csv::Error,
    },
}
