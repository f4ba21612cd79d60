//! The Lambda Runtime API, version 2018-06-01.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use serde_json::json;

use super::error::FunctionError;
use super::limits::SYNCHRONOUS_PAYLOAD_LIMIT;
use super::session::{Answer, Invocation, Session};

/// What the interfaces of one sandbox know about it.
#[derive(Debug)]
pub(super) struct SandboxApi {
    pub(super) session: Session,
    pub(super) function: String,
    pub(super) function_arn: String,
}

/// The routes that a function's runtime calls.
pub(super) fn router() -> Router<Arc<SandboxApi>> {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
}

/// A refusal in the form that both interfaces use.
pub(super) fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response {
    let body = json!({"errorType": error_type, "errorMessage": message}).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Lambda's word for "noted".
pub(super) fn accepted() -> Response {
    let body = json!({"status": "OK"}).to_string();
    (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn next(State(api): State<Arc<SandboxApi>>) -> Response {
    match api.session.next_invocation().await {
        Some(invocation) => invocation_response(&api, invocation),
        None => refusal(StatusCode::FORBIDDEN, "InvalidStateTransition", "the sandbox is closed"),
    }
}

fn invocation_response(api: &SandboxApi, invocation: Invocation) -> Response {
    let mut response = Response::new(Body::from(invocation.payload));
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.request_id),
        ("lambda-runtime-invoked-function-arn", api.function_arn.clone()),
        ("lambda-runtime-trace-id", invocation.trace_id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms.to_string()),
        ("content-type", "application/json".to_owned()),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

async fn response(
    State(api): State<Arc<SandboxApi>>,
    Path(request_id): Path<String>,
    body: Body,
) -> Response {
    let body = match Limited::new(body, SYNCHRONOUS_PAYLOAD_LIMIT).collect().await {
        Ok(body) => body,
        Err(error) => return unreadable_response(&api, &request_id, error.as_ref()),
    };
    let answer = match body.trailers().and_then(midstream_error) {
        Some(error) => Err(error),
        None => Ok(body.to_bytes()),
    };
    acknowledge(&api, &request_id, answer)
}

fn unreadable_response(
    api: &SandboxApi,
    request_id: &str,
    error: &(dyn std::error::Error + Send + Sync + 'static),
) -> Response {
    if error.is::<http_body_util::LengthLimitError>() {
        let message = format!(
            "Response payload size exceeded maximum allowed payload size ({SYNCHRONOUS_PAYLOAD_LIMIT} bytes)."
        );
        let answer = FunctionError::new("Function.ResponseSizeTooLarge", &message);
        api.session.answer(request_id, Err(answer));
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
    }
    let message = format!("the response broke off: {error}");
    api.session.answer(request_id, Err(FunctionError::new("Runtime.TruncatedResponse", &message)));
    refusal(StatusCode::BAD_REQUEST, "InvalidRequest", &message)
}

/// The error that a streaming response reported after its body.
fn midstream_error(trailers: &HeaderMap) -> Option<FunctionError> {
    let error_type = text(trailers, "lambda-runtime-function-error-type")?;
    let body = text(trailers, "lambda-runtime-function-error-body")
        .and_then(|body| BASE64_STANDARD.decode(body).ok())
        .unwrap_or_default();
    Some(reported(Some(error_type), &body))
}

async fn error(
    State(api): State<Arc<SandboxApi>>,
    Path(request_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let error_type = text(&headers, "lambda-runtime-function-error-type");
    acknowledge(&api, &request_id, Err(reported(error_type, &body)))
}

async fn init_error(
    State(api): State<Arc<SandboxApi>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let error_type = text(&headers, "lambda-runtime-function-error-type");
    api.session.break_off(reported(error_type, &body));
    accepted()
}

fn acknowledge(api: &SandboxApi, request_id: &str, answer: Answer) -> Response {
    if api.session.answer(request_id, answer) {
        accepted()
    } else {
        refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "no such invocation is in progress")
    }
}

/// The error in a report; the type in the body is the more precise one.
pub(super) fn reported(error_type: Option<&str>, body: &[u8]) -> FunctionError {
    let mut error: FunctionError = serde_json::from_slice(body)
        .unwrap_or_else(|_| FunctionError::new("", String::from_utf8_lossy(body)));
    if error.error_type.is_empty() {
        error.error_type = error_type.unwrap_or("Runtime.Unknown").to_owned();
    }
    error
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
