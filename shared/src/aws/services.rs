//! The services of a function, wired by its settings.

use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};

use super::connector::http_client;
use super::{DeliveryStream, DynamoIdempotency, DynamoRegistry, EventBridge, S3Bucket, SqsQueue};
use crate::clock::{Clock, SystemClock};
use crate::runtime::Settings;

/// Makes a function's clients, each when it is asked for, over one configuration.
#[derive(Debug, Clone)]
pub struct Services {
    config: SdkConfig,
    settings: Settings,
}

impl Services {
    /// Loads the SDK's configuration from the environment.
    pub async fn load(settings: Settings) -> Self {
        let defaults = aws_config::defaults(BehaviorVersion::latest());
        let config = defaults.http_client(http_client()).load().await;
        Self { config, settings }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }

    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> Arc<S3Bucket> {
        Arc::new(S3Bucket::new(&self.config, &self.settings.bucket))
    }

    /// The model registry.
    #[must_use]
    pub fn registry(&self) -> Arc<DynamoRegistry> {
        let table = &self.settings.registry_table;
        Arc::new(DynamoRegistry::new(&self.config, table, self.clock()))
    }

    /// The record of work that is done.
    #[must_use]
    pub fn idempotency(&self) -> Arc<DynamoIdempotency> {
        let table = &self.settings.idempotency_table;
        Arc::new(DynamoIdempotency::new(&self.config, table, self.clock()))
    }

    /// The queue at a URL.
    #[must_use]
    pub fn queue(&self, url: &str) -> Arc<SqsQueue> {
        Arc::new(SqsQueue::new(&self.config, url))
    }

    /// The delivery stream of a name.
    #[must_use]
    pub fn delivery_stream(&self, name: &str) -> Arc<DeliveryStream> {
        Arc::new(DeliveryStream::new(&self.config, name))
    }

    /// The event bus.
    #[must_use]
    pub fn events(&self) -> Arc<EventBridge> {
        Arc::new(EventBridge::new(&self.config, &self.settings.event_bus))
    }
}
