//! What is told of each request, when its answer has gone out.

use http::{Method, StatusCode};
use jiff::Timestamp;
use model_factory::name::{ModelName, Reference, Version};
use model_factory::runtime::emf::{EmitMetrics, Measured, Unit, cold_start};

use crate::captures::Flushed;

/// Which model answered a request, as far as that is known.
#[derive(Debug, Clone)]
pub(crate) struct Answerer {
    pub(crate) model: ModelName,
    pub(crate) version: Version,
    pub(crate) variant: Reference,
    /// Whether the version was in memory.
    pub(crate) cached: bool,
    pub(crate) rows: usize,
}

/// A request that has its answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) started: Timestamp,
    pub(crate) request_id: String,
    pub(crate) trace_id: Option<String>,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) status: StatusCode,
    pub(crate) milliseconds: f64,
    pub(crate) answerer: Option<Answerer>,
    /// The function's name, of the first request of a sandbox.
    pub(crate) cold: Option<String>,
}

impl Answered {
    /// Writes the request's log line and metrics.
    pub(crate) fn tell(&self, metrics: &dyn EmitMetrics) {
        let answerer = self.answerer.as_ref();
        tracing::info!(
            function_request_id = self.request_id,
            xray_trace_id = self.trace_id,
            cold_start = self.cold.is_some(),
            method = self.method.as_str(),
            path = self.path,
            status = self.status.as_u16(),
            milliseconds = self.milliseconds,
            model = answerer.map(|it| it.model.as_str()),
            version = answerer.map(|it| it.version.number()),
            variant = answerer.map(|it| tracing::field::display(&it.variant)),
            rows = answerer.map(|it| it.rows),
            "answered"
        );
        if let Some(function) = &self.cold {
            metrics.emit(cold_start(self.started, function));
        }
        if let Some(measured) = self.measured() {
            metrics.emit(measured);
        }
    }

    /// What there is to measure: a prediction, or a failure.
    fn measured(&self) -> Option<Measured> {
        let mut measured = Measured::at(self.started)
            .with("function_request_id", self.request_id.as_str())
            .with("status", self.status.as_u16());
        if let Some(Answerer { model, version, variant, cached, rows }) = &self.answerer {
            measured = measured
                .of("model", model.as_str())
                .of("variant", variant.to_string())
                .with("version", version.number())
                .and("Latency", Unit::Milliseconds, self.milliseconds)
                .and(if *cached { "CacheHits" } else { "CacheMisses" }, Unit::Count, 1.0);
            if *rows > 0 {
                measured.add("Rows", Unit::Count, *rows as f64);
            }
        }
        match self.status {
            status if status.is_server_error() => measured.add("ServerErrors", Unit::Count, 1.0),
            status if status.is_client_error() => measured.add("ClientErrors", Unit::Count, 1.0),
            _ if self.answerer.is_none() => return None,
            _ => {}
        }
        Some(measured)
    }
}

/// Tells what of captures did not go well; nothing when all did.
pub(crate) fn tell_of_captures(flushed: Flushed, now: Timestamp, metrics: &dyn EmitMetrics) {
    let Flushed { failures, lost, .. } = flushed;
    let mut measured = Measured::at(now);
    for (name, count) in [("CaptureFailures", failures), ("CapturesLost", lost)] {
        if count > 0 {
            measured.add(name, Unit::Count, count as f64);
        }
    }
    if failures + lost > 0 {
        metrics.emit(measured);
    }
}

/// Tells how a shadow did.
pub(crate) fn tell_of_shadow(
    model: &ModelName,
    version: Version,
    milliseconds: Option<f64>,
    now: Timestamp,
    metrics: &dyn EmitMetrics,
) {
    let measured = Measured::at(now)
        .of("model", model.as_str())
        .of("variant", model_factory::name::SHADOW)
        .with("version", version.number());
    metrics.emit(match milliseconds {
        Some(milliseconds) => measured.and("Latency", Unit::Milliseconds, milliseconds),
        None => measured.and("ShadowErrors", Unit::Count, 1.0),
    });
}
