//! Lets shadows answer what the client has its answer to, for the record only.

use std::time::{Duration, Instant};

use model_factory::name::{Alias, Reference};
use model_factory::port_error::chain;
use model_factory::protocol::Contract;
use model_factory::protocol::problem::Problem;
use model_factory::registry::Pinned;
use model_factory::serving::ServedModel;
use tokio::time::timeout_at;

use crate::after::Exchanged;
use crate::forecast;
use crate::handler::Inference;
use crate::predict::{Body, respond};
use crate::telemetry;

/// How long a shadow may take.
const SHADOW_TIME: Duration = Duration::from_secs(10);

impl Inference {
    /// Lets the shadows answer; whether there are any.
    pub(crate) async fn shadow_all(&self, exchanged: &[Exchanged], deadline: Instant) -> bool {
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
        let Exchanged { model, served, .. } = exchanged;
        let ports = self.ports();
        let started = Instant::now();
        let deadline = deadline.min(started + SHADOW_TIME);
        let answered = match timeout_at(deadline.into(), ports.models.pinned(model, pinned)).await {
            Ok(Ok((shadow, _))) => {
                self.answer_again(exchanged, &shadow, deadline)
                    .map(|body| (shadow, body))
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

    /// What another version answers to the request of an exchange.
    fn answer_again(
        &self,
        exchanged: &Exchanged,
        served: &ServedModel,
        deadline: Instant,
    ) -> Result<Vec<u8>, Problem> {
        let Exchanged { model, protocol, .. } = exchanged;
        let sent = exchanged.sent();
        match *protocol {
            Contract::Rows(protocol) => {
                let body = Body { protocol, sent };
                respond(model, served, &body, self.limits(), deadline).map(|it| it.body)
            }
            Contract::Series(protocol) => {
                forecast::respond(model, served, protocol, sent.body, self.limits())
            }
        }
    }
}
