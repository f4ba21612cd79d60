//! Carries S3's notifications to the bus.

use std::time::Duration;

use tokio::time;
use tokio_util::sync::CancellationToken;

use super::bus::EventBus;
use super::error::BusError;
use super::object_created;
use crate::aws::s3::ObjectStorage;

/// How many notifications travel together.
const BATCH: usize = 100;

/// How long to wait after a failure.
const NAP: Duration = Duration::from_secs(1);

/// Forwards every object-created notification of `storage` to `bus` until
/// `closing` is cancelled. A notification leaves S3's outbox only when its
/// deliveries are on disk.
pub async fn forward_objects(storage: ObjectStorage, bus: EventBus, closing: CancellationToken) {
    let forwarding = async {
        loop {
            match forward_batch(&storage, &bus).await {
                Ok(0) => storage.event_committed().await,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "notifications are held up"
                    );
                    time::sleep(NAP).await;
                }
            }
        }
    };
    let _: Option<()> = closing.run_until_cancelled(forwarding).await;
}

async fn forward_batch(storage: &ObjectStorage, bus: &EventBus) -> Result<usize, BusError> {
    let notifications = storage.pending_events(BATCH).await?;
    let events: Vec<_> =
        notifications.iter().map(|it| object_created::event(it, bus.region())).collect();
    bus.publish(&events).await?;
    let ids: Vec<_> = notifications.iter().map(|notification| notification.id).collect();
    storage.acknowledge(&ids).await?;
    Ok(ids.len())
}
