//! Events that cannot be understood, or ask for what cannot be done.

use serde_json::{Value, json};

use crate::support::{
    BATCH_INFERENCE, DRIFT_CHECK, Factory, INFERENCE, Season, TRAINING_TRIGGER, rides, samples,
};

#[tokio::test]
async fn malformed_events_are_told_and_survived() {
    let factory = Factory::start_with_single_processes().await;
    factory.train("taxi", "rides.csv", rides(60, Season::Usual, 1).csv()).await;
    let in_bucket = |bucket: &str| {
        json!({
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": bucket}, "object": {"key": "datasets/taxi/rides.csv"}},
        })
    };
    let notification = |place: &str, value: Value| {
        let mut event = samples("training-s3-direct").into_values().next().expect("a sample");
        *event.pointer_mut(place).expect("a place") = value;
        event
    };
    let http = json!({
        "version": "2.0",
        "rawPath": "/v2/models/taxi/infer",
        "headers": {},
        "requestContext": {"stage": "$default", "http": {"method": "POST"}},
        "body": "%%%",
        "isBase64Encoded": true,
    });
    let backwards = json!({"start": "2026-03-02T00:00:00Z", "end": "2026-03-01T00:00:00Z"});
    let cases = [
        (TRAINING_TRIGGER, json!(null), "of no known shape"),
        (TRAINING_TRIGGER, json!([1, 2]), "of no known shape"),
        (TRAINING_TRIGGER, json!({}), "of no known shape"),
        (TRAINING_TRIGGER, json!({"detail-type": "Object Removed"}), "`Object Removed` asks for"),
        (TRAINING_TRIGGER, json!({"detail-type": 3}), "asks for nothing here"),
        (TRAINING_TRIGGER, json!({"detail-type": "Object Created"}), "cannot be read"),
        (TRAINING_TRIGGER, in_bucket("elsewhere"), "lies in bucket `elsewhere`, not in"),
        (TRAINING_TRIGGER, json!({"model": "No Name"}), "`No Name` is not a model name"),
        (TRAINING_TRIGGER, json!({"model": "taxi", "dateset": "x"}), "unknown field `dateset`"),
        (TRAINING_TRIGGER, json!({"Records": 3}), "the S3 event cannot be read"),
        (
            TRAINING_TRIGGER,
            notification("/Records/0/s3/object/key", json!(null)),
            "the S3 event has no `s3.object.key`",
        ),
        (
            TRAINING_TRIGGER,
            notification("/Records/0/s3/object/key", json!("%FF")),
            "the key `%FF` is not URL-encoded UTF-8",
        ),
        (DRIFT_CHECK, json!("check"), "of no known shape"),
        (DRIFT_CHECK, json!({"modle": "taxi"}), "unknown field `modle`"),
        (DRIFT_CHECK, json!({"window": backwards}), "is not after its start"),
        (DRIFT_CHECK, json!({"detail-type": "Object Created"}), "asks for nothing here"),
        (DRIFT_CHECK, json!({"detail-type": "Scheduled Event"}), "missing field `time`"),
        (BATCH_INFERENCE, json!("files"), "of no known shape"),
        (BATCH_INFERENCE, json!({"model": "taxi"}), "has no `key`, `prefix` or `date`"),
        (BATCH_INFERENCE, json!({"detail-type": "Drift Detected"}), "asks for nothing here"),
        (INFERENCE, json!({"model": "taxi"}), "not an HTTP request of API Gateway"),
        (INFERENCE, json!([]), "not an HTTP request of API Gateway"),
    ];
    for (function, event, says) in cases {
        let error = factory.invoke(function, &event).await.expect_err("malformed");
        assert_eq!(error.error_type, "InvalidEvent", "{function} {event}: {error}");
        assert!(error.message.contains(says), "{function} {event}: {error}");
    }
    // The event is one; what the client sent with it is told to the client.
    let answer = factory.invoke(INFERENCE, &http).await.expect("a response");
    assert_eq!(answer["statusCode"], 400, "{answer}");
    let problem: Value = serde_json::from_str(answer["body"].as_str().expect("a text")).unwrap();
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.starts_with("the body is not the BASE64 that it is said to be"), "{detail}");
    factory.http.get("/v2/models/taxi/ready").await.ok();
    let checked = factory.invoke(DRIFT_CHECK, &json!({"model": "taxi"})).await.expect("checked");
    assert_eq!(checked["models"][0]["verdict"]["status"], "no_data");
    let trained = factory.invoke(TRAINING_TRIGGER, &json!({"model": "taxi"})).await;
    assert_eq!(trained.expect("trained")["runs"][0]["version"], 2);
    for function in [TRAINING_TRIGGER, INFERENCE, DRIFT_CHECK, BATCH_INFERENCE] {
        assert_eq!(factory.processes(function).started(), 1, "{function} survives");
    }
    factory.end().await;
}

#[tokio::test]
async fn work_that_cannot_be_done_is_told() {
    let factory = Factory::start().await;
    let answer = factory.invoke(TRAINING_TRIGGER, &json!({"model": "taxi"})).await;
    let run = answer.expect("answered")["runs"][0].clone();
    assert_eq!(run["outcome"], "failed");
    assert_eq!(run["reason"], "model taxi has no data set: upload one to datasets/taxi/");
    let answer = factory.invoke(DRIFT_CHECK, &json!({"model": "taxi"})).await.expect("answered");
    assert_eq!(answer["models"], json!([]), "there is no champion");
    assert_eq!(answer["not_checked"][0]["reason"], "no_version");
    factory.end().await;
}
