//! What a caller hands to Lambda.

use axum::http::HeaderMap;
use bytes::Bytes;

/// The header that carries a trace on from service to service.
const TRACE_HEADER: &str = "x-amzn-trace-id";

/// An event for a function, and the trace that it belongs to.
#[derive(Clone, Debug)]
pub struct Call {
    /// The event: JSON.
    pub payload: Bytes,
    /// The caller's X-Ray trace header; a new trace begins without one.
    pub trace_id: Option<String>,
}

impl Call {
    /// An event that came in with a request's headers.
    pub(in crate::aws) fn with_headers(payload: Bytes, headers: &HeaderMap) -> Self {
        let trace_id = headers.get(TRACE_HEADER).and_then(|value| value.to_str().ok());
        Self { payload, trace_id: trace_id.map(str::to_owned) }
    }
}

impl From<Bytes> for Call {
    fn from(payload: Bytes) -> Self {
        Self { payload, trace_id: None }
    }
}
