//! From records to files.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::error::FirehoseError;
use super::spec::DeliveryStreamSpec;
use super::store::Waiting;
use super::streams::DeliveryStreams;
use crate::aws::s3::ObjectStorage;

/// The longest sleep: a clock that was set is noticed after that.
const NAP: Duration = Duration::from_secs(1);

impl DeliveryStreams {
    /// Writes files until `closing` is cancelled; what waits then is written after the next
    /// start.
    pub(in crate::aws) async fn deliver(self, storage: ObjectStorage, closing: CancellationToken) {
        let delivering = async {
            loop {
                let pause = self.round(&storage).await.unwrap_or_else(|error| {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "records wait for their files");
                    NAP
                });
                // Whether there is news or time has passed: the next round finds out.
                let _ = time::timeout(pause, self.inner.bell.notified()).await;
            }
        };
        let _: Option<()> = closing.run_until_cancelled(delivering).await;
    }

    /// Writes what is due; how long nothing else will be.
    async fn round(&self, storage: &ObjectStorage) -> Result<Duration, FirehoseError> {
        let mut pause = NAP;
        for stream in self.inner.streams.values() {
            let spec = &stream.spec;
            for waiting in self.inner.store.waiting(&spec.name).await? {
                let left = left(spec, &waiting, Timestamp::now());
                if left.is_zero() {
                    self.write(storage, spec, &waiting).await?;
                } else {
                    pause = pause.min(left);
                }
            }
        }
        Ok(pause)
    }

    async fn write(
        &self,
        storage: &ObjectStorage,
        spec: &DeliveryStreamSpec,
        waiting: &Waiting,
    ) -> Result<(), FirehoseError> {
        let Waiting { prefix, oldest_ms, .. } = waiting;
        let store = &self.inner.store;
        let Some(buffered) = store.read(&spec.name, prefix, spec.buffer_bytes).await? else {
            return Ok(());
        };
        let time = Timestamp::from_millisecond(*oldest_ms).unwrap_or_default();
        // The first record names the file, so that writing it again replaces it.
        let key = format!(
            "{prefix}{}-1-{}-{}{}",
            spec.name,
            time.strftime("%Y-%m-%d-%H-%M-%S"),
            buffered.first_record_id,
            spec.extension
        );
        storage
            .put(&spec.bucket, &key, "application/octet-stream", buffered.content.into())
            .await?;
        store.forget(&spec.name, prefix, buffered.last).await
    }
}

/// How long records wait for others still; zero when there are enough.
fn left(spec: &DeliveryStreamSpec, waiting: &Waiting, now: Timestamp) -> Duration {
    if waiting.bytes >= spec.buffer_bytes {
        return Duration::ZERO;
    }
    let waited = now.as_millisecond().saturating_sub(waiting.oldest_ms);
    spec.buffer_time.saturating_sub(Duration::from_millis(waited.max(0).unsigned_abs()))
}
