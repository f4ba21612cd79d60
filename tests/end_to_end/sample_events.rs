//! Every file of `events/`, replayed into the function that its name starts with.

use serde_json::{Value, json};

use crate::support::{
    BATCH_INFERENCE, DRIFT_CHECK, Factory, INFERENCE, Rows, STREAM_INFERENCE, Season,
    TRAINING_TRIGGER, digits, golden_model, points, rides, samples,
};

const RIDES: &str = "datasets/taxi/rides.csv";
const URL_ENCODED: &str = "datasets/taxi/März rides 1+2.csv";
const AWKWARD: &str = "datasets/taxi/März 1+2 %20 100% 乗車.csv";

/// The labelled rides that were captured in the samples' window.
const CAPTURED: usize = 120;

/// The labelled rows beside the model that is imported.
const POINTS: usize = 40;

const BOOSTER: &str = "models/taxi/import/booster.json";

/// The tags of what was uploaded.
struct Tags {
    rides: String,
    model: String,
}

/// A factory in which nothing happens by itself, with the data and the model that the
/// samples speak of, and the tags of both.
async fn factory_of_the_samples() -> (Factory, Tags) {
    let factory = Factory::start_by_hand().await;
    let data = rides(200, Season::Usual, 1).csv();
    for key in [AWKWARD, URL_ENCODED] {
        factory.put(key, data.clone()).await;
    }
    factory.put("models/taxi/import/booster.csv", points(POINTS, 3)).await;
    let model = factory.put(BOOSTER, golden_model("xgb-regression.json")).await;
    let tag = factory.put(RIDES, data).await;
    let captured = rides(CAPTURED, Season::Changed, 2);
    factory.put("capture/taxi/champion/2026/03/01/08/a.jsonl", capture(&captured)).await;
    factory.put("ground-truth/taxi/a.jsonl", ground_truth(&captured)).await;
    (factory, Tags { rides: tag, model })
}

fn capture(rows: &Rows) -> String {
    let input = json!({
        "observedContentType": "application/json",
        "mode": "INPUT",
        "data": rows.dataframe_split().to_string(),
        "encoding": "JSON",
    });
    json!({
        "captureData": {"endpointInput": input},
        "eventMetadata": {"eventId": "ride-1", "inferenceTime": "2026-03-01T08:15:31Z"},
        "eventVersion": "0",
    })
    .to_string()
}

fn ground_truth(rows: &Rows) -> String {
    json!({
        "groundTruthData": {"data": rows.labels().join("\n"), "encoding": "CSV"},
        "eventMetadata": {"eventId": "ride-1"},
        "eventVersion": "0",
    })
    .to_string()
}

#[test]
fn every_sample_is_of_a_function() {
    let known = [TRAINING_TRIGGER, INFERENCE, DRIFT_CHECK, STREAM_INFERENCE, BATCH_INFERENCE].map(
        |function| {
            let (family, _) = function.split_once('-').unwrap_or((function, ""));
            samples(&format!("{family}-")).len()
        },
    );
    assert_eq!(known.iter().sum::<usize>(), samples("").len());
    assert!(known.iter().all(|count| *count > 0), "{known:?}");
}

#[tokio::test]
async fn samples_of_training_train() {
    let (factory, Tags { rides, model }) = factory_of_the_samples().await;
    for (before, (name, mut event)) in samples("training-").into_iter().enumerate() {
        // The tags in the samples are of contents that nobody has.
        let is_import = event.pointer("/detail/object/key") == Some(&json!(BOOSTER));
        let tag = if is_import { &model } else { &rides };
        for place in ["/detail/object/etag", "/Records/0/s3/object/eTag"] {
            if let Some(etag) = event.pointer_mut(place) {
                *etag = json!(tag);
            }
        }
        let arrived = "a data set arrived";
        let (cause, dataset, labelled) = match name.as_str() {
            "training-direct.json" | "training-direct-dataset.json" => {
                ("asked for directly", RIDES, 0)
            }
            "training-retrain-drift.json" => {
                ("drift of version 3: drift in 1 of the last 1 windows", RIDES, CAPTURED)
            }
            "training-model-imported.json" => ("a model was uploaded", BOOSTER, 0),
            "training-object-created.json" => (arrived, RIDES, 0),
            "training-object-created-awkward-key.json" => (arrived, AWKWARD, 0),
            "training-retrain-requested.json" => ("the fare tables changed", RIDES, 0),
            "training-retrain-forced.json" => ("the champion is young, but wrong", RIDES, 0),
            "training-s3-direct.json" => (arrived, URL_ENCODED, 0),
            unknown => panic!("no test knows what `{unknown}` shall bring about"),
        };

        let answer = factory.invoke(TRAINING_TRIGGER, &event).await.expect(&name);
        let [run] = answer["runs"].as_array().expect("runs").as_slice() else {
            panic!("{name}: {answer}")
        };
        assert_eq!(run["subject"], "taxi", "{name}");
        assert_eq!(run["outcome"], "registered", "{name}: {run}");
        let versions = factory.versions("taxi").await;
        assert_eq!(versions.len(), before + 1, "{name}");
        let version = versions.last().expect("a version");
        assert_eq!(run["version"], version.version.number(), "{name}");
        assert_eq!(version.dataset, dataset, "{name}");

        let run = run["run"].as_str().expect("an id");
        assert_eq!(version.run, run, "{name}");
        let record = factory.get_json(&format!("runs/taxi/{run}/run.json")).await;
        assert_eq!(record["cause"], cause, "{name}");
        let (file, rows) =
            if is_import { ("import.json", POINTS) } else { ("training.json", 200 + labelled) };
        let told = factory.get_json(&format!("runs/taxi/{run}/{file}")).await;
        assert_eq!(told["rows"], rows, "{name}");
    }
    factory.end().await;
}

#[tokio::test]
async fn samples_of_inference_are_answered() {
    let (factory, _) = factory_of_the_samples().await;
    factory.invoke(TRAINING_TRIGGER, &json!({"model": "taxi"})).await.expect("a version");
    let spec = "[training]\nlearners = ['neighbours']\ntrials = 1\n\
        [image]\nside = 8\nink = 16\nfill = 1.0";
    factory.put("models/digits/model.toml", spec).await;
    factory.put("datasets/digits/drawn.csv", digits(60, 5)).await;
    factory.invoke(TRAINING_TRIGGER, &json!({"model": "digits"})).await.expect("a version");
    let (mut tensors, mut rows) = (Vec::new(), Vec::new());
    for (name, event) in samples("inference-") {
        let answer = factory.invoke(INFERENCE, &event).await.expect(&name);
        assert_eq!(answer["statusCode"], 200, "{name}: {answer}");
        let of_balancer = name.starts_with("inference-alb");
        assert_eq!(answer["statusDescription"].is_string(), of_balancer, "{name}: {answer}");
        let headers = if name.contains("multi-value") { "multiValueHeaders" } else { "headers" };
        assert!(!answer[headers]["x-event-id"].is_null(), "{name}: {answer}");
        let body: Value =
            serde_json::from_str(answer["body"].as_str().expect("a text")).expect("JSON");
        match name.as_str() {
            "inference-alb-infer.json"
            | "inference-alb-multi-value-infer.json"
            | "inference-function-url-infer.json"
            | "inference-http-v2-base64.json"
            | "inference-http-v2-gzip.json"
            | "inference-http-v2-infer.json"
            | "inference-rest-v1-infer.json" => {
                assert_eq!(body["id"], "ride-42", "{name}");
                tensors.push(body["outputs"][0]["data"].clone());
            }
            "inference-http-v2-invocations-csv.json" => rows.push(body["predictions"].clone()),
            "inference-http-v2-classify-digit.json" => {
                assert_eq!(body["predicted_label"], 1, "{name}: {body}");
                assert_eq!(body["model_version"], "1", "{name}");
            }
            "inference-http-v2-ready.json" => {
                assert_eq!(body, json!({"name": "taxi", "ready": true}), "{name}");
            }
            unknown => panic!("no test knows what `{unknown}` shall be answered"),
        }
    }
    let [first, ..] = tensors.as_slice() else { panic!("no tensor") };
    assert!(tensors.iter().all(|data| data == first), "{tensors:?}");
    assert_eq!(first.as_array().map(Vec::len), Some(2));
    let [rows] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(rows[0], first[0], "both protocols answer with the same number");
    assert!(rows[1].is_number(), "a missing value is no hindrance");
    factory.end().await;
}

#[tokio::test]
async fn samples_of_drift_are_checked() {
    let (factory, _) = factory_of_the_samples().await;
    factory.invoke(TRAINING_TRIGGER, &json!({"model": "taxi"})).await.expect("a version");
    for (name, event) in samples("drift-") {
        assert!(
            ["drift-check-requested.json", "drift-direct.json", "drift-scheduled.json"]
                .contains(&name.as_str()),
            "no test knows what `{name}` shall find"
        );
        let answer = factory.invoke(DRIFT_CHECK, &event).await.expect(&name);
        let [checked] = answer["models"].as_array().expect("models").as_slice() else {
            panic!("{name}: {answer}")
        };
        let window = json!({"start": "2026-03-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"});
        assert_eq!((&checked["model"], &checked["window"]), (&json!("taxi"), &window), "{name}");
        assert_eq!((&checked["version"], &checked["rows"]), (&json!(1), &json!(CAPTURED)));
        assert_eq!(checked["verdict"], json!({"status": "drift"}), "{name}");
        assert_eq!(checked["unreadable"], 0, "{name}");
        let page = factory.get(checked["report"].as_str().expect("a key")).await;
        assert!(page.starts_with(b"<!DOCTYPE html>"), "{name}");
    }
    factory.idle().await;
    let told = factory.published("Drift Detected", "taxi");
    assert_eq!(told.len(), samples("drift-").len());
    assert!(
        told.iter().all(|event| event["metadata"]["id"] == told[0]["metadata"]["id"]),
        "the same finding is the same event: {told:?}"
    );
    factory.end().await;
}

#[tokio::test]
async fn samples_of_streams_are_answered() {
    let (factory, _) = factory_of_the_samples().await;
    factory.invoke(TRAINING_TRIGGER, &json!({"model": "taxi"})).await.expect("a version");
    let mut answers: Vec<Vec<Value>> = Vec::new();
    for (name, event) in samples("stream-") {
        let known = ["stream-dynamodb.json", "stream-kinesis.json", "stream-sqs.json"];
        assert!(known.contains(&name.as_str()), "no test knows what `{name}` shall bring about");
        let answer = factory.invoke(STREAM_INFERENCE, &event).await.expect(&name);
        assert_eq!(answer, json!({"batchItemFailures": []}), "{name}");
        let source = event["Records"][0]["eventSourceARN"].as_str().expect("a source");
        let lines = factory.streamed("taxi").await;
        let lines = lines.into_iter().filter(|line| line["source"] == source);
        answers.push(lines.map(|line| line["predict"].clone()).collect());
    }
    assert!(answers.iter().all(|of_sample| of_sample.len() == 2), "{answers:?}");
    let first = &answers[0];
    assert!(first.iter().all(Value::is_number), "{answers:?}");
    assert!(answers.iter().all(|of_sample| of_sample == first), "{answers:?}");
    factory.end().await;
}

#[tokio::test]
async fn samples_of_batches_are_scored() {
    let (factory, _) = factory_of_the_samples().await;
    factory.invoke(TRAINING_TRIGGER, &json!({"model": "taxi"})).await.expect("a version");
    let key = "batch/taxi/input/date=2026-11-24/rides.csv";
    let rows = rides(50, Season::Usual, 3);
    let tag = factory.put(key, rows.csv()).await;
    for (name, mut event) in samples("batch-") {
        // The tag in the sample is of a content that nobody has.
        if let Some(etag) = event.pointer_mut("/detail/object/etag") {
            *etag = json!(tag);
        }
        let (spec, suffix) = match name.as_str() {
            "batch-object-created.json" | "batch-direct.json" => ("", ".csv"),
            "batch-direct-key.json" => ("", ".parquet"),
            "batch-requested.json" => ("", ".jsonl"),
            "batch-scheduled.json" => ("[batch]\nwhen = 'daily'", ".csv"),
            unknown => panic!("no test knows what `{unknown}` shall bring about"),
        };
        factory.put("models/taxi/model.toml", spec).await;
        let answer = factory.invoke(BATCH_INFERENCE, &event).await.expect(&name);
        let [batch] = answer["batches"].as_array().expect("batches").as_slice() else {
            panic!("{name}: {answer}")
        };
        assert_eq!((&batch["subject"], &batch["status"]), (&json!("taxi"), &json!("done")));
        let file = &batch["files"][0];
        assert_eq!((&file["key"], &file["outcome"]), (&json!(key), &json!("scored")), "{name}");
        assert_eq!((&file["predicted"], &file["rejected"]), (&json!(50), &json!(0)), "{name}");
        let output = file["output"].as_str().expect("a key");
        assert!(output.starts_with("batch/taxi/output/date=2026-11-24/rides-v1-"), "{output}");
        assert!(output.ends_with(suffix), "{name}: {output}");
        assert!(!factory.get(output).await.is_empty(), "{name}");
        let manifest = factory.get_json(file["manifest"].as_str().expect("a key")).await;
        assert_eq!(manifest["input"]["etag"], tag, "{name}");
    }
    factory.idle().await;
    // The upload, its prefix and its day are the same work.
    assert_eq!(factory.published("Batch Inference Completed", "taxi").len(), 3);
    factory.end().await;
}
