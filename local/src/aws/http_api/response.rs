//! HTTP responses from what a function returned.

#[cfg(test)]
mod tests;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

/// The response that a function's payload stands for: an object with a
/// `statusCode` says everything itself, any other JSON is a body. `None` if
/// API Gateway could make nothing of it.
pub(super) fn from_payload(payload: &[u8]) -> Option<Response<Body>> {
    match serde_json::from_slice(payload).ok()? {
        Value::Object(response) if response.contains_key("statusCode") => from_object(&response),
        Value::String(text) => as_body(text.into_bytes()),
        _ => as_body(payload.to_vec()),
    }
}

fn as_body(body: Vec<u8>) -> Option<Response<Body>> {
    Response::builder().header(header::CONTENT_TYPE, "application/json").body(body.into()).ok()
}

fn from_object(object: &Map<String, Value>) -> Option<Response<Body>> {
    let mut response = Response::new(body(object)?);
    *response.status_mut() = status(object.get("statusCode")?)?;
    if let Some(Value::Object(headers)) = object.get("headers") {
        for (name, value) in headers {
            let name: HeaderName = name.parse().ok()?;
            // The length and the connection are the server's business.
            if name != header::CONTENT_LENGTH
                && name != header::TRANSFER_ENCODING
                && name != header::CONNECTION
            {
                response.headers_mut().insert(name, header_value(value)?);
            }
        }
    }
    if let Some(Value::Array(cookies)) = object.get("cookies") {
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, header_value(cookie)?);
        }
    }
    let default = HeaderValue::from_static("text/plain;charset=UTF-8");
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(default);
    Some(response)
}

fn status(value: &Value) -> Option<StatusCode> {
    let code = match value {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    StatusCode::from_u16(code).ok()
}

fn body(object: &Map<String, Value>) -> Option<Body> {
    let is_base64 = object.get("isBase64Encoded") == Some(&Value::Bool(true));
    match object.get("body") {
        None | Some(Value::Null) => Some(Body::empty()),
        Some(Value::String(text)) if is_base64 => Some(BASE64_STANDARD.decode(text).ok()?.into()),
        Some(Value::String(text)) => Some(text.clone().into()),
        Some(_) => None,
    }
}

fn header_value(value: &Value) -> Option<HeaderValue> {
    match value {
        Value::String(text) => HeaderValue::from_str(text).ok(),
        Value::Number(_) | Value::Bool(_) => HeaderValue::from_str(&value.to_string()).ok(),
        _ => None,
    }
}
