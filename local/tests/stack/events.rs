//! From events to functions.

use std::fs;
use std::time::Duration;

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_s3::primitives::ByteStream;
use model_factory_local::aws::events::{Rate, Rule, Schedule};
use model_factory_local::aws::lambda::FunctionSpec;
use model_factory_local::aws::stack::{Stack, StackConfig};
use serde_json::{Value, json};

use crate::support::{BUCKET, Place, eventually, sdk};

fn rule(name: &str, function: &str, pattern: Value) -> Rule {
    let pattern = pattern.to_string().parse().expect("a pattern");
    Rule { name: name.to_owned(), pattern, function: function.to_owned() }
}

fn drift_rule() -> Rule {
    rule("drift", "f", json!({"source": ["com.example"], "detail-type": [{"prefix": "Drift"}]}))
}

fn entry(detail_type: &str, detail: Value) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .source("com.example")
        .detail_type(detail_type)
        .detail(detail.to_string())
        .build()
}

async fn publish(stack: &Stack, detail: Value) {
    let client = aws_sdk_eventbridge::Client::new(&sdk(stack));
    let request = client.put_events().entries(entry("Drift Detected", detail));
    assert_eq!(request.send().await.expect("published").failed_entry_count(), 0);
}

#[tokio::test]
async fn an_uploaded_object_reaches_the_function() {
    let place = Place::new();
    let pattern = json!({
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [BUCKET]}, "object": {"key": [{"prefix": "datasets/"}]}},
    });
    let rules = vec![rule("datasets", "f", pattern)];
    let config = StackConfig { rules, ..place.config(vec![place.function("f")]) };
    let stack = Stack::start(config).await.expect("a stack");
    let client = aws_sdk_s3::Client::new(&sdk(&stack));
    for key in ["datasets/m/a b+c%20é.csv", "elsewhere/x.csv"] {
        let body = ByteStream::from_static(b"a,b\n1,2\n");
        client.put_object().bucket(BUCKET).key(key).body(body).send().await.expect("stored");
    }
    stack.idle().await.expect("idle");
    let record = place.record("f");
    let [event] = record.as_slice() else { panic!("{record:?}") };
    assert_eq!(
        *event,
        json!({
            "version": "0",
            "id": event["id"],
            "detail-type": "Object Created",
            "source": "aws.s3",
            "account": "000000000000",
            "time": event["time"],
            "region": "us-east-1",
            "resources": ["arn:aws:s3:::data"],
            "detail": {
                "version": "0",
                "bucket": {"name": "data"},
                "object": {
                    "key": "datasets/m/a b+c%20é.csv",
                    "size": 8,
                    "etag": "e5ebd4c02cefbe7955977c67ada242b7",
                    "sequencer": event["detail"]["object"]["sequencer"],
                },
                "request-id": event["id"],
                "requester": "000000000000",
                "source-ip-address": "127.0.0.1",
                "reason": "PutObject",
            },
        })
    );
    stack.shutdown().await;
}

#[tokio::test]
async fn put_events_reaches_only_functions_whose_rule_matches() {
    let place = Place::new();
    let other = rule("other", "g", json!({"source": ["com.example"], "detail": {"model": ["b"]}}));
    let functions = vec![place.function("f"), place.function("g")];
    let config = StackConfig { rules: vec![drift_rule(), other], ..place.config(functions) };
    let stack = Stack::start(config).await.expect("a stack");
    let client = aws_sdk_eventbridge::Client::new(&sdk(&stack));
    let malformed = PutEventsRequestEntry::builder()
        .source("com.example")
        .detail_type("x")
        .detail("[]")
        .build();
    let response = client
        .put_events()
        .entries(entry("Drift Detected", json!({"model": "a"})))
        .entries(malformed)
        .entries(entry("Training Completed", json!({"model": "a"})))
        .entries(entry("Training Completed", json!({"model": "b"})))
        .send()
        .await
        .expect("published");
    assert_eq!(response.failed_entry_count(), 1);
    assert_eq!(response.entries()[1].error_code(), Some("MalformedDetail"));
    stack.idle().await.expect("idle");
    let (f, g) = (place.record("f"), place.record("g"));
    assert_eq!((f.len(), g.len()), (1, 1), "{f:?} {g:?}");
    assert_eq!(f[0]["id"].as_str(), response.entries()[0].event_id());
    assert_eq!(f[0]["detail"], json!({"model": "a"}));
    assert_eq!(g[0]["id"].as_str(), response.entries()[3].event_id());
    stack.shutdown().await;
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again() {
    let place = Place::new();
    let config =
        StackConfig { rules: vec![drift_rule()], ..place.config(vec![place.function("f")]) };
    let stack = Stack::start(config).await.expect("a stack");
    publish(&stack, json!({"order": {"do": "fail", "times": 2}})).await;
    stack.idle().await.expect("idle");
    let record = place.record("f");
    assert_eq!(record.len(), 3);
    assert!(record.iter().all(|event| *event == record[0]), "retries see the same event");
    assert_eq!(stack.dead_letters().expect("letters"), []);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_delivery_that_keeps_failing_becomes_a_dead_letter() {
    let place = Place::new();
    let function = FunctionSpec { timeout: Duration::from_secs(1), ..place.function("f") };
    let config = StackConfig { rules: vec![drift_rule()], ..place.config(vec![function]) };
    let stack = Stack::start(config).await.expect("a stack");
    for order in
        [json!({"do": "fail"}), json!({"do": "exit"}), json!({"do": "sleep", "ms": 60_000})]
    {
        publish(&stack, json!({"order": order})).await;
    }
    stack.idle().await.expect("idle");
    let letters = stack.dead_letters().expect("letters");
    let mut errors: Vec<_> =
        letters.iter().map(|letter| letter.error.error_type.as_str()).collect();
    errors.sort_unstable();
    assert_eq!(errors, ["Runtime.ExitError", "Sandbox.Timedout", "Teapot"]);
    for letter in &letters {
        assert_eq!(
            (letter.attempts, letter.function.as_str(), letter.rule.as_str()),
            (3, "f", "drift")
        );
        assert_eq!(letter.event["detail-type"], "Drift Detected");
    }
    assert_eq!(place.record("f").len(), 9);
    let names: Vec<_> = fs::read_dir(place.state().join("dead-letter"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    for letter in &letters {
        let end = format!("-f-{}.json", letter.event["id"].as_str().expect("an id"));
        assert!(names.iter().any(|name| name.ends_with(&end)), "{names:?}");
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn what_a_stopped_stack_leaves_unfinished_is_delivered_by_the_next() {
    let place = Place::new();
    let config = || {
        let function = FunctionSpec { concurrency: 1, ..place.function("f") };
        StackConfig { rules: vec![drift_rule()], ..place.config(vec![function]) }
    };
    let stack = Stack::start(config()).await.expect("a stack");
    publish(&stack, json!({"n": 1, "order": {"do": "sleep", "ms": 15_000, "times": 1}})).await;
    publish(&stack, json!({"n": 2})).await;
    eventually("the function works", async || place.record("f").len() == 1).await;
    stack.shutdown().await;
    assert_eq!(place.record("f").len(), 1);

    let stack = Stack::start(config()).await.expect("a stack");
    stack.idle().await.expect("idle");
    let mut numbers: Vec<_> =
        place.record("f").iter().map(|event| event["detail"]["n"].as_u64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [Some(1), Some(1), Some(2)]);
    assert_eq!(stack.dead_letters().expect("letters"), []);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_schedule_fires_again_and_again() {
    let place = Place::new();
    let schedule = |name: &str, input| Schedule {
        name: name.to_owned(),
        rate: Rate::every(Duration::from_millis(100)),
        function: name.to_owned(),
        input,
    };
    let schedules = vec![schedule("f", None), schedule("g", Some(json!({"model": "a"})))];
    let functions = vec![place.function("f"), place.function("g")];
    let config = StackConfig { schedules, ..place.config(functions) };
    let stack = Stack::start(config).await.expect("a stack");
    eventually("both fired twice", async || {
        place.record("f").len() >= 2 && place.record("g").len() >= 2
    })
    .await;
    stack.shutdown().await;
    let event = &place.record("f")[0];
    assert_eq!(event["source"], "aws.events");
    assert_eq!(event["detail-type"], "Scheduled Event");
    assert_eq!(event["resources"], json!(["arn:aws:events:us-east-1:000000000000:rule/f"]));
    assert_eq!(event["detail"], json!({}));
    assert_eq!(place.record("g")[0], json!({"model": "a"}));
}
