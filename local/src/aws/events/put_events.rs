//! The `PutEvents` operation.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::BusError;
use super::event::Event;

const ENTRY_LIMIT: usize = 10;
const SIZE_LIMIT: usize = 256 * 1024;
/// What EventBridge charges for a time stamp.
const TIME_SIZE: usize = 14;

/// The request, as SDKs send it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutEventsRequest {
    entries: Vec<Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    time: Option<f64>,
    resources: Vec<String>,
    event_bus_name: Option<String>,
}

/// The response: one result for each entry, in order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutEventsResponse {
    failed_entry_count: usize,
    entries: Vec<EntryResult>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum EntryResult {
    #[serde(rename_all = "PascalCase")]
    Published { event_id: String },
    #[serde(rename_all = "PascalCase")]
    Refused { error_code: &'static str, error_message: String },
}

/// Why a whole request is refused.
#[derive(Debug, thiserror::Error)]
pub enum PutEventsError {
    /// There are no entries or too many.
    #[error(
        "1 validation error detected: Value at 'entries' failed to satisfy constraint: \
         Member must have length between 1 and {ENTRY_LIMIT}, not {0}"
    )]
    EntryCount(usize),
    /// The entries are too large.
    #[error(
        "Total size of the entries in the request is over the limit: {0} of {SIZE_LIMIT} bytes"
    )]
    TooLarge(usize),
    /// The bus failed.
    #[error(transparent)]
    Bus(#[from] BusError),
}

/// Where and for whom events are published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Publisher<'a> {
    pub(super) region: &'a str,
    pub(super) bus: &'a str,
}

impl PutEventsRequest {
    /// Judges every entry: the events to publish, and the response.
    pub(super) fn judge(
        self,
        publisher: Publisher<'_>,
    ) -> Result<(Vec<Event>, PutEventsResponse), PutEventsError> {
        if self.entries.is_empty() || self.entries.len() > ENTRY_LIMIT {
            return Err(PutEventsError::EntryCount(self.entries.len()));
        }
        let size = self.entries.iter().map(Entry::size).sum();
        if size > SIZE_LIMIT {
            return Err(PutEventsError::TooLarge(size));
        }
        let mut events = Vec::new();
        let mut results = Vec::new();
        for entry in self.entries {
            results.push(match entry.into_event(publisher) {
                Ok(event) => {
                    let event_id = event.id.clone();
                    events.push(event);
                    EntryResult::Published { event_id }
                }
                Err((error_code, error_message)) => {
                    EntryResult::Refused { error_code, error_message }
                }
            });
        }
        let failed_entry_count = results.len() - events.len();
        Ok((events, PutEventsResponse { failed_entry_count, entries: results }))
    }
}

impl Entry {
    /// The size that counts towards the limit.
    fn size(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail];
        self.time.map_or(0, |_| TIME_SIZE)
            + texts.into_iter().flatten().map(String::len).sum::<usize>()
            + self.resources.iter().map(String::len).sum::<usize>()
    }

    fn into_event(self, publisher: Publisher<'_>) -> Result<Event, (&'static str, String)> {
        let source = required("Source", self.source)?;
        let detail_type = required("DetailType", self.detail_type)?;
        let detail = required("Detail", self.detail)?;
        if source.starts_with("aws.") {
            return Err((
                "NotAuthorizedForSourceException",
                format!("Not authorized for the source `{source}`."),
            ));
        }
        if let Some(bus) = self.event_bus_name {
            let name = bus.rsplit_once("event-bus/").map_or(bus.as_str(), |(_, name)| name);
            if name != "default" && name != publisher.bus {
                return Err((
                    "ResourceNotFoundException",
                    format!("Event bus {bus} does not exist."),
                ));
            }
        }
        let detail = match serde_json::from_str(&detail) {
            Ok(detail @ Value::Object(_)) => detail,
            _ => return Err(("MalformedDetail", "Detail is malformed.".to_owned())),
        };
        let time = match self.time {
            None => Timestamp::now(),
            Some(seconds) => {
                timestamp(seconds).ok_or_else(|| invalid("Time", "is out of range"))?
            }
        };
        let event = Event::new(&source, &detail_type, publisher.region, time);
        Ok(Event { resources: self.resources, detail, ..event })
    }
}

fn required(name: &str, value: Option<String>) -> Result<String, (&'static str, String)> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| invalid(name, "is a required argument"))
}

fn invalid(name: &str, reason: &str) -> (&'static str, String) {
    ("InvalidArgument", format!("Parameter {name} is not valid. Reason: {name} {reason}."))
}

/// AWS's JSON protocols write time as seconds with a fraction.
fn timestamp(seconds: f64) -> Option<Timestamp> {
    let milliseconds = (seconds * 1e3).round();
    // A float casts to the nearest integer that fits, which jiff then checks.
    Timestamp::from_millisecond(milliseconds as i64).ok().filter(|_| seconds.is_finite())
}
