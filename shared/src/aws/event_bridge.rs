//! Events on an EventBridge bus.

use std::sync::OnceLock;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::error::port_error;
use crate::events::{Event, PublishEvents, SOURCE};
use crate::port_error::PortError;

/// The most entries that one call may have.
const ENTRIES: usize = 10;

/// A bus.
#[derive(Debug, Clone)]
pub struct EventBridge {
    config: SdkConfig,
    /// Made for the first event: a function that answers predictions publishes hardly any, and
    /// a cold start is no time to prepare for them.
    client: OnceLock<Client>,
    bus: String,
}

impl EventBridge {
    /// The bus called `bus`.
    #[must_use]
    pub fn new(config: &SdkConfig, bus: impl Into<String>) -> Self {
        Self { config: config.clone(), client: OnceLock::new(), bus: bus.into() }
    }

    fn entry(&self, event: &Event) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(SOURCE)
            .detail_type(event.kind.name())
            .time(DateTime::from_millis(event.time.as_millisecond()))
            .detail(event.detail().to_string())
            .build()
    }
}

#[async_trait]
impl PublishEvents for EventBridge {
    async fn publish(&self, events: &[Event]) -> Result<(), PortError> {
        for chunk in events.chunks(ENTRIES) {
            let action = || format!("put {} events on bus {}", chunk.len(), self.bus);
            let client = self.client.get_or_init(|| Client::new(&self.config));
            let answer = client
                .put_events()
                .set_entries(Some(chunk.iter().map(|event| self.entry(event)).collect()))
                .send()
                .await
                .map_err(|error| port_error(action(), error))?;
            if let Some(refused) =
                answer.entries().iter().find(|entry| entry.error_code().is_some())
            {
                let code = refused.error_code().unwrap_or_default();
                let message = refused.error_message().unwrap_or_default();
                return Err(PortError::retryable(action(), format!("{code}: {message}")));
            }
        }
        Ok(())
    }
}
