//! Lambda's `Invoke` operation, in the protocol REST JSON.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::de::IgnoredAny;

use super::error::json_error;
use crate::aws::arn;
use crate::aws::events::EventBus;
use crate::aws::http_body::{self, BodyError};
use crate::aws::lambda::{
    ASYNCHRONOUS_PAYLOAD_LIMIT, Call, InvokeError, Lambda, SYNCHRONOUS_PAYLOAD_LIMIT,
};

pub(super) async fn handle(
    lambda: &Lambda,
    bus: &EventBus,
    region: &str,
    request: Request<Body>,
) -> Response {
    let Some(name) = invoked_function(&request) else {
        return json_error(
            StatusCode::NOT_IMPLEMENTED,
            "UnknownOperationException",
            "the embedded Lambda has no such operation, only Invoke",
        );
    };
    if !lambda.functions().any(|(function, _)| function == name) {
        return not_found(region, &name);
    }
    let (parts, body) = request.into_parts();
    let header = parts.headers.get("x-amz-invocation-type");
    let invocation_type = header.and_then(|it| it.to_str().ok()).unwrap_or("RequestResponse");
    match invocation_type {
        "RequestResponse" => match payload(body, SYNCHRONOUS_PAYLOAD_LIMIT).await {
            Ok(payload) => {
                let call = Call::with_headers(payload, &parts.headers);
                synchronous(lambda.invoke(&name, call).await, region)
            }
            Err(refusal) => refusal,
        },
        "Event" => match payload(body, ASYNCHRONOUS_PAYLOAD_LIMIT).await {
            Ok(payload) => asynchronous(bus, &name, &payload).await,
            Err(refusal) => refusal,
        },
        "DryRun" => StatusCode::NO_CONTENT.into_response(),
        other => json_error(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            &format!("`{other}` is no invocation type, use RequestResponse, Event or DryRun"),
        ),
    }
}

/// The name in `/2015-03-31/functions/{name or ARN}/invocations`, without a
/// qualifier: there is only one version of a function.
fn invoked_function(request: &Request<Body>) -> Option<String> {
    let path = request.uri().path().strip_prefix("/2015-03-31/functions/")?;
    let name = path.strip_suffix("/invocations").filter(|_| request.method() == Method::POST)?;
    let name = percent_decode_str(name).decode_utf8().ok()?;
    let name = name.rsplit_once("function:").map_or(name.as_ref(), |(_, name)| name);
    name.split(':').next().map(str::to_owned)
}

async fn payload(body: Body, limit: usize) -> Result<Bytes, Response> {
    let payload = match http_body::read(body, limit).await {
        Ok(payload) => payload,
        Err(error @ BodyError::TooLarge { .. }) => {
            let (status, message) = (StatusCode::PAYLOAD_TOO_LARGE, error.to_string());
            return Err(json_error(status, "RequestTooLargeException", &message));
        }
        Err(error @ BodyError::Broken(_)) => {
            let (status, message) = (StatusCode::BAD_REQUEST, error.to_string());
            return Err(json_error(status, "InvalidRequestContentException", &message));
        }
    };
    if payload.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<IgnoredAny>(&payload) {
        Ok(_) => Ok(payload),
        Err(error) => {
            let message = format!("Could not parse request body into json: {error}");
            Err(json_error(StatusCode::BAD_REQUEST, "InvalidRequestContentException", &message))
        }
    }
}

fn synchronous(result: Result<Bytes, InvokeError>, region: &str) -> Response {
    let executed_version = ("x-amz-executed-version", "$LATEST");
    let content_type = (header::CONTENT_TYPE.as_str(), "application/json");
    match result {
        Ok(payload) => ([executed_version, content_type], payload).into_response(),
        Err(InvokeError::UnknownFunction(name)) => not_found(region, &name),
        Err(error @ InvokeError::Throttled { .. }) => json_error(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            &error.to_string(),
        ),
        Err(error @ InvokeError::PayloadTooLarge { .. }) => json_error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            &error.to_string(),
        ),
        Err(error @ InvokeError::ShuttingDown) => {
            json_error(StatusCode::SERVICE_UNAVAILABLE, "ServiceException", &error.to_string())
        }
        Err(
            error
            @ (InvokeError::Timeout(_) | InvokeError::Function(_) | InvokeError::Start { .. }),
        ) => {
            let headers = [executed_version, content_type, ("x-amz-function-error", "Unhandled")];
            match serde_json::to_string(&error.to_function_error()) {
                Ok(body) => (headers, body).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
    }
}

async fn asynchronous(bus: &EventBus, name: &str, payload: &[u8]) -> Response {
    let payload = String::from_utf8_lossy(payload).into_owned();
    match bus.invoke(name, payload).await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot queue an invocation");
            let message = error.to_string();
            json_error(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", &message)
        }
    }
}

fn not_found(region: &str, name: &str) -> Response {
    let message = format!("Function not found: {}", arn::function(region, name));
    json_error(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message)
}
