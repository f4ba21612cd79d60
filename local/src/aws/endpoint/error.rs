//! Errors in the form of AWS's JSON protocols.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The name of an error, where SDKs look for it in REST services.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An error that every SDK understands.
pub(in crate::aws) fn json_error(status: StatusCode, name: &str, message: &str) -> Response {
    let body = json!({"__type": name, "message": message, "Message": message, "Type": "User"});
    let headers = [(header::CONTENT_TYPE, "application/x-amz-json-1.1"), (ERROR_TYPE, name)];
    (status, headers, body.to_string()).into_response()
}
