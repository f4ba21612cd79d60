//! What is done when the answer has gone out: logs and metrics, captures, the shadow's
//! answers, and what the model cache has put off. Nobody waits for it.
//!
//! Captures are written first, so that nothing that takes its time can cost them.

use std::time::{Duration, Instant};

use model_factory::capture::{
    CaptureLine, Exchange, Origin, hidden, is_sampled, redact, redact_answer,
};
use model_factory::name::{Alias, Reference};
use model_factory::port_error::chain;
use model_factory::protocol::Sent;
use model_factory::registry::Pinned;
use model_factory::serving::ServedModel;
use tokio::time::timeout_at;

use crate::after::{Exchanged, Waiting};
use crate::captures::Flushed;
use crate::handler::Inference;
use crate::predict::{Body, respond};
use crate::telemetry;

/// How long a shadow may take.
const SHADOW_TIME: Duration = Duration::from_secs(10);
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

    /// Lets the shadows answer; whether there are any.
    async fn shadow_all(&self, exchanged: &[Exchanged], deadline: Instant) -> bool {
        let mut any = false;
        for exchanged in exchanged {
            if let Some(pinned) = &exchanged.shadow {
                any = true;
                self.shadow(exchanged, pinned, deadline).await;
            }
        }
        any
    }

    /// Answers a request once more, for the record only.
    async fn shadow(&self, exchanged: &Exchanged, pinned: &Pinned, deadline: Instant) {
        let Exchanged { model, protocol, served, .. } = exchanged;
        let ports = self.ports();
        let started = Instant::now();
        let deadline = deadline.min(started + SHADOW_TIME);
        let answered = match timeout_at(deadline.into(), ports.models.pinned(model, pinned)).await {
            Ok(Ok((shadow, _))) => {
                let body = Body { protocol: *protocol, sent: exchanged.sent() };
                respond(model, &shadow, &body, self.limits(), deadline)
                    .map(|responded| (shadow, responded.body))
                    // The detail names values.
                    .map_err(|problem| match served.manifest.spec.capture.hides_any() {
                        true => problem.kind.title().to_owned(),
                        false => problem.detail,
                    })
            }
            Ok(Err(error)) => Err(chain(&error)),
            Err(_) => Err("it was not loaded in time".to_owned()),
        };
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let told = match answered {
            Ok((shadow, body)) => {
                let variant = Reference::Alias(Alias::shadow());
                self.capture(exchanged, &shadow, &variant, &body);
                Some(milliseconds)
            }
            Err(reason) => {
                let version = pinned.version.number();
                tracing::warn!(model = model.as_str(), version, reason, "the shadow cannot answer");
                None
            }
        };
        let metrics = ports.metrics.as_ref();
        telemetry::tell_of_shadow(model, pinned.version, told, ports.clock.now(), metrics);
    }

    /// Hands an exchange to the buffer, as the spec of the version that answered the client
    /// allows: a shadow keeps no more than that.
    fn capture(
        &self,
        exchanged: &Exchanged,
        answerer: &ServedModel,
        variant: &Reference,
        response: &[u8],
    ) {
        let Exchanged { event_id, protocol, model, served, .. } = exchanged;
        let allowed = &served.manifest.spec.capture;
        if !is_sampled(event_id, allowed.sampling) {
            return;
        }
        let schema = &served.manifest.schema;
        let sent = exchanged.sent();
        let redacted = allowed.hides_any().then(|| {
            let request = protocol.decode(sent, schema, self.limits()).ok()?;
            let answer = redact_answer(*protocol, response).ok()?;
            Some((redact(*protocol, &request, schema, model, allowed), answer))
        });
        let (Sent { content_type, query, body: request }, response) = match &redacted {
            None => (sent, response),
            Some(Some((request, answer))) => {
                let json = Some("application/json");
                (Sent { content_type: json, query: None, body: request }, answer.as_slice())
            }
            // Both were read or written before, so that this cannot be; what cannot be redacted
            // is not kept.
            Some(None) => return self.ports().captures.count_lost(1),
        };
        self.ports().captures.push(&CaptureLine::new(Exchange {
            event_id,
            inference_id: exchanged.inference_id.as_deref(),
            time: exchanged.time,
            content_type,
            request,
            response,
            origin: Origin {
                model: model.clone(),
                version: answerer.version,
                variant: variant.clone(),
                protocol: *protocol,
                query: query.map(str::to_owned),
                hidden: hidden(schema, allowed),
            },
        }));
    }
}
