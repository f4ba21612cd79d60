//! What asks for a training: one request, whatever shape it came in.

use aws_lambda_events::event::s3::S3Event;
use serde::Deserialize;
use serde_json::Value;

use super::EventKind;
use crate::name::ModelName;
use crate::window::Window;

/// A data set's object, as an event names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetObject {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// The tag of the content that the event speaks of.
    pub etag: Option<String>,
    /// The version of the object, where the bucket has versions.
    pub version: Option<String>,
    /// Orders the events of one key.
    pub sequencer: Option<String>,
}

/// Why a training is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// An object was created.
    ObjectCreated(DatasetObject),
    /// A model is to be trained again, on the data set given or the newest one, and
    /// on what was captured in the window, where labels have come in.
    Retrain {
        /// The model.
        model: ModelName,
        /// The key of the data set.
        dataset: Option<String>,
        /// The window of traffic to learn from too.
        window: Option<Window>,
        /// The id of the event; `None` when the request is direct.
        event: Option<String>,
        /// Why.
        reason: String,
        /// Whether it is trained however young the champion is.
        force: bool,
    },
}

impl Trigger {
    /// Whether it is trained however young the champion is.
    #[must_use]
    pub fn is_forced(&self) -> bool {
        matches!(self, Self::Retrain { force: true, .. })
    }
}

/// All that one event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingRequest(pub Vec<Trigger>);

/// An event that asks for nothing that its function does.
#[derive(Debug, thiserror::Error)]
pub enum InvalidEvent {
    /// Not of any shape that is known.
    #[error("the event is of no known shape: expected {expected}")]
    UnknownShape {
        /// The shapes that are known.
        expected: &'static str,
    },
    /// An EventBridge event of another kind.
    #[error("an event `{0}` asks for nothing here: check the rule that sent it")]
    UnknownKind(String),
    /// The shape is known, but a part of it is missing or of the wrong type.
    #[error("the {shape} event cannot be read")]
    Malformed {
        /// Which shape it has.
        shape: &'static str,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A key that does not decode to UTF-8.
    #[error("the key `{0}` is not URL-encoded UTF-8")]
    Key(String),
    /// Parts of which only one may be there.
    #[error("the {shape} event has more than one of `{parts}`: send one")]
    Several {
        /// Which shape it has.
        shape: &'static str,
        /// What excludes each other.
        parts: &'static str,
    },
    /// A part that must be there.
    #[error("the {shape} event has no `{part}`")]
    Missing {
        /// Which shape it has.
        shape: &'static str,
        /// What is missing.
        part: &'static str,
    },
}

#[derive(Deserialize)]
struct ObjectCreated {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Object {
    key: String,
    etag: Option<String>,
    version_id: Option<String>,
    sequencer: Option<String>,
}

#[derive(Deserialize)]
struct Detail<T> {
    metadata: Metadata,
    data: T,
}

#[derive(Deserialize)]
struct Metadata {
    id: String,
}

#[derive(Deserialize)]
struct Retrain {
    model: ModelName,
    dataset: Option<String>,
    window: Option<Window>,
    reason: Option<String>,
    #[serde(default)]
    force: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Direct {
    model: ModelName,
    dataset: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    force: bool,
}

impl TrainingRequest {
    /// Reads an S3 notification, an EventBridge event (`Object Created`, `Retrain
    /// Requested`) or a direct request `{model, dataset?, reason?, force?}`.
    ///
    /// # Errors
    /// When it is none of them, or a part is missing or malformed.
    pub fn parse(payload: Value) -> Result<Self, InvalidEvent> {
        const UNKNOWN: InvalidEvent = InvalidEvent::UnknownShape {
            expected: "S3 `Records`, an EventBridge event with `detail-type`, or {\"model\": …}",
        };
        let Some(object) = payload.as_object() else { return Err(UNKNOWN) };
        if object.contains_key("Records") {
            return from_s3(payload);
        }
        if let Some(kind) = object.get("detail-type") {
            let kind = kind.as_str().unwrap_or_default().to_owned();
            let detail = object.get("detail").cloned().unwrap_or_default();
            return from_event_bridge(&kind, detail).map(|trigger| Self(vec![trigger]));
        }
        if object.contains_key("model") {
            let Direct { model, dataset, reason, force } = parse("direct", payload)?;
            let reason = reason.unwrap_or_else(|| "asked for directly".to_owned());
            let (window, event) = (None, None);
            let trigger = Trigger::Retrain { model, dataset, window, event, reason, force };
            return Ok(Self(vec![trigger]));
        }
        Err(UNKNOWN)
    }
}

/// A part of an event of the shape that `shape` names.
///
/// # Errors
/// [`InvalidEvent::Malformed`] when a member is missing or of another type.
pub fn parse<T: serde::de::DeserializeOwned>(
    shape: &'static str,
    value: Value,
) -> Result<T, InvalidEvent> {
    serde_json::from_value(value).map_err(|source| InvalidEvent::Malformed { shape, source })
}

fn from_s3(payload: Value) -> Result<TrainingRequest, InvalidEvent> {
    const SHAPE: &str = "S3";
    let event: S3Event = parse(SHAPE, payload)?;
    let triggers = event.records.into_iter().map(|record| {
        let missing = |part| InvalidEvent::Missing { shape: SHAPE, part };
        let encoded = record.s3.object.key.ok_or_else(|| missing("s3.object.key"))?;
        Ok(Trigger::ObjectCreated(DatasetObject {
            bucket: record.s3.bucket.name.ok_or_else(|| missing("s3.bucket.name"))?,
            key: decode_key(&encoded)?,
            etag: record.s3.object.e_tag,
            version: record.s3.object.version_id,
            sequencer: record.s3.object.sequencer,
        }))
    });
    triggers.collect::<Result<_, _>>().map(TrainingRequest)
}

/// Keys of direct S3 events are URL-encoded, a space as `+`.
fn decode_key(encoded: &str) -> Result<String, InvalidEvent> {
    let spaced = encoded.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| InvalidEvent::Key(encoded.to_owned()))
}

fn from_event_bridge(kind: &str, detail: Value) -> Result<Trigger, InvalidEvent> {
    if kind == "Object Created" {
        let ObjectCreated { bucket, object } = parse("Object Created", detail)?;
        return Ok(Trigger::ObjectCreated(DatasetObject {
            bucket: bucket.name,
            key: object.key,
            etag: object.etag,
            version: object.version_id,
            sequencer: object.sequencer,
        }));
    }
    if kind != EventKind::RetrainRequested.name() {
        return Err(InvalidEvent::UnknownKind(kind.to_owned()));
    }
    let Detail { metadata, data: Retrain { model, dataset, window, reason, force } } =
        parse("Retrain Requested", detail)?;
    let reason = reason.unwrap_or_else(|| "retrain requested".to_owned());
    Ok(Trigger::Retrain { model, dataset, window, event: Some(metadata.id), reason, force })
}

#[cfg(test)]
#[path = "incoming_tests.rs"]
mod tests;
