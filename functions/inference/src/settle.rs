//! What is done when the answer has gone out: logs and metrics, captures, the shadow's
//! answers, and what the model cache has put off. Nobody waits for it.

use std::time::{Duration, Instant};

use model_factory::capture::{CaptureLine, Exchange, Origin, hidden, is_sampled, redact};
use model_factory::name::{Alias, Reference};
use model_factory::port_error::chain;
use model_factory::protocol::Sent;
use model_factory::registry::Pinned;
use model_factory::serving::ServedModel;

use crate::after::{Exchanged, Waiting};
use crate::handler::Inference;
use crate::predict::{Body, respond};
use crate::telemetry;

/// How long a shadow may take.
const SHADOW_TIME: Duration = Duration::from_secs(10);

impl Inference {
    /// Does what had to wait for the answer.
    pub async fn settle(&self) {
        let Waiting { exchanged, answered, lost } = self.after().take();
        let ports = self.ports();
        for answered in answered {
            answered.tell(ports.metrics.as_ref());
        }
        ports.captures.count_lost(lost);
        for exchanged in &exchanged {
            self.capture(exchanged, &exchanged.served, &exchanged.variant, &exchanged.response);
        }
        ports.models.settle().await;
        for exchanged in &exchanged {
            if let Some(pinned) = &exchanged.shadow {
                self.shadow(exchanged, pinned).await;
            }
        }
        let flushed = ports.captures.flush().await;
        telemetry::tell_of_captures(flushed, ports.clock.now(), ports.metrics.as_ref());
    }

    /// Writes what is left before the sandbox ends.
    pub async fn finish(&self) {
        self.settle().await;
        let (ports, flushed) = (self.ports(), self.ports().captures.flush_all().await);
        telemetry::tell_of_captures(flushed, ports.clock.now(), ports.metrics.as_ref());
    }

    /// Answers a request once more, for the record only.
    async fn shadow(&self, exchanged: &Exchanged, pinned: &Pinned) {
        let Exchanged { model, protocol, .. } = exchanged;
        let ports = self.ports();
        let started = Instant::now();
        let answered = match ports.models.pinned(model, pinned).await {
            Ok((served, _)) => {
                let body = Body { protocol: *protocol, sent: exchanged.sent() };
                let deadline = Instant::now() + SHADOW_TIME;
                respond(model, &served, &body, self.limits(), deadline)
                    .map(|responded| (served, responded.body))
                    .map_err(|problem| problem.detail)
            }
            Err(error) => Err(chain(&error)),
        };
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let told = match answered {
            Ok((served, body)) => {
                let variant = Reference::Alias(Alias::shadow());
                self.capture(exchanged, &served, &variant, &body);
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
        let sent = exchanged.sent();
        let redacted = allowed.hides_any().then(|| {
            let schema = &served.manifest.schema;
            protocol
                .decode(sent, schema, self.limits())
                .map(|request| redact(*protocol, &request, schema, model, allowed))
        });
        let Sent { content_type, query, body: request } = match &redacted {
            None => sent,
            Some(Ok(redacted)) => {
                Sent { content_type: Some("application/json"), query: None, body: redacted }
            }
            // It was read before, so that this cannot be; what cannot be redacted is not kept.
            Some(Err(_)) => return self.ports().captures.count_lost(1),
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
                hidden: hidden(&served.manifest.schema, allowed),
            },
        }));
    }
}
