//! Events about one run.

use model_factory::events::{Event, EventKind};
use model_factory::port_error::PortError;
use serde_json::Value;

use crate::ports::Ports;

/// Publishes the events of a run. An event's id follows from the run and the kind,
/// so that a repeated run repeats its events.
pub(crate) struct Announcer<'a> {
    ports: &'a Ports,
    run: &'a str,
    subject: &'a str,
}

impl<'a> Announcer<'a> {
    pub(crate) fn new(ports: &'a Ports, run: &'a str, subject: &'a str) -> Self {
        Self { ports, run, subject }
    }

    /// Publishes one event; `run` and `model` are added to its data.
    pub(crate) async fn publish(&self, kind: EventKind, mut data: Value) -> Result<(), PortError> {
        if let Some(object) = data.as_object_mut() {
            object.insert("run".to_owned(), self.run.into());
            object.insert("model".to_owned(), self.subject.into());
        }
        let event = Event {
            id: format!("{}/{}", self.run, kind.name().to_lowercase().replace(' ', "-")),
            kind,
            subject: self.subject.to_owned(),
            time: self.ports.clock.now(),
            data,
        };
        self.ports.events.publish(&[event]).await
    }
}
