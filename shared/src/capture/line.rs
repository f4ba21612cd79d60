//! One exchange as a line of SageMaker's data capture.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::encoding::Encoding;
use super::error::CaptureError;
use super::redaction;
use crate::dataset::Schema;
use crate::forecasting::Forecaster;
use crate::name::{ModelName, Reference, Version};
use crate::protocol::forecasts::Told;
use crate::protocol::{ANSWER_CONTENT_TYPE, Contract, Limits, MediaType, Protocol, Request, Sent};

/// The content type of a request that is JSON whatever its own one is, as clients send it
/// with another one or none.
const JSON_CONTENT_TYPE: &str = "application/json";

/// One exchange; the members are those of the format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptureLine {
    /// What came and went.
    pub capture_data: CaptureData,
    /// Which exchange it was.
    pub event_metadata: EventMetadata,
    /// The version of the format: `0`.
    pub event_version: String,
    /// Which model answered in which protocol; absent in lines that others wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_factory: Option<Origin>,
}

/// What came and went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptureData {
    /// The request.
    pub endpoint_input: Payload,
    /// The response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_output: Option<Payload>,
}

/// Which exchange it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventMetadata {
    /// Our id of the exchange.
    pub event_id: String,
    /// The client's id of the exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inference_id: Option<String>,
    /// When it was, to the second.
    pub inference_time: Timestamp,
}

/// A body, and how it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payload {
    /// The body's content type.
    pub observed_content_type: String,
    /// Which way it went.
    pub mode: Mode,
    /// The body, encoded.
    pub data: String,
    /// How it is encoded.
    pub encoding: Encoding,
}

/// Which way a body went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    /// A request.
    Input,
    /// A response.
    Output,
}

/// Which model answered in which protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The model.
    pub model: ModelName,
    /// The version that answered.
    pub version: Version,
    /// The version or alias that was asked.
    pub variant: Reference,
    /// What both bodies are written in.
    pub protocol: Contract,
    /// The query of the address, which has the options of a request in CSV; absent in others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The model's inputs whose values were kept out of the line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
}

/// One exchange, to be captured.
#[derive(Debug, Clone)]
pub struct Exchange<'a> {
    /// Our id of the exchange.
    pub event_id: &'a str,
    /// The client's id of the exchange.
    pub inference_id: Option<&'a str>,
    /// When it was.
    pub time: Timestamp,
    /// The content type of the request.
    pub content_type: Option<&'a str>,
    /// The body of the request.
    pub request: &'a [u8],
    /// The body of the response.
    pub response: &'a [u8],
    /// Which model answered.
    pub origin: Origin,
}

impl CaptureLine {
    /// The line of an exchange.
    #[must_use]
    pub fn new(exchange: Exchange<'_>) -> Self {
        let content_type = match exchange.origin.protocol {
            Contract::Rows(Protocol::OpenInference) | Contract::Series(_) => JSON_CONTENT_TYPE,
            Contract::Rows(Protocol::Mlflow) => exchange.content_type.unwrap_or_default(),
        };
        let output = Payload::new(Mode::Output, ANSWER_CONTENT_TYPE, exchange.response);
        Self {
            capture_data: CaptureData {
                endpoint_input: Payload::new(Mode::Input, content_type, exchange.request),
                endpoint_output: Some(output),
            },
            event_metadata: EventMetadata {
                event_id: exchange.event_id.to_owned(),
                inference_id: exchange.inference_id.map(str::to_owned),
                inference_time: whole_second(exchange.time),
            },
            event_version: "0".to_owned(),
            model_factory: Some(exchange.origin),
        }
    }

    /// Appends the line, with its line feed, to a file's content.
    ///
    /// # Errors
    /// [`CaptureError::Write`] when it cannot be written.
    pub fn write(&self, file: &mut Vec<u8>) -> Result<(), CaptureError> {
        serde_json::to_writer(&mut *file, self).map_err(|source| CaptureError::Write {
            event_id: self.event_metadata.event_id.clone(),
            source,
        })?;
        file.push(b'\n');
        Ok(())
    }

    /// The inputs whose values were kept out of the line.
    #[must_use]
    pub fn hidden(&self) -> &[String] {
        self.model_factory.as_ref().map_or(&[], |origin| &origin.hidden)
    }

    /// Reads the captured request as the one that answered it did, with missing values
    /// where there were some or they were kept out. A line without [`Origin`] is read as a
    /// scoring request.
    ///
    /// # Errors
    /// When the line is of a forecast, or the captured bytes cannot be restored or do not fit
    /// `schema`.
    pub fn request(&self, schema: &Schema, limits: &Limits) -> Result<Request, CaptureError> {
        let input = &self.capture_data.endpoint_input;
        let origin = self.model_factory.as_ref();
        let protocol = match origin.map(|origin| origin.protocol) {
            None => Protocol::Mlflow,
            Some(Contract::Rows(protocol)) => protocol,
            Some(Contract::Series(_)) => {
                return Err(CaptureError::OfSeries(self.event_metadata.event_id.clone()));
            }
        };
        let readable = redaction::readable(schema, self.hidden());
        let body = input.bytes()?;
        let sent = Sent {
            content_type: Some(&input.observed_content_type),
            query: origin.and_then(|origin| origin.query.as_deref()),
            body: &body,
        };
        let request = protocol.decode_answered(sent, &readable, limits);
        let request = request.map_err(|source| CaptureError::Request {
            event_id: self.event_metadata.event_id.clone(),
            source,
        })?;
        let table = redaction::blank(request.table, schema, self.hidden());
        Ok(Request { table, ..request })
    }

    /// Reads the captured answer of a model that forecasts series; what was kept out of the
    /// line is absent.
    ///
    /// # Errors
    /// When the line is of rows, or the captured bytes cannot be restored or are no forecast.
    pub fn forecast(&self, forecaster: &Forecaster) -> Result<Told, CaptureError> {
        let event_id = || self.event_metadata.event_id.clone();
        let origin = self.model_factory.as_ref();
        let Some(Contract::Series(protocol)) = origin.map(|origin| origin.protocol) else {
            return Err(CaptureError::OfRows(event_id()));
        };
        let output = self.capture_data.endpoint_output.as_ref();
        let body = output.map(Payload::bytes).transpose()?.unwrap_or_default();
        let mut told = protocol
            .read_answer(&body, &forecaster.keys)
            .map_err(|source| CaptureError::Forecast { event_id: event_id(), source })?;
        let is_hidden = |name: &String| self.hidden().contains(name);
        if forecaster.keys.iter().any(is_hidden) {
            told.series = None;
        }
        if is_hidden(&forecaster.time) {
            told.instants = None;
        }
        Ok(told)
    }
}

impl Payload {
    /// A body of a content type. JSON and CSV are kept as they are, unless they are
    /// not UTF-8.
    #[must_use]
    pub fn new(mode: Mode, content_type: &str, body: &[u8]) -> Self {
        let (encoding, data) = match (MediaType::of(content_type), std::str::from_utf8(body)) {
            (Some(MediaType::Json), Ok(text)) => (Encoding::Json, text.to_owned()),
            (Some(MediaType::Csv), Ok(text)) => (Encoding::Csv, text.to_owned()),
            _ => (Encoding::Base64, BASE64_STANDARD.encode(body)),
        };
        Self { observed_content_type: content_type.to_owned(), mode, data, encoding }
    }

    /// The body as it was.
    ///
    /// # Errors
    /// [`CaptureError::Base64`] when it is said to be BASE64, and is not.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, CaptureError> {
        match self.encoding {
            Encoding::Csv | Encoding::Json => Ok(Cow::Borrowed(self.data.as_bytes())),
            Encoding::Base64 => Ok(Cow::Owned(BASE64_STANDARD.decode(&self.data)?)),
        }
    }
}

fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
