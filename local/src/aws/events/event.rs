//! The envelope of every event.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::aws::arn::ACCOUNT_ID;

/// An event as EventBridge hands it to a rule's target.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// The version of the envelope, always "0".
    pub version: String,
    /// Identifies the event; the same in each delivery.
    pub id: String,
    /// With `source`, what kind of event this is.
    pub detail_type: String,
    /// Who published the event.
    pub source: String,
    /// The account of the publisher.
    pub account: String,
    /// When it happened, in whole seconds as on AWS.
    pub time: Timestamp,
    /// The region of the publisher.
    pub region: String,
    /// The names of what the event is about.
    pub resources: Vec<String>,
    /// The event itself.
    pub detail: Value,
}

impl Event {
    pub(super) fn new(source: &str, detail_type: &str, region: &str, time: Timestamp) -> Self {
        Self {
            version: "0".to_owned(),
            id: Uuid::now_v7().to_string(),
            detail_type: detail_type.to_owned(),
            source: source.to_owned(),
            account: ACCOUNT_ID.to_owned(),
            time: whole_seconds(time),
            region: region.to_owned(),
            resources: Vec::new(),
            detail: Value::Object(serde_json::Map::new()),
        }
    }
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    let round = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Trunc);
    time.round(round).unwrap_or(time)
}
