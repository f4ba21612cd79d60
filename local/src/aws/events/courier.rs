//! Makes the deliveries to one function.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::dead_letter::{DeadLetter, DeadLetters};
use super::error::BusError;
use super::store::{Delivery, Store};
use crate::aws::lambda::{InvokeError, Lambda};

/// How long to leave a store alone that failed, and at most to sleep: a clock
/// that was set, or a laptop that slept, is noticed after that.
const NAP: Duration = Duration::from_secs(1);

/// The courier of one function; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Courier {
    pub(super) function: String,
    pub(super) store: Store,
    pub(super) lambda: Lambda,
    /// The pause before each retry; there are as many retries as pauses.
    pub(super) backoff: Arc<[Duration]>,
    pub(super) dead_letters: DeadLetters,
    /// Rung when a delivery may have become due.
    pub(super) bell: Arc<Notify>,
    pub(super) closing: CancellationToken,
    /// Holds the deliveries that are under way.
    pub(super) tasks: TaskTracker,
}

impl Courier {
    /// Delivers, up to `parallel` at a time, until the bus closes.
    pub(super) async fn run(self, parallel: usize) {
        let hands = Arc::new(Semaphore::new(parallel));
        let _ = self.closing.run_until_cancelled(self.work(hands)).await;
    }

    async fn work(&self, hands: Arc<Semaphore>) {
        while let Ok(hand) = Arc::clone(&hands).acquire_owned().await {
            match self.store.claim(&self.function, now_ms()).await {
                Ok(Some(delivery)) => {
                    self.tasks.spawn(self.clone().deliver(delivery, hand));
                }
                Ok(None) => self.rest().await,
                Err(error) => self.complain(&error).await,
            }
        }
    }

    /// Waits until a delivery may be due.
    async fn rest(&self) {
        let due_ms = match self.store.next_due(&self.function).await {
            Ok(due_ms) => due_ms,
            Err(error) => return self.complain(&error).await,
        };
        match due_ms {
            None => self.bell.notified().await,
            Some(due_ms) => {
                let wait = u64::try_from(due_ms - now_ms()).unwrap_or(0);
                let wait = Duration::from_millis(wait).min(NAP);
                let _ = time::timeout(wait, self.bell.notified()).await;
            }
        }
    }

    async fn deliver(self, delivery: Delivery, hand: OwnedSemaphorePermit) {
        let payload = Bytes::from(delivery.payload.clone());
        let invocation = self.lambda.invoke_queued(&self.function, payload);
        // What a closing bus interrupts is due again when it next opens.
        let Some(result) = self.closing.run_until_cancelled(invocation).await else {
            return;
        };
        let id = delivery.id;
        let settled = match result {
            Ok(_) => self.store.complete(id).await,
            Err(InvokeError::ShuttingDown) => return,
            Err(error) => self.retry_or_bury(delivery, &error).await,
        };
        if let Err(error) = settled {
            self.complain(&error).await;
            self.store.release(id);
        }
        drop(hand);
        self.bell.notify_one();
    }

    async fn retry_or_bury(&self, delivery: Delivery, error: &InvokeError) -> Result<(), BusError> {
        let function = &self.function;
        tracing::warn!(%function, rule = %delivery.rule, attempt = delivery.attempts + 1, %error, "delivery failed");
        if let Some(pause) = self.backoff.get(delivery.attempts) {
            let pause_ms = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            return self.store.postpone(delivery.id, now_ms().saturating_add(pause_ms)).await;
        }
        let letter = DeadLetter {
            time: Timestamp::now(),
            function: function.clone(),
            rule: delivery.rule,
            attempts: delivery.attempts + 1,
            error: error.to_function_error(),
            event: serde_json::from_str(&delivery.payload)?,
        };
        self.dead_letters.write(&letter, &delivery.event_id)?;
        self.store.complete(delivery.id).await
    }

    async fn complain(&self, error: &BusError) {
        let function = &self.function;
        tracing::error!(%function, error = error as &dyn std::error::Error, "deliveries are held up");
        time::sleep(NAP).await;
    }
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}
