//! From HTTP requests to functions and back.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use model_factory_local::aws::lambda::FunctionSpec;
use model_factory_local::aws::stack::{Stack, StackConfig};
use serde_json::{Value, json};

use crate::support::{Place, send};

async fn start(place: &Place, function: FunctionSpec) -> Stack {
    let http_function = Some(function.name.clone());
    let queue_limit = Duration::from_millis(100);
    let config = StackConfig { http_function, queue_limit, ..place.config(vec![function]) };
    Stack::start(config).await.expect("a stack")
}

async fn post(stack: &Stack, path: &str, content_type: &str, body: Bytes) -> (StatusCode, Bytes) {
    let url = format!("{}{path}", stack.http_url().expect("an HTTP API"));
    let request = Request::post(url).header("content-type", content_type).body(Full::from(body));
    let (status, _, body) = send(request.expect("a request")).await;
    (status, body)
}

#[tokio::test]
async fn a_request_goes_to_the_function_and_its_answer_comes_back() {
    let place = Place::new();
    let stack = start(&place, place.function("f")).await;
    let url = format!("{}/v2/models/a%20b/infer?x=1&x=2", stack.http_url().expect("an HTTP API"));
    let request = Request::post(url)
        .header("content-type", "application/json")
        .header("cookie", "c=1; d=2")
        .body(Full::from(r#"{"inputs":[]}"#))
        .expect("a request");
    let (status, headers, body) = send(request).await;
    assert_eq!((status.as_u16(), body.as_ref()), (201, br#"{"inputs":[]}"#.as_slice()));
    assert_eq!(headers["x-path"], "/v2/models/a b/infer");
    assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
    let event = &place.record("f")[0];
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["requestContext"]["http"]["method"], "POST");
    assert_eq!(event["rawQueryString"], "x=1&x=2");
    assert_eq!(event["cookies"], json!(["c=1", "d=2"]));
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!(r#"{"inputs":[]}"#), &json!(false))
    );
    stack.shutdown().await;
}

#[tokio::test]
async fn bytes_survive_the_round_trip() {
    let place = Place::new();
    let stack = start(&place, place.function("f")).await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let (status, body) = post(&stack, "/x", "application/octet-stream", bytes.clone().into()).await;
    assert_eq!((status.as_u16(), body.len()), (201, bytes.len()));
    assert_eq!(body, bytes);
    assert_eq!(place.record("f")[0]["isBase64Encoded"], true);
    stack.shutdown().await;
}

#[tokio::test]
async fn plain_json_is_a_body_and_a_crash_an_internal_error() {
    let place = Place::new();
    let stack = start(&place, place.function("f")).await;
    let (status, body) = post(&stack, "/plain", "text/plain", Bytes::new()).await;
    assert_eq!((status.as_u16(), body.as_ref()), (200, br#"{"predictions":[1,2]}"#.as_slice()));
    let (status, body) = post(&stack, "/exit", "text/plain", Bytes::new()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body, json!({"message": "Internal Server Error"}));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_unseen() {
    let place = Place::new();
    let stack = start(&place, place.function("f")).await;
    for megabytes in [11, 7] {
        let body = Bytes::from(vec![b'x'; megabytes * 1024 * 1024]);
        let (status, body) = post(&stack, "/x", "text/plain", body).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body, json!({"message": "Request Entity Too Large"}));
    }
    assert!(place.record("f").is_empty());
    stack.shutdown().await;
}

#[tokio::test]
async fn a_busy_function_is_unavailable() {
    let place = Place::new();
    let mut function = FunctionSpec { concurrency: 1, ..place.function("f") };
    function.environment.insert("FLUSH_MS".to_owned(), "3000".to_owned());
    let stack = start(&place, function).await;
    assert_eq!(post(&stack, "/plain", "text/plain", Bytes::new()).await.0, StatusCode::OK);
    let (status, _) = post(&stack, "/plain", "text/plain", Bytes::new()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    stack.shutdown().await;
}
