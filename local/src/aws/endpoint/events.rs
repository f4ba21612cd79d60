//! EventBridge's operations, in the protocol JSON 1.1.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::json_error;
use crate::aws::events::{EventBus, PutEventsError};
use crate::aws::http_body;

/// More than any request that EventBridge takes.
const BODY_LIMIT: usize = 2 * 1024 * 1024;

pub(super) async fn handle(bus: &EventBus, request: Request<Body>) -> Response {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    match target {
        Some("AWSEvents.PutEvents") => put_events(bus, request.into_body()).await,
        other => {
            let message = format!(
                "the embedded EventBridge has no operation `{}`, only PutEvents",
                other.unwrap_or_default()
            );
            json_error(StatusCode::BAD_REQUEST, "UnknownOperationException", &message)
        }
    }
}

async fn put_events(bus: &EventBus, body: Body) -> Response {
    let body = match http_body::read(body, BODY_LIMIT).await {
        Ok(body) => body,
        Err(error) => return validation_error(&error.to_string()),
    };
    let request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => {
            let message = error.to_string();
            return json_error(StatusCode::BAD_REQUEST, "SerializationException", &message);
        }
    };
    match bus.put_events(request).await {
        Ok(response) => match serde_json::to_string(&response) {
            Ok(body) => {
                ([(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body).into_response()
            }
            Err(error) => internal_error(&error),
        },
        Err(error @ (PutEventsError::EntryCount(_) | PutEventsError::TooLarge(_))) => {
            validation_error(&error.to_string())
        }
        Err(PutEventsError::Bus(error)) => internal_error(&error),
    }
}

fn validation_error(message: &str) -> Response {
    json_error(StatusCode::BAD_REQUEST, "ValidationException", message)
}

fn internal_error(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "PutEvents failed");
    json_error(StatusCode::INTERNAL_SERVER_ERROR, "InternalException", &error.to_string())
}
