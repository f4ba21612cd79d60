//! A small HTTP client for the demo's own requests.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::error::CliError;

/// Sends requests to the HTTP API.
pub(super) struct HttpClient {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// What came back.
pub(super) struct Answer {
    /// The body.
    pub(super) body: Value,
    /// The version of the model that answered.
    pub(super) version: String,
    /// The id under which the exchange was captured.
    pub(super) event_id: String,
}

impl HttpClient {
    pub(super) fn new(base: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, base: base.to_owned() }
    }

    /// Posts JSON; an answer other than 200 is an error.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Answer, CliError> {
        let broken = |error: &dyn std::fmt::Display| CliError::Http(format!("{path}: {error}"));
        let uri: Uri = format!("{}{path}", self.base).parse().map_err(|error| broken(&error))?;
        let request = Request::post(uri)
            .header("content-type", "application/json")
            .body(Full::from(body.to_string()))
            .map_err(|error| broken(&error))?;
        let response = self.client.request(request).await.map_err(|error| broken(&error))?;
        let (status, header) = (response.status(), header(&response));
        let (version, event_id) = (header("x-model-version"), header("x-event-id"));
        let body = response.into_body().collect().await.map_err(|error| broken(&error))?.to_bytes();
        if !status.is_success() {
            let body = String::from_utf8_lossy(&body);
            return Err(CliError::Http(format!("{path} answered {status}: {body}")));
        }
        Ok(Answer { body: serde_json::from_slice(&body)?, version, event_id })
    }
}

fn header<B>(response: &Response<B>) -> impl Fn(&str) -> String + use<B> {
    let headers = response.headers().clone();
    move |name| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    }
}
