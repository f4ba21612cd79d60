use axum::http::Request;
use bytes::Bytes;
use serde_json::{Value, json};

use super::to_event;

fn event(request: axum::http::request::Builder, body: &'static [u8]) -> Value {
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    serde_json::from_slice(&to_event(&parts, &Bytes::from_static(body))).expect("JSON")
}

#[test]
fn a_request_keeps_its_method_path_query_and_source() {
    let request = Request::builder()
        .method("PUT")
        .uri("/v2/models/a%20b/infer?x=1&x=2&y=a+b%2B&z")
        .header("host", "127.0.0.1:9000")
        .header("user-agent", "test/1");
    let event = event(request, b"");
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "$default");
    assert_eq!(event["rawPath"], "/v2/models/a b/infer");
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=a+b%2B&z");
    assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": "a b+", "z": ""}));
    let http = &event["requestContext"]["http"];
    assert_eq!(http["method"], "PUT");
    assert_eq!(http["protocol"], "HTTP/1.1");
    assert_eq!(http["sourceIp"], "127.0.0.1");
    assert_eq!(http["userAgent"], "test/1");
    assert!(event["requestContext"]["timeEpoch"].is_i64());
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&Value::Null, &json!(false)));
}

#[test]
fn repeated_headers_are_joined_and_cookies_stand_apart() {
    let request = Request::builder()
        .uri("/")
        .header("Accept", "text/html")
        .header("accept", "application/json")
        .header("cookie", "a=1; b=2")
        .header("cookie", "c=3");
    let event = event(request, b"");
    assert_eq!(event["headers"], json!({"accept": "text/html,application/json"}));
    assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]));
}

#[test]
fn only_text_travels_as_it_is() {
    let body = |content_type: &str, encoding: &str, body: &'static [u8]| {
        let request = Request::builder()
            .uri("/")
            .header("content-type", content_type)
            .header("content-encoding", encoding);
        let event = event(request, body);
        (event["body"].clone(), event["isBase64Encoded"].clone())
    };
    let plain = |text: &str| (json!(text), json!(false));
    let encoded = |text: &str| (json!(text), json!(true));
    assert_eq!(body("application/json; charset=utf-8", "identity", b"{}"), plain("{}"));
    assert_eq!(body("text/csv", "identity", b"a,b"), plain("a,b"));
    assert_eq!(body("application/problem+json", "identity", b"{}"), plain("{}"));
    assert_eq!(body("application/x-www-form-urlencoded", "identity", b"a=b"), encoded("YT1i"));
    assert_eq!(body("application/octet-stream", "identity", b"{}"), encoded("e30="));
    assert_eq!(body("application/json", "gzip", b"{}"), encoded("e30="));
    assert_eq!(body("text/csv", "identity", b"\xff\xfe"), encoded("//4="));
}
