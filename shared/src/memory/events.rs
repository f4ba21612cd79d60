//! A bus that remembers.

use std::sync::Mutex;

use async_trait::async_trait;

use super::lock;
use crate::events::{Event, PublishEvents};
use crate::port_error::PortError;

/// A bus in memory.
#[derive(Debug, Default)]
pub struct MemoryEvents {
    events: Mutex<Vec<Event>>,
}

impl MemoryEvents {
    /// All events so far, in order.
    #[must_use]
    pub fn published(&self) -> Vec<Event> {
        lock(&self.events).clone()
    }
}

#[async_trait]
impl PublishEvents for MemoryEvents {
    async fn publish(&self, events: &[Event]) -> Result<(), PortError> {
        lock(&self.events).extend_from_slice(events);
        Ok(())
    }
}
