//! A Lambda function for the tests of the embedded AWS. Every event is
//! appended to the file `RECORD`; an order in the event (`order`,
//! `detail.order`), or else in the variable `ORDER`, says what to do:
//!
//! | order | effect |
//! |---|---|
//! | none | return the event and the process's id |
//! | `{"do": "sleep", "ms": 5}` | return after some time |
//! | `{"do": "exit", "code": 3}` | end the process |
//! | `{"do": "fail"}` | return an error of type `Teapot` |
//! | `{"do": "fill", "bytes": 9}` | return a text of this size |
//! | `{"do": "variables"}` | return all environment variables |
//!
//! `"times": n` limits an order to the first n recorded events. An event of
//! an HTTP API is answered by its path. `FLUSH_MS` adds an extension that
//! works for so long after each invocation and then records `"flushed"`.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test's part may panic")]

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, process};

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if env::var("ORDER").is_ok_and(|order| order.contains("refuse-to-start")) {
        eprintln!("refusing to start");
        process::exit(4);
    }
    let answered = Arc::new(Notify::new());
    if let Some(flush) = env::var("FLUSH_MS").ok().and_then(|ms| ms.parse().ok()) {
        let extension = Extension::register().await?;
        tokio::spawn(extension.run(Arc::clone(&answered), Duration::from_millis(flush)));
    }
    let handler = service_fn(|event: LambdaEvent<Value>| {
        let answered = Arc::clone(&answered);
        async move {
            let result = handle(event).await;
            answered.notify_one();
            result
        }
    });
    lambda_runtime::run(handler).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let (event, context) = event.into_parts();
    println!("handling {}", context.request_id);
    let nth = record(&event);
    if let Some(path) = event["rawPath"].as_str() {
        return Ok(respond(path, &event));
    }
    let order = order(&event).filter(|it| it["times"].as_u64().is_none_or(|times| nth <= times));
    let order = order.unwrap_or_default();
    match order["do"].as_str() {
        Some("sleep") => {
            time::sleep(Duration::from_millis(order["ms"].as_u64().unwrap_or(0))).await;
        }
        Some("exit") => process::exit(3),
        Some("fail") => {
            return Err(Diagnostic {
                error_type: "Teapot".to_owned(),
                error_message: "short and stout".to_owned(),
            });
        }
        Some("fill") => {
            let bytes = order["bytes"].as_u64().unwrap_or(0);
            return Ok(Value::String("x".repeat(usize::try_from(bytes).unwrap_or(0))));
        }
        Some("variables") => return Ok(json!(env::vars().collect::<BTreeMap<_, _>>())),
        _ => {}
    }
    Ok(json!({
        "pid": process::id(),
        "event": event,
        "arn": context.invoked_function_arn,
        "deadline": context.deadline,
    }))
}

fn order(event: &Value) -> Option<Value> {
    [&event["order"], &event["detail"]["order"]]
        .into_iter()
        .find(|order| order.is_object())
        .cloned()
        .or_else(|| serde_json::from_str(&env::var("ORDER").ok()?).ok())
}

/// Appends a line to the record; the number of lines that it then has.
fn record(value: &Value) -> u64 {
    let Ok(path) = env::var("RECORD") else {
        return 1;
    };
    let mut file = OpenOptions::new().create(true).append(true).open(&path).expect("a record");
    file.write_all(format!("{value}\n").as_bytes()).expect("a line");
    fs::read_to_string(path).expect("a record").lines().count() as u64
}

fn respond(path: &str, event: &Value) -> Value {
    match path {
        "/exit" => process::exit(3),
        "/plain" => json!({"predictions": [1, 2]}),
        _ => json!({
            "statusCode": 201,
            "headers": {"x-path": path, "content-type": event["headers"]["content-type"]},
            "cookies": ["a=1", "b=2"],
            "body": event["body"],
            "isBase64Encoded": event["isBase64Encoded"],
        }),
    }
}

/// An internal extension.
struct Extension {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    id: String,
}

impl Extension {
    async fn register() -> Result<Self, Error> {
        let base = format!("http://{}/2020-01-01/extension", env::var("AWS_LAMBDA_RUNTIME_API")?);
        let client = Client::builder(TokioExecutor::new()).build_http();
        let request = http::Request::post(format!("{base}/register"))
            .header("lambda-extension-name", "flusher")
            .body(Full::from(r#"{"events":["INVOKE"]}"#))?;
        let response = client.request(request).await?;
        let id = response.headers()["lambda-extension-identifier"].to_str()?.to_owned();
        Ok(Self { client, base, id })
    }

    async fn run(self, answered: Arc<Notify>, flush: Duration) -> Result<(), Error> {
        loop {
            let request = http::Request::get(format!("{}/event/next", self.base))
                .header("lambda-extension-identifier", &self.id)
                .body(Full::default())?;
            self.client.request(request).await?;
            answered.notified().await;
            time::sleep(flush).await;
            record(&json!("flushed"));
        }
    }
}
