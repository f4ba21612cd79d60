//! Late labels that come in by HTTP.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use model_factory::artifact::sha256;
use model_factory::capture::{GroundTruth, UploadError, read_upload, unknown_classes};
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::problem::{InvalidParam, Kind, Problem};
use model_factory::protocol::{Limits, MediaType};
use model_factory::storage::keys::{self, JSON_LINES};
use serde::Serialize;

use crate::answer;
use crate::ports::Ports;

/// The names of JSON lines' media type.
const LINES: [&str; 4] =
    [JSON_LINES, "application/x-ndjson", "application/ndjson", "application/jsonl"];

/// What was taken.
#[derive(Debug, Serialize)]
struct Taken {
    /// The exchanges.
    exchanges: usize,
    /// The labels, one a row.
    labels: usize,
    /// How many of them name which class that the champion does not know.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unknown_classes: BTreeMap<String, usize>,
}

/// Stores the labels of a request: all, or none where one row cannot be taken. Sending them
/// again changes nothing: they lie under the hash of what they say.
pub(crate) async fn put(
    ports: &Ports,
    model: &ModelName,
    request: &Request<Bytes>,
    limits: &Limits,
) -> Result<Response<Bytes>, Problem> {
    let media_type = media_type(request)?;
    let served = ports.model(model, &Reference::default()).await?;
    let schema = &served.manifest.schema;
    let truths = read_upload(media_type, request.body(), schema, limits.rows);
    let truths = truths.map_err(refused)?;
    let mut content = Vec::new();
    let mut labels = 0;
    for truth in &truths {
        labels += truth.values().map_or(0, |values| values.len());
        write(truth, &mut content)?;
    }
    let folder = keys::ground_truth(model);
    let key = format!("{folder}{}.jsonl", sha256(&content));
    ports.objects.put(&key, JSON_LINES, content.into()).await.map_err(|error| {
        let error = model_factory::port_error::chain(&error);
        tracing::error!(error, "labels cannot be stored");
        Problem::new(Kind::Unavailable, "the labels cannot be stored at the moment")
    })?;
    let unknown_classes = unknown_classes(&truths, schema);
    answer::json(&Taken { exchanges: truths.len(), labels, unknown_classes })
}

fn write(truth: &GroundTruth, content: &mut Vec<u8>) -> Result<(), Problem> {
    serde_json::to_writer(&mut *content, truth)
        .map_err(|_| Problem::new(Kind::Internal, "the labels cannot be written"))?;
    content.push(b'\n');
    Ok(())
}

fn media_type(request: &Request<Bytes>) -> Result<MediaType, Problem> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let given = given.unwrap_or(JSON_LINES);
    let essence = given.split(';').next().unwrap_or(given).trim();
    if LINES.iter().any(|name| name.eq_ignore_ascii_case(essence)) {
        return Ok(MediaType::Json);
    }
    MediaType::of(given).ok_or_else(|| {
        Problem::new(
            Kind::UnsupportedMediaType,
            format!("labels are read from {JSON_LINES} or text/csv, not from `{essence}`"),
        )
    })
}

fn refused(error: UploadError) -> Problem {
    let kind = match error {
        UploadError::Csv(_) => Kind::Malformed,
        UploadError::TooMany { .. } => Kind::TooLarge,
        _ => Kind::SchemaMismatch,
    };
    let mut problem = Problem::new(kind, error.to_string());
    if let UploadError::Rows { told, .. } = error {
        problem.invalid_params = told
            .into_iter()
            .map(|bad| InvalidParam { name: format!("row {}", bad.row), reason: bad.reason })
            .collect();
    }
    problem
}
