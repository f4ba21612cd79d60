//! API Gateway: an HTTP API whose every route invokes one function, with
//! payload format 2.0.

mod request;
mod response;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time;
use tokio_util::sync::CancellationToken;

use super::http_body::{self, BodyError};
use super::http_server;
use super::lambda::{Call, InvokeError, Lambda};

/// The largest body that API Gateway takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How long API Gateway waits for a function.
const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// An HTTP API in front of one function.
#[derive(Clone, Debug)]
pub struct HttpApi {
    lambda: Lambda,
    function: String,
}

impl HttpApi {
    /// An HTTP API that invokes `function`.
    #[must_use]
    pub fn new(lambda: Lambda, function: String) -> Self {
        Self { lambda, function }
    }

    /// Serves requests until `closing` is cancelled.
    pub async fn serve(self, listener: TcpListener, closing: CancellationToken) {
        let router = Router::new().fallback(handle).with_state(self);
        http_server::serve(listener, router, closing).await;
    }

    async fn answer(&self, call: Call) -> Response {
        let invocation = self.lambda.invoke(&self.function, call);
        match time::timeout(INTEGRATION_LIMIT, invocation).await {
            Err(_) => message(StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out"),
            Ok(Ok(payload)) => response::from_payload(&payload).unwrap_or_else(internal_error),
            Ok(Err(error)) => self.failure(&error),
        }
    }

    fn failure(&self, error: &InvokeError) -> Response {
        let function = &self.function;
        tracing::warn!(%function, %error, "the HTTP API's function failed");
        match error {
            InvokeError::Throttled { .. } | InvokeError::ShuttingDown => {
                message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
            InvokeError::PayloadTooLarge { .. } => {
                message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
            }
            InvokeError::UnknownFunction(_)
            | InvokeError::Timeout(_)
            | InvokeError::Function(_)
            | InvokeError::Start { .. } => internal_error(),
        }
    }
}

async fn handle(State(api): State<HttpApi>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    match http_body::read(body, BODY_LIMIT).await {
        Ok(body) => {
            let event = request::to_event(&parts, &body);
            api.answer(Call::with_headers(event, &parts.headers)).await
        }
        Err(BodyError::TooLarge { .. }) => {
            message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
        }
        Err(BodyError::Broken(_)) => message(StatusCode::BAD_REQUEST, "Bad Request"),
    }
}

fn internal_error() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// An answer of the gateway itself.
fn message(status: StatusCode, message: &str) -> Response {
    let body = json!({"message": message}).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
