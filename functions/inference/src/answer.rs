//! Responses.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use model_factory::protocol::problem::{self, Kind, Problem};
use model_factory::protocol::{ANSWER_CONTENT_TYPE, Limits, read_json};
use serde::de::DeserializeOwned;
use serde_json::to_vec;

/// The version that answered.
pub(crate) const MODEL_VERSION: HeaderName = HeaderName::from_static("x-model-version");
/// The id under which the exchange is captured and labels can be sent.
pub(crate) const EVENT_ID: HeaderName = HeaderName::from_static("x-event-id");

/// A JSON answer.
pub(crate) fn json<T: serde::Serialize>(body: &T) -> Result<Response<Bytes>, Problem> {
    let body =
        to_vec(body).map_err(|_| Problem::new(Kind::Internal, "the answer cannot be written"))?;
    Ok(bytes(body))
}

/// The body as JSON of a type.
///
/// # Errors
/// 400 where it is no such JSON, 413 where it is too large, 422 where it nests too deep.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8], limits: &Limits) -> Result<T, Problem> {
    read_json("route", body, limits).map_err(|error| Problem::from(&error))
}

/// A JSON answer that is written already.
pub(crate) fn bytes(body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    set(&mut response, CONTENT_TYPE, ANSWER_CONTENT_TYPE);
    response
}

/// An answer in YAML.
pub(crate) fn yaml(text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    set(&mut response, CONTENT_TYPE, "application/yaml");
    response
}

/// The answer that tells a problem.
pub(crate) fn problem(problem: Problem, request_id: &str) -> Response<Bytes> {
    let problem = problem.of_request(request_id);
    let mut response = Response::new(problem.to_json().unwrap_or_default().into());
    *response.status_mut() =
        StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, CONTENT_TYPE, problem::CONTENT_TYPE);
    match problem.kind {
        Kind::MethodNotAllowed => {
            let takes = |method: &&str| problem.detail.contains(&format!("takes {method}"));
            let allowed = ["POST", "PUT"].into_iter().find(takes).unwrap_or("GET, HEAD");
            set(&mut response, ALLOW, allowed);
        }
        Kind::AlreadyTraining => set(&mut response, RETRY_AFTER, "30"),
        Kind::Unavailable => {
            let seconds = problem.retry_after.map_or(1, |time| time.as_secs_f64().ceil() as u64);
            set(&mut response, RETRY_AFTER, &seconds.max(1).to_string());
        }
        _ => {}
    }
    response
}

/// Sets a header; a value that cannot stand in one is left out.
pub(crate) fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
