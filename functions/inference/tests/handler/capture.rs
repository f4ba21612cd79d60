//! What is captured, when it is written, and what is kept out.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use inference::captures::CaptureSettings;
use model_factory::capture::CaptureLine;
use model_factory::dataset::{Kind, Values};
use model_factory::delivery_stream::RECORD_BYTES;
use model_factory::memory::Fate;
use model_factory::protocol::Limits;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::world::{World, json_of, row, version};

#[tokio::test]
async fn exchanges_of_an_hour_lie_in_one_file() {
    let world = World::new();
    world.train(2, "").await;
    for request in ["r-1", "r-2", "r-3"] {
        world.predict(request, "mine").await;
    }
    world.settle().await;
    let keys = world.keys("capture/").await;
    assert_eq!(keys, ["capture/taxi/champion/2026/03/01/10/r-1.jsonl"]);
    let ids: Vec<String> =
        world.captured().await.into_iter().map(|(_, line)| line.event_metadata.event_id).collect();
    assert_eq!(ids, ["r-1", "r-2", "r-3"]);
}

#[tokio::test]
async fn lines_of_frequent_requests_wait_for_others_but_not_for_long_and_not_at_the_end() {
    let minute = Duration::from_secs(60);
    let world = World::with(CaptureSettings::for_memory(512).with_delay(minute));
    world.train(2, "").await;
    let captured = async |request| {
        world.predict(request, "mine").await;
        world.settle().await;
        world.captured().await.len()
    };
    world.settle().await;
    assert_eq!(captured("r-1").await, 1, "nothing was written before");
    assert_eq!(captured("r-2").await, 1);
    world.advance(minute);
    assert_eq!(captured("r-3").await, 3);
    assert_eq!(captured("r-4").await, 3);
    world.finish().await;
    assert_eq!(world.captured().await.len(), 4, "the sandbox ends");
}

#[tokio::test]
async fn what_cannot_be_written_is_tried_again_and_counted() {
    let world = World::new();
    world.train(2, "").await;
    world.judge_captures(Fate::Refused);
    for request in ["r-1", "r-2"] {
        world.predict(request, "mine").await;
        world.settle().await;
    }
    assert_eq!(world.metrics.sum("CaptureFailures"), 2.0);
    world.objects.mend();
    world.predict("r-3", "mine").await;
    world.settle().await;
    assert_eq!(world.captured().await.len(), 3);
    assert_eq!(
        (world.metrics.sum("CaptureFailures"), world.metrics.sum("CapturesLost")),
        (2.0, 0.0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_flush_that_is_cut_off_is_done_by_the_next_one() {
    let world = World::new();
    world.train(2, "").await;
    world.judge_captures(Fate::Unanswered);
    world.predict("r-1", "mine").await;
    world.settle().await;
    assert_eq!(world.metrics.sum("CaptureFailures"), 1.0, "there was no time");
    // The sandbox ends while the extension works.
    world.predict("r-2", "mine").await;
    let _ = timeout(Duration::from_secs(1), world.settle()).await;
    world.objects.mend();
    world.finish().await;
    assert_eq!(world.captured().await.len(), 2);
    assert_eq!(world.metrics.sum("CapturesLost"), 0.0);
}

#[tokio::test(start_paused = true)]
async fn what_the_sandbox_takes_with_it_is_counted() {
    for fate in [Fate::Unanswered, Fate::Refused] {
        let world = World::new();
        world.train(2, "").await;
        world.register(5, "", false).await;
        world.share(None, Some(2)).await;
        world.judge_captures(fate);
        for request in ["r-1", "r-2"] {
            world.predict(request, "mine").await;
        }
        assert!(timeout(Duration::from_millis(500), world.finish()).await.is_ok(), "in time");
        assert_eq!(world.captured().await.len(), 0);
        assert_eq!(world.metrics.sum("CapturesLost"), 4.0, "two answers, and the shadow's");
    }
}

#[tokio::test]
async fn a_buffer_that_is_full_loses_what_comes_and_says_so() {
    let settings = CaptureSettings { capacity: 1500, ..CaptureSettings::for_memory(512) };
    let world = World::with(settings);
    world.train(2, "").await;
    world.judge_captures(Fate::Refused);
    for request in 0..5 {
        world.predict(&format!("r-{request}"), "mine").await;
        world.settle().await;
    }
    let lost = world.metrics.sum("CapturesLost");
    world.objects.mend();
    world.settle().await;
    assert!(lost >= 1.0);
    assert_eq!(world.captured().await.len(), 5 - lost as usize);
}

#[tokio::test]
async fn a_stream_gets_each_line_as_a_record_and_what_it_refuses_again() {
    let world = World::streaming();
    world.train(2, "").await;
    let ids = || {
        let records = world.stream.inner.records();
        let line = |record: &Bytes| serde_json::from_slice::<CaptureLine>(record).unwrap();
        records.iter().map(|record| line(record).event_metadata.event_id).collect::<Vec<_>>()
    };
    world.stream.broken.store(true, Ordering::Relaxed);
    for request in ["r-1", "r-2", "r-3", "r-4"] {
        world.predict(request, "mine").await;
    }
    world.settle().await;
    assert_eq!(ids(), ["r-1", "r-3"]);
    assert_eq!(world.metrics.sum("CaptureFailures"), 1.0);
    world.stream.broken.store(false, Ordering::Relaxed);
    world.finish().await;
    assert_eq!(ids(), ["r-1", "r-3", "r-2", "r-4"]);
    assert!(world.stream.inner.records().iter().all(|record| record.ends_with(b"\n")));
    let kept = (world.metrics.sum("CaptureFailures"), world.metrics.sum("CapturesLost"));
    assert_eq!((kept, world.captured().await.len()), ((1.0, 0.0), 0));
}

#[tokio::test]
async fn a_line_that_is_too_large_for_a_record_is_a_file() {
    let world = World::streaming();
    world.train(2, "").await;
    // What no input reads is captured, too.
    let large = |id: &str| {
        let note = "x".repeat(RECORD_BYTES);
        json!({"id": id, "parameters": {}, "inputs": [
            {"name": "dist", "shape": [1], "datatype": "FP64", "data": [7.5]},
            {"name": "zone", "shape": [1], "datatype": "BYTES", "data": ["harbour"]},
        ], "note": note})
        .to_string()
    };
    let json = [("content-type", "application/json")];
    for (request, body) in [
        ("r-1", row(7.5, "harbour")),
        ("r-2", large("a")),
        ("r-3", row(7.5, "harbour")),
        ("r-4", large("b")),
    ] {
        let response =
            world.send(request, Method::POST, "/v2/models/taxi/infer", &json, body).await;
        assert_eq!(version(&response), 1, "{request}");
        world.settle().await;
    }
    assert_eq!(world.stream.inner.records().len(), 2);
    let folder = "capture/taxi/champion/2026/03/01/10";
    let keys = ["r-2", "r-4"].map(|id| format!("{folder}/{id}.jsonl"));
    assert_eq!(world.keys("capture/").await, keys);
}

#[tokio::test]
async fn the_spec_says_how_many_are_kept() {
    let world = World::new();
    world.train(2, "[capture]\nsampling = 0.25").await;
    for request in 0..200 {
        world.predict(&format!("r-{request}"), "mine").await;
        world.settle().await;
    }
    let kept = world.captured().await.len();
    assert!((25..=75).contains(&kept), "{kept} of 200");
}

const HIDING: &str = "[capture]\ndrop = ['dist', 'email']\nhash = ['zone']";

#[tokio::test]
async fn sensitive_columns_are_kept_out_of_every_form_of_request() {
    let world = World::new();
    world.train(2, HIDING).await;
    let json = [("content-type", "application/json")];
    let csv = [("content-type", "text/csv")];
    let infer = "/v2/models/taxi/infer";
    let score = "/models/taxi/invocations";
    let records = json!({"dataframe_records": [{"dist": 77.125, "zone": "harbour"}]}).to_string();
    let split =
        json!({"dataframe_split": {"columns": ["zone", "dist"], "data": [["harbour", 77.125]]}});
    for (id, path, headers, body) in [
        ("r-1", infer, &json, row(77.125, "harbour")),
        ("r-2", score, &json, records),
        ("r-3", score, &json, split.to_string()),
        ("r-4", score, &csv, "zone,dist\nharbour,77.125\n".to_owned()),
    ] {
        let response = world.send(id, Method::POST, path, headers, body).await;
        assert_eq!(version(&response), 1, "{id}");
        world.settle().await;
    }
    let all = world.everything_captured().await;
    assert!(!all.contains("77.125") && !all.contains("harbour"), "{all}");

    let captured = world.captured().await;
    assert_eq!(captured.len(), 4);
    let artifact = world.artifact().await;
    let schema = &artifact.schema;
    let mut hashes = Vec::new();
    for (_, line) in &captured {
        assert_eq!(line.model_factory.as_ref().unwrap().hidden, ["dist", "zone"]);
        let input: Value = serde_json::from_str(&line.capture_data.endpoint_input.data).unwrap();
        let zone = &input["inputs"][0]["data"][0];
        hashes.push(if zone.is_null() { input["inputs"]["zone"][0].clone() } else { zone.clone() });
        // Whoever reads them sees rows with nothing in these columns.
        let request = line.request(schema, &Limits::default()).unwrap();
        assert_eq!(request.table.rows(), 1);
        for field in &schema.inputs {
            match request.table.column(&field.name).unwrap() {
                Values::Number(values) => assert!(values[0].is_nan()),
                Values::Category(values) => assert_eq!(values.iter().next(), Some(None)),
            }
        }
    }
    assert!(hashes[0].as_str().is_some_and(|hash| hash.len() == 24), "{hashes:?}");
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "equal values can be told");
    assert_eq!(schema.inputs.iter().filter(|field| field.kind == Kind::Category).count(), 1);
}

#[tokio::test]
async fn what_an_answer_tells_of_sensitive_columns_is_kept_out_too() {
    let world = World::new();
    let trees = "[training]\nlearners = ['random_forest']\ntrials = 1\n";
    world.train(2, &format!("{trees}{HIDING}")).await;
    // The client's model says what may be kept of the shadow's answer.
    world.register(5, trees, false).await;
    world.share(None, Some(2)).await;
    let oip = json!({
        "parameters": {"partial": true, "contributions": 2},
        "inputs": [
            {"name": "dist", "shape": [2], "datatype": "FP64", "data": ["SSN-123", 7.5]},
            {"name": "zone", "shape": [2], "datatype": "BYTES", "data": ["harbour", "centre"]},
        ],
    });
    let records = json!({
        "params": {"partial": true, "contributions": 2},
        "dataframe_records": [
            {"dist": "SSN-123", "zone": "harbour"},
            {"dist": 7.5, "zone": "centre"},
        ],
    });
    let json = [("content-type", "application/json")];
    for (id, path, body) in
        [("r-1", "/v2/models/taxi/infer", oip), ("r-2", "/models/taxi/invocations", records)]
    {
        let response = world.send(id, Method::POST, path, &json, body.to_string()).await;
        let answer = json_of(&response).to_string();
        assert!(answer.contains("SSN-123") && answer.contains("contributions"), "{answer}");
        world.settle().await;
    }
    let captured = world.captured().await;
    let variants: Vec<String> = captured
        .iter()
        .map(|(_, line)| line.model_factory.as_ref().unwrap().variant.to_string())
        .collect();
    assert_eq!(variants, ["champion", "champion", "shadow", "shadow"]);
    let all = world.everything_captured().await;
    for secret in ["SSN-123", "contribution", "base", "harbour", "centre"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    for (_, line) in &captured {
        let output = &line.capture_data.endpoint_output.as_ref().unwrap().data;
        let output: Value = serde_json::from_str(output).unwrap();
        // What is left is the answer for the row that fits, and that the other one does not.
        let (predicted, errors) = match &output["outputs"] {
            Value::Null => {
                let rows = &output["predictions"];
                (
                    json!([rows[0]["predict"], rows[1]["predict"]]),
                    json!([rows[0]["error"], rows[1]["error"]]),
                )
            }
            outputs => (outputs[0]["data"].clone(), outputs[1]["data"].clone()),
        };
        assert!(predicted[0].is_null() && predicted[1].is_f64(), "{output}");
        assert_eq!(errors, json!(["the row does not fit", null]));
    }
}
