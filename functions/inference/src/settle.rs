//! What is done when the answer has gone out: logs and metrics, captures, the shadow's
//! answers, and what the model cache has put off. Nobody waits for it.
//!
//! Captures are written first, so that nothing that takes its time can cost them.

use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use crate::after::{Exchanged, Waiting};
use crate::captures::Flushed;
use crate::handler::Inference;
use crate::telemetry;

/// What is left for writing the shadow's answers.
const WRITING_TIME: Duration = Duration::from_secs(1);

impl Inference {
    /// Does what had to wait for the answer, until the deadline. What could not be written
    /// by then is tried again after the next answer.
    pub async fn settle(&self, deadline: Instant) {
        let exchanged = self.keep();
        let captures = &self.ports().captures;
        self.written(timeout_at(deadline.into(), captures.flush()).await.ok());
        let early = deadline.checked_sub(WRITING_TIME).unwrap_or(deadline);
        if timeout_at(early.into(), self.ports().models.settle()).await.is_err() {
            tracing::warn!("there was no time to refresh the models");
        }
        if self.shadow_all(&exchanged, early).await {
            self.written(timeout_at(deadline.into(), captures.flush()).await.ok());
        }
    }

    /// Writes what is left before the sandbox ends. What cannot be written is lost, and
    /// counted.
    pub async fn finish(&self, deadline: Instant) {
        let exchanged = self.keep();
        let captures = &self.ports().captures;
        self.written(timeout_at(deadline.into(), captures.flush_all()).await.ok());
        if self.shadow_all(&exchanged, deadline).await {
            self.written(timeout_at(deadline.into(), captures.flush_all()).await.ok());
        }
        let abandoned = captures.abandon();
        if abandoned.lost > 0 {
            tracing::error!(abandoned.lost, "the sandbox ends before its captures are written");
        }
        self.written(Some(abandoned));
    }

    /// Tells of the requests that were answered, and hands what is to be captured of them
    /// to the buffer.
    fn keep(&self) -> Vec<Exchanged> {
        let Waiting { exchanged, answered, lost } = self.after().take();
        let ports = self.ports();
        for answered in answered {
            answered.tell(ports.metrics.as_ref());
        }
        ports.captures.count_lost(lost);
        for exchanged in &exchanged {
            self.capture(exchanged, &exchanged.served, &exchanged.variant, &exchanged.response);
        }
        exchanged
    }

    /// Tells what came of a flush; nothing of one is known that was cut off.
    fn written(&self, flushed: Option<Flushed>) {
        let ports = self.ports();
        let flushed = flushed.unwrap_or_else(|| {
            tracing::error!("there was no time to write captures");
            Flushed { failures: 1, ..Flushed::default() }
        });
        telemetry::tell_of_captures(flushed, ports.clock.now(), ports.metrics.as_ref());
    }
}
