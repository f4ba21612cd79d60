//! The Lambda Extensions API, version 2020-01-01, for internal extensions:
//! those that live in the function's own process.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::runtime_api::{SandboxApi, accepted, refusal, reported, text};

const NAME: &str = "lambda-extension-name";
const IDENTIFIER: &str = "lambda-extension-identifier";
const EVENT_IDENTIFIER: &str = "lambda-extension-event-identifier";
const ERROR_TYPE: &str = "lambda-extension-function-error-type";

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    events: Vec<String>,
}

/// The routes that an extension calls.
pub(super) fn router() -> Router<Arc<SandboxApi>> {
    Router::new()
        .route("/2020-01-01/extension/register", post(register))
        .route("/2020-01-01/extension/event/next", get(next))
        .route("/2020-01-01/extension/init/error", post(give_up))
        .route("/2020-01-01/extension/exit/error", post(give_up))
}

async fn register(State(api): State<Arc<SandboxApi>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(name) = text(&headers, NAME) else {
        return forbidden("Extension.InvalidExtensionName", "the extension has no name");
    };
    let Ok(registration) = serde_json::from_slice::<Registration>(&body) else {
        return forbidden("InvalidRequestFormat", "the body is not a registration");
    };
    for event in &registration.events {
        match event.as_str() {
            "INVOKE" => {}
            // As on AWS: only processes of their own outlive the runtime.
            "SHUTDOWN" => {
                return forbidden(
                    "Extension.InvalidEventType",
                    "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension",
                );
            }
            other => {
                let message = format!("{other}: ErrorInvalidEventType");
                return forbidden("Extension.InvalidEventType", &message);
            }
        }
    }
    let Some(id) = api.session.register(name, !registration.events.is_empty()) else {
        return forbidden("Extension.AlreadyRegistered", "an extension of this name is registered");
    };
    let body = json!({
        "functionName": api.function,
        "functionVersion": "$LATEST",
        "handler": api.function,
    });
    (
        [(IDENTIFIER, id.as_str()), (header::CONTENT_TYPE.as_str(), "application/json")],
        body.to_string(),
    )
        .into_response()
}

async fn next(State(api): State<Arc<SandboxApi>>, headers: HeaderMap) -> Response {
    let Some(id) = text(&headers, IDENTIFIER) else {
        return forbidden("Extension.MissingExtensionIdentifier", "the identifier is missing");
    };
    let Some(invocation) = api.session.next_event(id).await else {
        return forbidden(
            "Extension.UnknownExtensionIdentifier",
            "no extension has this identifier",
        );
    };
    let body = json!({
        "eventType": "INVOKE",
        "deadlineMs": invocation.deadline_ms,
        "requestId": invocation.request_id,
        "invokedFunctionArn": api.function_arn,
        "tracing": {"type": "X-Amzn-Trace-Id", "value": invocation.trace_id},
    });
    let event = Uuid::now_v7().to_string();
    (
        [(EVENT_IDENTIFIER, event.as_str()), (header::CONTENT_TYPE.as_str(), "application/json")],
        body.to_string(),
    )
        .into_response()
}

async fn give_up(State(api): State<Arc<SandboxApi>>, headers: HeaderMap, body: Bytes) -> Response {
    api.session.break_off(reported(text(&headers, ERROR_TYPE), &body));
    accepted()
}

fn forbidden(error_type: &str, message: &str) -> Response {
    refusal(StatusCode::FORBIDDEN, error_type, message)
}
