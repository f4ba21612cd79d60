//! What is kept of an exchange: what the spec of the version that answered allows.

use model_factory::capture::{
    CaptureLine, Exchange, Origin, hidden, is_sampled, redact, redact_answer, redact_forecast,
};
use model_factory::name::Reference;
use model_factory::protocol::{Contract, Limits, Sent};
use model_factory::serving::ServedModel;

use crate::after::Exchanged;
use crate::handler::Inference;

impl Inference {
    /// Hands an exchange to the buffer, as the spec of the version that answered the client
    /// allows: a shadow keeps no more than that.
    pub(crate) fn capture(
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
        let redacted = allowed.hides_any().then(|| redacted(exchanged, response, self.limits()));
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
                hidden: hidden(&served.manifest.schema, allowed),
            },
        }));
    }
}

/// Request and answer without what is hidden; `None` where they cannot be read.
fn redacted(exchanged: &Exchanged, response: &[u8], limits: &Limits) -> Option<(Vec<u8>, Vec<u8>)> {
    let Exchanged { protocol, model, served, .. } = exchanged;
    let (schema, allowed) = (&served.manifest.schema, &served.manifest.spec.capture);
    match *protocol {
        Contract::Rows(protocol) => {
            let request = protocol.decode(exchanged.sent(), schema, limits).ok()?;
            let answer = redact_answer(protocol, response).ok()?;
            Some((redact(protocol, &request, schema, model, allowed), answer))
        }
        Contract::Series(protocol) => {
            let bodies = (exchanged.request.as_ref(), response);
            redact_forecast(protocol, bodies, served.forecaster()?, model, allowed).ok()
        }
    }
}
