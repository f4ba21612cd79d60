//! Firehose's operations, in the protocol AWS JSON 1.1.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::FirehoseError;
use super::streams::DeliveryStreams;
use crate::aws::endpoint::json_error;
use crate::aws::http_body;

/// The most records and bytes of a batch.
const RECORDS: usize = 500;
const BATCH_BYTES: usize = 4 << 20;
/// The most bytes of a record.
const RECORD_BYTES: usize = 1_000 * 1024;
/// A batch in BASE64, with its names.
const BODY_LIMIT: usize = 2 * BATCH_BYTES;

/// Answers a request.
pub(in crate::aws) async fn handle(streams: &DeliveryStreams, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let operation = target.and_then(|target| target.strip_prefix("Firehose_20150804."));
    let answer = match http_body::read(body, BODY_LIMIT).await {
        Ok(body) => perform(streams, operation.unwrap_or_default(), &body).await,
        Err(error) => Err(FirehoseError::Argument(error.to_string())),
    };
    match answer {
        Ok(answer) => {
            let content_type = [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];
            (content_type, answer.to_string()).into_response()
        }
        Err(error) => refuse(&error),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    delivery_stream_name: String,
    record: Record,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    delivery_stream_name: String,
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    /// In BASE64.
    data: String,
}

async fn perform(
    streams: &DeliveryStreams,
    operation: &str,
    body: &Bytes,
) -> Result<Value, FirehoseError> {
    match operation {
        "PutRecord" => {
            let One { delivery_stream_name, record } = serde_json::from_slice(body)?;
            let mut outcomes = streams.put(&delivery_stream_name, decoded(&[record])?).await?;
            let id = outcomes.pop().unwrap_or(Err(FirehoseError::ShuttingDown))?;
            Ok(json!({"RecordId": id, "Encrypted": false}))
        }
        "PutRecordBatch" => {
            let Batch { delivery_stream_name, records } = serde_json::from_slice(body)?;
            let outcomes = streams.put(&delivery_stream_name, decoded(&records)?).await?;
            let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
            let entries = outcomes.iter().map(|outcome| match outcome {
                Ok(id) => json!({"RecordId": id}),
                Err(error) => json!({"ErrorCode": error.code(), "ErrorMessage": error.to_string()}),
            });
            Ok(json!({
                "FailedPutCount": failed,
                "Encrypted": false,
                "RequestResponses": entries.collect::<Vec<_>>(),
            }))
        }
        other => Err(FirehoseError::Operation(other.to_owned())),
    }
}

/// The records' content, if they are as many and as large as they may be.
fn decoded(records: &[Record]) -> Result<Vec<Vec<u8>>, FirehoseError> {
    if !(1..=RECORDS).contains(&records.len()) {
        let words = format!("A batch has 1 to {RECORDS} records, not {}.", records.len());
        return Err(FirehoseError::Argument(words));
    }
    let decoded = records.iter().map(|record| BASE64_STANDARD.decode(&record.data));
    let decoded = decoded.collect::<Result<Vec<_>, _>>();
    let decoded = decoded.map_err(|error| FirehoseError::Argument(error.to_string()))?;
    if let Some(large) = decoded.iter().find(|data| data.len() > RECORD_BYTES) {
        let words = format!("A record has {RECORD_BYTES} bytes at most, not {}.", large.len());
        return Err(FirehoseError::Argument(words));
    }
    let size: usize = decoded.iter().map(Vec::len).sum();
    match size > BATCH_BYTES {
        true => {
            let words = format!("A batch has {BATCH_BYTES} bytes at most, not {size}.");
            Err(FirehoseError::Argument(words))
        }
        false => Ok(decoded),
    }
}

fn refuse(error: &FirehoseError) -> Response {
    let status = match error {
        FirehoseError::TooFast => StatusCode::SERVICE_UNAVAILABLE,
        error if error.is_of_sender() => StatusCode::BAD_REQUEST,
        error => {
            tracing::error!(error = error as &dyn std::error::Error, "Firehose failed");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    json_error(status, error.code(), &error.to_string())
}
