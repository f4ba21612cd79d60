//! The two interfaces of a sandbox, as its process meets them.

use std::sync::Arc;

use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use futures::stream;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Body, Frame};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::runtime_api::SandboxApi;
use super::session::{Answer, Invocation, Session};
use super::{FunctionError, extensions_api, runtime_api};
use crate::aws::http_server;

/// The interfaces of a sandbox without a process.
struct Interfaces {
    api: Arc<SandboxApi>,
    base: String,
    _server: DropGuard,
}

impl Interfaces {
    async fn start() -> Self {
        let api = Arc::new(SandboxApi {
            session: Session::default(),
            function: "f".to_owned(),
            function_arn: "arn:f".to_owned(),
        });
        let router =
            runtime_api::router().merge(extensions_api::router()).with_state(Arc::clone(&api));
        let listener = http_server::bind().await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let closing = CancellationToken::new();
        tokio::spawn(http_server::serve(listener, router, closing.clone()));
        Self { api, base, _server: closing.drop_guard() }
    }

    fn assign(&self) -> oneshot::Receiver<Answer> {
        self.api.session.assign(Invocation {
            request_id: "r1".to_owned(),
            trace_id: "Root=1".to_owned(),
            deadline_ms: 123,
            payload: Bytes::from_static(b"[1]"),
        })
    }

    async fn get(&self, path: &str, header: (&str, &str)) -> (StatusCode, HeaderMap, Bytes) {
        let request = Request::get(format!("{}{path}", self.base)).header(header.0, header.1);
        send(request.body(Full::<Bytes>::default()).expect("a request")).await
    }

    async fn post(
        &self,
        path: &str,
        header: (&str, &str),
        body: &str,
    ) -> (StatusCode, HeaderMap, Value) {
        let request = Request::post(format!("{}{path}", self.base)).header(header.0, header.1);
        let body = Full::<Bytes>::from(body.to_owned());
        let (status, headers, body) = send(request.body(body).expect("a request")).await;
        (status, headers, serde_json::from_slice(&body).expect("JSON"))
    }

    async fn register(&self, name: &str, events: Value) -> (StatusCode, HeaderMap, Value) {
        let body = json!({"events": events}).to_string();
        self.post("/2020-01-01/extension/register", ("lambda-extension-name", name), &body).await
    }
}

async fn send<B>(request: Request<B>) -> (StatusCode, HeaderMap, Bytes)
where
    B: Body<Data = Bytes, Error: Into<axum::BoxError>> + Send + Unpin + 'static,
{
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (parts, body) = client.request(request).await.expect("a response").into_parts();
    (parts.status, parts.headers, body.collect().await.expect("a body").to_bytes())
}

const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const EVENT_NEXT: &str = "/2020-01-01/extension/event/next";
const NO_HEADER: (&str, &str) = ("x-none", "");

#[tokio::test]
async fn an_invocation_goes_to_the_runtime_and_the_extensions() {
    let interfaces = Interfaces::start().await;
    let (_, headers, body) = interfaces.register("e", json!(["INVOKE"])).await;
    assert_eq!(body, json!({"functionName": "f", "functionVersion": "$LATEST", "handler": "f"}));
    let id = headers["lambda-extension-identifier"].to_str().expect("an id").to_owned();
    let answer = interfaces.assign();

    let (status, headers, body) = interfaces.get(NEXT, NO_HEADER).await;
    assert_eq!((status.as_u16(), body.as_ref()), (200, b"[1]".as_slice()));
    assert_eq!(headers["lambda-runtime-aws-request-id"], "r1");
    assert_eq!(headers["lambda-runtime-invoked-function-arn"], "arn:f");
    assert_eq!(headers["lambda-runtime-deadline-ms"], "123");
    assert_eq!(headers["lambda-runtime-trace-id"], "Root=1");

    let (_, _, event) = interfaces.get(EVENT_NEXT, ("lambda-extension-identifier", &id)).await;
    let event: Value = serde_json::from_slice(&event).expect("JSON");
    assert_eq!((&event["eventType"], &event["requestId"]), (&json!("INVOKE"), &json!("r1")));

    let path = "/2018-06-01/runtime/invocation/r1/response";
    assert_eq!(interfaces.post(path, NO_HEADER, "[2]").await.0, StatusCode::ACCEPTED);
    assert_eq!(answer.await.expect("an answer").expect("a success"), "[2]");
    let (status, _, body) = interfaces.post(path, NO_HEADER, "[2]").await;
    assert_eq!((status.as_u16(), &body["errorType"]), (400, &json!("InvalidRequestID")));
}

#[tokio::test]
async fn errors_keep_the_most_precise_type() {
    for (header, body, expected) in [
        (NO_HEADER, r#"{"errorType":"A","errorMessage":"m"}"#, FunctionError::new("A", "m")),
        (
            ("lambda-runtime-function-error-type", "B"),
            r#"{"errorMessage":"m"}"#,
            FunctionError::new("B", "m"),
        ),
        (NO_HEADER, "no JSON", FunctionError::new("Runtime.Unknown", "no JSON")),
    ] {
        let interfaces = Interfaces::start().await;
        let answer = interfaces.assign();
        let path = "/2018-06-01/runtime/invocation/r1/error";
        assert_eq!(interfaces.post(path, header, body).await.0, StatusCode::ACCEPTED);
        assert_eq!(answer.await.expect("an answer"), Err(expected));
    }
}

#[tokio::test]
async fn a_streamed_response_is_buffered_and_may_fail_midway() {
    let interfaces = Interfaces::start().await;
    let url = format!("{}/2018-06-01/runtime/invocation/r1/response", interfaces.base);
    let chunk =
        |text: &'static str| Ok::<_, axum::Error>(Frame::data(Bytes::from_static(text.as_bytes())));

    let answer = interfaces.assign();
    let body = StreamBody::new(stream::iter([chunk("[1,"), chunk("2]")]));
    send(Request::post(&url).body(body).expect("a request")).await;
    assert_eq!(answer.await.expect("an answer").expect("a success"), "[1,2]");

    let answer = interfaces.assign();
    let mut trailers = HeaderMap::new();
    trailers.insert("lambda-runtime-function-error-type", "Midway".parse().expect("a value"));
    // {"errorMessage":"broke"}
    let encoded = "eyJlcnJvck1lc3NhZ2UiOiJicm9rZSJ9".parse().expect("a value");
    trailers.insert("lambda-runtime-function-error-body", encoded);
    let body = StreamBody::new(stream::iter([chunk("[1,"), Ok(Frame::trailers(trailers))]));
    let announced = "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body";
    let request = Request::post(&url).header("trailer", announced).body(body);
    send(request.expect("a request")).await;
    assert_eq!(answer.await.expect("an answer"), Err(FunctionError::new("Midway", "broke")));
}

#[tokio::test]
async fn a_sandbox_that_gives_up_is_broken() {
    for path in ["/2018-06-01/runtime/init/error", "/2020-01-01/extension/exit/error"] {
        let interfaces = Interfaces::start().await;
        let body = r#"{"errorType":"NoModel","errorMessage":"gone"}"#;
        assert_eq!(interfaces.post(path, NO_HEADER, body).await.0, StatusCode::ACCEPTED);
        assert_eq!(interfaces.api.session.idle().await, Err(FunctionError::new("NoModel", "gone")));
    }
}

#[tokio::test]
async fn an_extension_is_refused_as_on_aws() {
    let interfaces = Interfaces::start().await;
    let refused = async |name: &str, events: Value| {
        let (status, _, body) = interfaces.register(name, events).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        body["errorType"].as_str().expect("a type").to_owned()
    };
    assert_eq!(refused("e", json!(["SHUTDOWN"])).await, "Extension.InvalidEventType");
    assert_eq!(refused("e", json!(["OTHER"])).await, "Extension.InvalidEventType");
    assert_eq!(refused("e", json!(7)).await, "InvalidRequestFormat");
    assert_eq!(interfaces.register("e", json!([])).await.0, StatusCode::OK);
    assert_eq!(refused("e", json!(["INVOKE"])).await, "Extension.AlreadyRegistered");
    for header in [NO_HEADER, ("lambda-extension-identifier", "unknown")] {
        assert_eq!(interfaces.get(EVENT_NEXT, header).await.0, StatusCode::FORBIDDEN);
    }
}
