//! HTTP requests as events of payload format 2.0.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::aws::arn::ACCOUNT_ID;

/// The event for a request.
pub(super) fn to_event(parts: &Parts, body: &Bytes) -> Bytes {
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let host = text(&parts.headers, header::HOST);
    let now = Timestamp::now();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": decoded(path),
        "rawQueryString": query,
        "headers": headers(&parts.headers),
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split(['.', ':']).next(),
            "http": {
                "method": parts.method.as_str(),
                "path": decoded(path),
                "protocol": format!("{:?}", parts.version),
                // No function here asks who it is.
                "sourceIp": Ipv4Addr::LOCALHOST.to_string(),
                "userAgent": text(&parts.headers, header::USER_AGENT),
            },
            "requestId": Uuid::now_v7().to_string(),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if let Value::Object(event) = &mut event {
        add_query(event, query);
        add_cookies(event, &parts.headers);
        add_body(event, &parts.headers, body);
    }
    event.to_string().into()
}

/// All headers but cookies, repeated ones joined by commas.
fn headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut joined = BTreeMap::<&str, String>::new();
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::COOKIE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        joined
            .entry(name.as_str())
            .and_modify(|all| {
                all.push(',');
                all.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    joined
}

fn add_query(event: &mut Map<String, Value>, query: &str) {
    let mut parameters = BTreeMap::<String, String>::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")));
        parameters
            .entry(name)
            .and_modify(|all| {
                all.push(',');
                all.push_str(&value);
            })
            .or_insert(value);
    }
    if !parameters.is_empty() {
        event.insert("queryStringParameters".to_owned(), json!(parameters));
    }
}

fn add_cookies(event: &mut Map<String, Value>, headers: &HeaderMap) {
    let cookies: Vec<_> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .collect();
    if !cookies.is_empty() {
        event.insert("cookies".to_owned(), json!(cookies));
    }
}

fn add_body(event: &mut Map<String, Value>, headers: &HeaderMap, body: &Bytes) {
    if body.is_empty() {
        return;
    }
    let as_text = is_text(headers).then(|| std::str::from_utf8(body).ok()).flatten();
    let value = as_text.map_or_else(|| BASE64_STANDARD.encode(body), str::to_owned);
    event.insert("body".to_owned(), Value::String(value));
    event.insert("isBase64Encoded".to_owned(), Value::Bool(as_text.is_none()));
}

/// Whether API Gateway passes the body on as it is: form data, for example,
/// is base64 in an HTTP API.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = text(headers, header::CONTENT_TYPE).to_ascii_lowercase();
    // Compressed text is not text.
    let is_plain = matches!(text(headers, header::CONTENT_ENCODING), "" | "identity");
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is_textual = essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || matches!(essence, "application/json" | "application/xml" | "application/javascript");
    is_plain && is_textual
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
