//! Functions as processes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use model_factory_local::aws::lambda::{FunctionSpec, InvokeError, Lambda, LambdaConfig};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Place, eventually};

fn lambda_with(place: &Place, queue_limit: Duration, functions: Vec<FunctionSpec>) -> Lambda {
    let config = LambdaConfig {
        region: "us-east-1".to_owned(),
        environment: BTreeMap::from([("AWS_REGION".to_owned(), "us-east-1".to_owned())]),
        logs: place.state().join("logs"),
        log_listener: None,
        queue_limit,
        idle_limit: Duration::from_secs(300),
    };
    Lambda::new(&config, functions).expect("lambda")
}

fn lambda(place: &Place, functions: Vec<FunctionSpec>) -> Lambda {
    lambda_with(place, Duration::from_secs(10), functions)
}

async fn invoke(lambda: &Lambda, payload: Value) -> Result<Value, InvokeError> {
    let answer = lambda.invoke("f", Bytes::from(payload.to_string())).await?;
    Ok(serde_json::from_slice(&answer).expect("JSON"))
}

async fn pid(lambda: &Lambda) -> u64 {
    invoke(lambda, json!({})).await.expect("an answer")["pid"].as_u64().expect("a pid")
}

fn is_running(pid: u64) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn a_sandbox_starts_on_demand_and_is_used_again() {
    let place = Place::new();
    let lambda = lambda(&place, vec![place.function("f")]);
    let answer = invoke(&lambda, json!({"a": "é"})).await.expect("an answer");
    assert_eq!(answer["event"], json!({"a": "é"}));
    assert_eq!(answer["arn"], "arn:aws:lambda:us-east-1:000000000000:function:f");
    assert!(answer["deadline"].as_u64() > Some(1_700_000_000_000));
    assert_eq!(answer["pid"], pid(&lambda).await);
    lambda.shutdown().await;
    let log = fs::read_to_string(place.state().join("logs/f.log")).expect("a log");
    assert_eq!(log.matches("INIT_REPORT").count(), 1, "{log}");
    assert_eq!(log.matches("handling ").count(), 2, "{log}");
    assert_eq!(log.matches("Status: success").count(), 2, "{log}");
}

#[tokio::test]
async fn a_function_finds_lambdas_environment_and_no_other() {
    let place = Place::new();
    let mut function = place.function("f");
    function.environment.insert("OWN".to_owned(), "yes".to_owned());
    let lambda = lambda(&place, vec![function]);
    let variables =
        invoke(&lambda, json!({"order": {"do": "variables"}})).await.expect("variables");
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"),
        ("AWS_REGION", "us-east-1"),
        ("_HANDLER", "f"),
        ("OWN", "yes"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    assert_eq!(variables["CARGO_MANIFEST_DIR"], Value::Null);
    assert_eq!(variables["HOME"], Value::Null);
    lambda.shutdown().await;
}

#[tokio::test]
async fn an_error_of_the_function_is_an_error_of_the_invocation() {
    let place = Place::new();
    let lambda = lambda(&place, vec![place.function("f")]);
    let before = pid(&lambda).await;
    match invoke(&lambda, json!({"order": {"do": "fail"}})).await {
        Err(InvokeError::Function(error)) => {
            assert_eq!(
                (error.error_type.as_str(), error.message.as_str()),
                ("Teapot", "short and stout")
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(pid(&lambda).await, before);
    lambda.shutdown().await;
}

#[tokio::test]
async fn a_crash_is_an_error_and_the_next_event_finds_a_new_sandbox() {
    let place = Place::new();
    let lambda = lambda(&place, vec![place.function("f")]);
    let before = pid(&lambda).await;
    match invoke(&lambda, json!({"order": {"do": "exit"}})).await {
        Err(InvokeError::Function(error)) => {
            assert_eq!(error.error_type, "Runtime.ExitError");
            assert!(error.message.ends_with("exit status 3"), "{}", error.message);
        }
        other => panic!("{other:?}"),
    }
    assert_ne!(pid(&lambda).await, before);
    lambda.shutdown().await;
}

#[tokio::test]
async fn a_sandbox_that_died_in_its_sleep_costs_no_event() {
    let place = Place::new();
    let lambda = lambda(&place, vec![place.function("f")]);
    let before = pid(&lambda).await;
    let process = Pid::from_raw(i32::try_from(before).expect("a pid")).expect("a pid");
    kill_process(process, Signal::KILL).expect("a signal");
    eventually("the process is gone", async || !is_running(before)).await;
    assert_ne!(pid(&lambda).await, before);
    assert_eq!(place.record("f").len(), 2);
    lambda.shutdown().await;
}

#[tokio::test]
async fn a_function_that_does_not_start_is_an_error() {
    let place = Place::new();
    let mut refusing = place.function("f");
    refusing.environment.insert("ORDER".to_owned(), "refuse-to-start".to_owned());
    let mut missing = place.function("missing");
    missing.command = "/nowhere/to/be/found".into();
    let lambda = lambda(&place, vec![refusing, missing]);
    match invoke(&lambda, json!({})).await {
        Err(InvokeError::Function(error)) => assert_eq!(error.error_type, "Runtime.ExitError"),
        other => panic!("{other:?}"),
    }
    let missing = lambda.invoke("missing", Bytes::from_static(b"{}")).await;
    assert!(matches!(missing, Err(InvokeError::Start { .. })), "{missing:?}");
    let unknown = lambda.invoke("unknown", Bytes::from_static(b"{}")).await;
    assert!(matches!(unknown, Err(InvokeError::UnknownFunction(_))), "{unknown:?}");
    lambda.shutdown().await;
    let log = fs::read_to_string(place.state().join("logs/f.log")).expect("a log");
    assert!(log.contains("refusing to start"), "{log}");
}

#[tokio::test]
async fn a_function_is_killed_at_its_deadline() {
    let place = Place::new();
    let function = FunctionSpec { timeout: Duration::from_millis(700), ..place.function("f") };
    let lambda = lambda(&place, vec![function]);
    let before = pid(&lambda).await;
    let started = Instant::now();
    let result = invoke(&lambda, json!({"order": {"do": "sleep", "ms": 60_000}})).await;
    assert!(matches!(result, Err(InvokeError::Timeout(_))), "{result:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    eventually("the process is gone", async || !is_running(before)).await;
    assert_ne!(pid(&lambda).await, before);
    lambda.shutdown().await;
}

#[tokio::test]
async fn reserved_concurrency_bounds_the_sandboxes() {
    let place = Place::new();
    let lambda = lambda(&place, vec![place.function("f")]);
    let sleep = || invoke(&lambda, json!({"order": {"do": "sleep", "ms": 200}}));
    let (a, b, c, d) = tokio::join!(sleep(), sleep(), sleep(), sleep());
    let mut pids: Vec<_> =
        [a, b, c, d].map(|it| it.expect("an answer")["pid"].as_u64()).into_iter().collect();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 2);
    lambda.shutdown().await;
}

#[tokio::test]
async fn a_synchronous_caller_is_throttled_and_a_queued_one_waits() {
    let place = Place::new();
    let function = FunctionSpec { concurrency: 1, ..place.function("f") };
    let lambda = lambda_with(&place, Duration::from_millis(50), vec![function]);
    pid(&lambda).await;
    let busy = invoke(&lambda, json!({"order": {"do": "sleep", "ms": 1500}}));
    let late = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let queued = lambda.invoke_queued("f", Bytes::from_static(b"{}"));
        tokio::join!(invoke(&lambda, json!({})), queued)
    };
    let (busy, (throttled, queued)) = tokio::join!(busy, late);
    busy.expect("an answer");
    assert!(matches!(throttled, Err(InvokeError::Throttled { .. })), "{throttled:?}");
    queued.expect("an answer");
    lambda.shutdown().await;
}

#[tokio::test]
async fn a_sandbox_is_busy_until_its_extensions_have_flushed() {
    let place = Place::new();
    let mut function = FunctionSpec { concurrency: 1, ..place.function("f") };
    function.environment.insert("FLUSH_MS".to_owned(), "1000".to_owned());
    let lambda = lambda(&place, vec![function]);
    let before = pid(&lambda).await;
    assert_eq!(place.record("f"), [json!({})], "the answer does not wait for the extension");
    assert_eq!(lambda.in_flight(), 1);
    assert_eq!(pid(&lambda).await, before);
    assert_eq!(place.record("f"), [json!({}), json!("flushed"), json!({})]);
    eventually("the sandbox is idle", async || lambda.in_flight() == 0).await;
    assert_eq!(place.record("f").len(), 4);
    lambda.shutdown().await;
}

#[tokio::test]
async fn payloads_have_limits() {
    let place = Place::new();
    let lambda = lambda(&place, vec![place.function("f")]);
    let text = |bytes: usize| Bytes::from(Value::String("x".repeat(bytes)).to_string());
    let large = lambda.invoke("f", text(6 * 1024 * 1024)).await;
    assert!(matches!(large, Err(InvokeError::PayloadTooLarge { .. })), "{large:?}");
    let queued = lambda.invoke_queued("f", text(1024 * 1024)).await;
    assert!(matches!(queued, Err(InvokeError::PayloadTooLarge { .. })), "{queued:?}");
    lambda.invoke("f", text(1024 * 1024)).await.expect("an answer");
    match invoke(&lambda, json!({"order": {"do": "fill", "bytes": 6 * 1024 * 1024}})).await {
        Err(InvokeError::Function(error)) => {
            assert_eq!(error.error_type, "Function.ResponseSizeTooLarge");
        }
        other => panic!("{other:?}"),
    }
    lambda.shutdown().await;
}

#[tokio::test]
async fn idle_sandboxes_retire_and_none_survives_a_shutdown() {
    let place = Place::new();
    let config = LambdaConfig {
        region: "us-east-1".to_owned(),
        environment: BTreeMap::new(),
        logs: place.state().join("logs"),
        log_listener: None,
        queue_limit: Duration::from_secs(10),
        idle_limit: Duration::from_millis(200),
    };
    let lambda = Lambda::new(&config, vec![place.function("f")]).expect("lambda");
    let first = pid(&lambda).await;
    eventually("the idle sandbox is gone", async || !is_running(first)).await;
    let second = pid(&lambda).await;
    assert_ne!(first, second);
    lambda.shutdown().await;
    assert!(!is_running(second));
    let refused = invoke(&lambda, json!({})).await;
    assert!(matches!(refused, Err(InvokeError::ShuttingDown)), "{refused:?}");
}
