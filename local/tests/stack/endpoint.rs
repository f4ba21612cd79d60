//! The one endpoint: who may call which service.

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::Full;
use model_factory_local::aws::stack::Stack;
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{BUCKET, Place, sdk, send};

/// Sends a request signed in form; only S3 looks at the signature itself.
async fn call(
    stack: &Stack,
    service: &str,
    path: &str,
    header: (&str, &str),
    body: &str,
) -> (StatusCode, HeaderMap, Bytes) {
    let key = &stack.environment()["AWS_ACCESS_KEY_ID"];
    call_as(stack, key, service, path, header, body).await
}

async fn call_as(
    stack: &Stack,
    key: &str,
    service: &str,
    path: &str,
    header: (&str, &str),
    body: &str,
) -> (StatusCode, HeaderMap, Bytes) {
    let scope = format!("{key}/20240101/us-east-1/{service}/aws4_request");
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let request = Request::post(format!("{}{path}", stack.endpoint_url()))
        .header("authorization", authorization)
        .header(header.0, header.1)
        .body(Full::from(body.to_owned()))
        .expect("a request");
    send(request).await
}

fn json(body: &Bytes) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

const SYNCHRONOUS: (&str, &str) = ("x-amz-invocation-type", "RequestResponse");
const INVOKE: &str = "/2015-03-31/functions/f/invocations";

async fn start(place: &Place) -> Stack {
    Stack::start(place.config(vec![place.function("f")])).await.expect("a stack")
}

#[tokio::test]
async fn an_invocation_goes_on_with_its_callers_trace() {
    let place = Place::new();
    let stack = start(&place).await;
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    let order = r#"{"order":{"do":"variables"}}"#;
    let header = ("x-amzn-trace-id", trace);
    let (_, _, body) = call(&stack, "lambda", INVOKE, header, order).await;
    assert_eq!(json(&body)["_X_AMZN_TRACE_ID"], trace);
    let (_, _, body) = call(&stack, "lambda", INVOKE, SYNCHRONOUS, order).await;
    let begun = json(&body)["_X_AMZN_TRACE_ID"].as_str().expect("a trace").to_owned();
    assert!(begun.starts_with("Root=1-") && begun != trace, "{begun}");
    stack.shutdown().await;
}

#[tokio::test]
async fn lambda_is_invoked_through_the_endpoint() {
    let place = Place::new();
    let stack = start(&place).await;
    let (status, headers, body) = call(&stack, "lambda", INVOKE, SYNCHRONOUS, r#"{"a":1}"#).await;
    assert_eq!(
        (status.as_u16(), &headers["x-amz-executed-version"]),
        (200, &"$LATEST".parse().expect("a value"))
    );
    assert_eq!(json(&body)["event"], json!({"a": 1}));
    assert!(!headers.contains_key("x-amz-function-error"));

    let order = r#"{"order":{"do":"fail"}}"#;
    let (status, headers, body) = call(&stack, "lambda", INVOKE, SYNCHRONOUS, order).await;
    assert_eq!(
        (status.as_u16(), &headers["x-amz-function-error"]),
        (200, &"Unhandled".parse().expect("a value"))
    );
    assert_eq!(json(&body), json!({"errorType": "Teapot", "errorMessage": "short and stout"}));

    let arn = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af%3A%24LATEST/invocations";
    assert_eq!(call(&stack, "lambda", arn, SYNCHRONOUS, "").await.0, StatusCode::OK);
    let dry_run = ("x-amz-invocation-type", "DryRun");
    assert_eq!(call(&stack, "lambda", INVOKE, dry_run, "{}").await.0, StatusCode::NO_CONTENT);
    stack.shutdown().await;
}

#[tokio::test]
async fn an_asynchronous_invocation_is_queued_and_tried_again() {
    let place = Place::new();
    let stack = start(&place).await;
    let order = r#"{"order":{"do":"exit","times":1}}"#;
    let event = ("x-amz-invocation-type", "Event");
    assert_eq!(call(&stack, "lambda", INVOKE, event, order).await.0, StatusCode::ACCEPTED);
    stack.idle().await.expect("idle");
    assert_eq!(place.record("f").len(), 2);
    stack.shutdown().await;
}

#[tokio::test]
async fn lambda_refuses_what_it_cannot_do() {
    let place = Place::new();
    let stack = start(&place).await;
    for (path, body, status, error) in [
        ("/2015-03-31/functions/g/invocations", "{}", 404, "ResourceNotFoundException"),
        (INVOKE, "{", 400, "InvalidRequestContentException"),
        ("/2015-03-31/functions/f", "{}", 501, "UnknownOperationException"),
    ] {
        let (found, headers, body) = call(&stack, "lambda", path, SYNCHRONOUS, body).await;
        assert_eq!(
            (found.as_u16(), &headers["x-amzn-errortype"]),
            (status, &error.parse().expect("a value"))
        );
        assert_eq!(json(&body)["__type"], error);
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn foreign_keys_and_unknown_services_are_refused() {
    let place = Place::new();
    let stack = start(&place).await;
    for service in ["dynamodb", "events", "lambda", "sts"] {
        let (status, _, body) = call_as(&stack, "OTHER", service, "/", SYNCHRONOUS, "{}").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{service}");
        assert_eq!(json(&body)["__type"], "UnrecognizedClientException");
    }
    let (status, _, body) = call(&stack, "ses", "/", SYNCHRONOUS, "{}").await;
    assert_eq!(status, StatusCode::NOT_IMPLEMENTED);
    assert!(json(&body)["message"].as_str().expect("a text").contains("no service `ses`"));
    let target = ("x-amz-target", "AWSEvents.PutRule");
    let (status, _, body) = call(&stack, "events", "/", target, "{}").await;
    assert_eq!(
        (status.as_u16(), json(&body)["__type"].as_str()),
        (400, Some("UnknownOperationException"))
    );
    stack.shutdown().await;
}

#[tokio::test]
async fn a_caller_learns_who_it_is() {
    let place = Place::new();
    let stack = start(&place).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let (status, _, body) = call(&stack, "sts", "/", form, body).await;
    assert_eq!(status, StatusCode::OK);
    assert!(String::from_utf8_lossy(&body).contains("<Account>000000000000</Account>"));
    stack.shutdown().await;
}

#[tokio::test]
async fn s3_takes_signed_requests_and_presigned_urls_only() {
    let place = Place::new();
    let stack = start(&place).await;
    let client = aws_sdk_s3::Client::new(&sdk(&stack));
    let body = ByteStream::from_static(b"hello");
    client.put_object().bucket(BUCKET).key("a/b c").body(body).send().await.expect("stored");
    let validity = PresigningConfig::expires_in(Duration::from_secs(60)).expect("a validity");
    let presigned =
        client.get_object().bucket(BUCKET).key("a/b c").presigned(validity).await.expect("a URL");
    let get = |url: &str| Request::get(url).body(Full::default()).expect("a request");
    let (status, _, body) = send(get(presigned.uri())).await;
    assert_eq!((status.as_u16(), body.as_ref()), (200, b"hello".as_slice()));
    let anonymous = presigned.uri().split('?').next().expect("a URL");
    assert_eq!(send(get(anonymous)).await.0, StatusCode::FORBIDDEN);
    let tampered = presigned.uri().replace("b%20c", "other");
    assert_eq!(send(get(&tampered)).await.0, StatusCode::FORBIDDEN);
    stack.shutdown().await;
}
