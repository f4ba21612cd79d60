//! Artifacts that were found damaged.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::lru::Key;
use crate::events::{Event, EventKind};
use crate::name::ModelName;
use crate::registry::Pinned;

/// What was found damaged, and who still has to be told.
#[derive(Debug, Default)]
pub(super) struct Damages {
    found: HashMap<Key, Timestamp>,
    untold: Vec<Event>,
}

impl Damages {
    /// Whether the artifact was found damaged.
    pub(super) fn knows(&self, key: &Key) -> bool {
        self.found.contains_key(key)
    }

    /// How long ago the artifact was found damaged, if it was.
    pub(super) fn since(&self, key: &Key, now: Timestamp) -> Option<Duration> {
        self.found.get(key).map(|found| now.duration_since(*found).unsigned_abs())
    }

    /// Notes a damage; an event tells of the first time only, under an id that is the
    /// same wherever else it is found.
    pub(super) fn note(
        &mut self,
        key: Key,
        model: &ModelName,
        pinned: &Pinned,
        reason: String,
        now: Timestamp,
    ) {
        if self.found.insert(key, now).is_some() {
            return;
        }
        let Pinned { version, artifact } = pinned;
        tracing::error!(model = model.as_str(), %version, reason, "an artifact is damaged");
        self.untold.push(Event {
            id: format!("{model}/damaged/{version}/{artifact}"),
            kind: EventKind::ArtifactDamaged,
            subject: model.to_string(),
            time: now,
            data: json!({
                "model": model,
                "version": version,
                "artifact": artifact,
                "reasons": [reason],
            }),
        });
    }

    /// The artifact is well again.
    pub(super) fn forget(&mut self, key: &Key) {
        self.found.remove(key);
    }

    /// What has to be told.
    pub(super) fn untold(&self) -> Vec<Event> {
        self.untold.clone()
    }

    /// What has been told.
    pub(super) fn told(&mut self, events: &[Event]) {
        self.untold.retain(|untold| !events.iter().any(|told| told.id == untold.id));
    }
}
