//! The whole loop: upload, train, predict, capture, drift, retrain.

use jiff::{SignedDuration, Timestamp};
use model_factory::registry::{DriftLog, ReadRegistry};
use model_factory_local::factory::CAPTURE_STREAM;
use serde_json::{Value, json};

use crate::support::{Answer, Factory, INFERENCE, Rows, Season, customers, rides};

/// The rows that the first version learns from.
const BASE: usize = 150;

/// The rows of one request of the traffic.
const BATCH: usize = 250;

#[tokio::test]
async fn a_regression_goes_round_the_loop() {
    go_round("taxi", "regression", rides).await;
}

#[tokio::test]
async fn a_classification_goes_round_the_loop() {
    go_round("churn", "classification", customers).await;
}

#[tokio::test]
async fn captures_go_through_a_delivery_stream() {
    let factory = Factory::start_with(|config| {
        for function in config.functions.iter_mut().filter(|it| it.name == INFERENCE) {
            let name = "MODEL_FACTORY_CAPTURE_STREAM".to_owned();
            function.environment.insert(name, CAPTURE_STREAM.to_owned());
        }
    })
    .await;
    factory.train("taxi", "first.csv", rides(BASE, Season::Usual, 1).csv()).await;
    let traffic = Traffic { factory: &factory, model: "taxi" };
    let start = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    let rows = rides(1000, Season::Changed, 2);
    traffic.send(&rows).await;
    factory.idle().await;
    let keys = factory.keys("capture/").await;
    assert!(keys.iter().all(|key| key.contains("/model-factory-captures-1-")), "{keys:?}");
    assert!(keys[0].starts_with("capture/taxi/champion/20") && keys.len() < 4, "{keys:?}");

    let window = json!({"start": start, "end": start + SignedDuration::from_hours(1)});
    factory
        .publish("Drift Check Requested", "check", json!({"model": "taxi", "window": window}))
        .await;
    factory.idle().await;
    let records = factory.registry.drift_records(&"taxi".parse().unwrap(), None).await.unwrap();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.verdict.as_str(), record.rows), ("drift", rows.len() as u64));
    factory.end().await;
}

async fn go_round(model: &str, task: &str, draw: fn(usize, Season, u64) -> Rows) {
    let factory = Factory::start().await;
    let traffic = Traffic { factory: &factory, model };
    let start = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    let window = json!({"start": start, "end": start + SignedDuration::from_hours(1)});

    let run = factory.train(model, "first.csv", draw(BASE, Season::Usual, 1).csv()).await;
    assert_eq!((&run["outcome"], &run["version"]), (&json!("registered"), &json!(1)), "{run}");
    assert_eq!(run["promoted"], true, "{run}");
    assert_eq!(factory.champion(model).await, Some(1));

    traffic.describe(task).await;
    let asked = traffic.ask_in_every_way(&draw(3, Season::Usual, 2)).await;
    traffic.captures_have_sagemakers_shape(asked).await;

    let changed = draw(3000, Season::Changed, 3);
    let truths = traffic.send(&changed).await;
    factory.put(&format!("ground-truth/{model}/late.jsonl"), truths).await;
    factory.idle().await;
    factory
        .publish("Drift Check Requested", "check-1", json!({"model": model, "window": window}))
        .await;
    factory.idle().await;

    let rows = asked + changed.len();
    drift_is_told(&factory, model, rows).await;
    retraining_is_told(&factory, model, changed.len()).await;
    traffic.improved(&draw(500, Season::Changed, 4)).await;
    factory.idle().await;

    factory
        .publish("Drift Check Requested", "check-2", json!({"model": model, "window": window}))
        .await;
    factory.idle().await;
    let records = factory.registry.drift_records(&model.parse().unwrap(), None).await.unwrap();
    let [before, after] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((before.verdict.as_str(), before.version.number()), ("drift", 1), "it stays");
    assert_eq!((after.verdict.as_str(), after.version.number()), ("stable", 2), "{after:?}");
    assert_eq!((after.retraining.as_ref(), after.rows), (None, before.rows + 1_000));
    assert_eq!(factory.published("Drift Detected", model).len(), 1, "the next check is calm");
    assert_eq!(factory.versions(model).await.len(), 2, "nothing was trained again");
    factory.end().await;
}

/// The verdict, wherever it is told.
async fn drift_is_told(factory: &Factory, model: &str, rows: usize) {
    let records = factory.registry.drift_records(&model.parse().unwrap(), None).await.unwrap();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.verdict.as_str(), record.version.number()), ("drift", 1));
    assert_eq!(record.rows, rows as u64);

    let report = factory.get_json(&record.report).await;
    assert_eq!(report["verdict"]["status"], "drift", "{report}");
    assert_eq!(report["rows"], rows);
    let page = factory.get(&record.report.replace(".json", ".html")).await;
    let page = String::from_utf8(page.into()).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains(model), "{page}");

    let told = factory.published("Drift Detected", model);
    let [event] = told.as_slice() else { panic!("{told:?}") };
    let columns = event["data"]["columns"].as_array().unwrap();
    let names: Vec<&str> = columns.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, record.columns);
    assert!(!names.is_empty());
    assert_eq!(event["data"]["retraining"]["requested"], true, "{event}");
    let alert = event["data"]["alert"].as_object().unwrap();
    for part in ["headline", "what", "since", "next", "command"] {
        assert!(alert[part].as_str().is_some_and(|text| !text.is_empty()), "{alert:?}");
    }
    assert!(alert["what"].as_str().unwrap().contains(names[0]), "{alert:?}");
    let requested = factory.published("Retrain Requested", model);
    let [request] = requested.as_slice() else { panic!("{requested:?}") };
    assert_eq!(request["data"]["window"], event["data"]["window"]);
    let folder = record.report.replace("report.json", "constraint_violations.json");
    let violations = factory.get_json(&folder).await;
    let broken = violations["violations"].as_array().unwrap().iter();
    let broken: Vec<&str> = broken.filter_map(|it| it["feature_name"].as_str()).collect();
    assert!(names.iter().all(|name| broken.contains(name)), "{violations}");
}

/// The second version, wherever it is told.
async fn retraining_is_told(factory: &Factory, model: &str, labelled: usize) {
    let runs = factory.runs(model).await;
    let [first, second] = runs.as_slice() else { panic!("{runs:?}") };
    let cause = "drift of version 1: drift in 1 of the last 1 windows";
    assert_eq!(second["cause"], cause);
    assert_eq!(second["dataset"], first["dataset"]);
    assert_eq!((&second["version"], &second["promoted"]), (&json!(2), &json!(true)), "{second}");
    let key = format!("runs/{model}/{}/training.json", second["run"].as_str().unwrap());
    let training = factory.get_json(&key).await;
    assert_eq!(training["rows"], BASE + labelled);
    assert_eq!(
        training["notes"][0],
        format!("{labelled} labelled rows captured in the window are added")
    );

    assert_eq!(factory.champion(model).await, Some(2));
    let history = factory.registry.history(&model.parse().unwrap()).await.unwrap();
    let moves: Vec<_> =
        history.iter().map(|it| (it.from.map(|from| from.number()), it.to.number())).collect();
    assert_eq!(moves, [(None, 1), (Some(1), 2)]);
    for kind in ["Dataset Received", "Training Completed", "Model Registered", "Model Promoted"] {
        assert_eq!(factory.published(kind, model).len(), 2, "{kind}");
    }
    assert_eq!(factory.published("Model Rejected", model), Vec::<Value>::new());
}

/// The clients of one model.
struct Traffic<'a> {
    factory: &'a Factory,
    model: &'a str,
}

impl Traffic<'_> {
    /// What server and model say about themselves.
    async fn describe(&self, task: &str) {
        let Self { factory, model } = self;
        assert_eq!(factory.http.get("/v2").await.ok()["name"], "model-factory");
        assert_eq!(factory.http.get("/v2/health/live").await.ok(), json!({"live": true}));
        assert_eq!(factory.http.get("/v2/health/ready").await.ok(), json!({"ready": true}));
        let ready = factory.http.get(&format!("/v2/models/{model}/ready")).await.ok();
        assert_eq!(ready, json!({"name": model, "ready": true}));
        let metadata = factory.http.get(&format!("/v2/models/{model}")).await.ok();
        assert_eq!(metadata["name"], *model);
        assert_eq!(metadata["versions"], json!(["1"]));
        assert_eq!(metadata["properties"]["task"], task);
        let index = factory.http.post("/v2/repository/index", &json!({})).await.ok();
        assert_eq!(index, json!([{"name": model, "version": "1", "state": "READY", "reason": ""}]));
        assert_eq!(factory.http.get("/ping").await.status, 200);
    }

    /// Asks for the same rows by every route and in every form: one answer. Returns
    /// how many rows the champion was asked for by that name.
    async fn ask_in_every_way(&self, rows: &Rows) -> usize {
        let Self { factory, model } = self;
        let http = &factory.http;
        let infer = format!("/v2/models/{model}/infer");
        let by_column = http.post(&infer, &rows.tensors()).await;
        assert_eq!(by_column.header("x-model-version"), "1");
        assert!(!by_column.header("x-event-id").is_empty());
        let expected = predictions(&by_column);
        assert_eq!(expected.len(), rows.len());

        let csv = rows.inputs_csv();
        let scoring = [
            http.send(http::Method::POST, "/invocations", Some("text/csv"), csv.clone()).await,
            http.post("/invocations", &rows.dataframe_split()).await,
            http.post(&format!("/models/{model}/invocations"), &rows.dataframe_split()).await,
        ];
        let protocol = [
            http.post(&infer, &rows.matrix()).await,
            http.post(&format!("/v2/models/{model}/versions/1/infer"), &rows.tensors()).await,
            http.post(&format!("/v2/models/{model}/versions/champion/infer"), &rows.tensors())
                .await,
        ];
        for answer in scoring {
            assert_eq!(answer.ok()["predictions"], json!(expected));
        }
        for answer in protocol {
            assert_eq!(predictions(&answer), expected);
        }
        // All but the one that named a version.
        6 * rows.len()
    }

    /// Each exchange is a line of SageMaker's data capture.
    async fn captures_have_sagemakers_shape(&self, rows: usize) {
        let Self { factory, model } = self;
        factory.idle().await;
        let mut lines = Vec::new();
        for key in factory.keys(&format!("capture/{model}/champion/")).await {
            let content = factory.get(&key).await;
            let text = String::from_utf8(content.into()).unwrap();
            lines.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
        assert_eq!(3 * lines.len(), rows);
        assert_eq!(factory.keys(&format!("capture/{model}/1/")).await.len(), 1);
        for line in &lines {
            let input = &line["captureData"]["endpointInput"];
            let output = &line["captureData"]["endpointOutput"];
            assert_eq!((&input["mode"], &output["mode"]), (&json!("INPUT"), &json!("OUTPUT")));
            let csv = input["observedContentType"] == "text/csv";
            assert_eq!(input["encoding"], if csv { "CSV" } else { "JSON" }, "{line}");
            assert_eq!(output["encoding"], "JSON");
            assert!(input["data"].is_string() && output["data"].is_string(), "{line}");
            assert_eq!(line["eventVersion"], "0");
            assert!(line["eventMetadata"]["eventId"].is_string(), "{line}");
            let time = line["eventMetadata"]["inferenceTime"].as_str().unwrap();
            assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
        }
    }

    /// Sends rows to the champion; their true values as ground truth.
    async fn send(&self, rows: &Rows) -> String {
        let Self { factory, model } = self;
        let mut truths = String::new();
        for batch in rows.batches(BATCH) {
            let infer = format!("/v2/models/{model}/infer");
            let answer = factory.http.post(&infer, &batch.tensors()).await;
            answer.ok();
            let truth = json!({
                "groundTruthData": {"data": batch.labels().join("\n"), "encoding": "CSV"},
                "eventMetadata": {"eventId": answer.header("x-event-id")},
                "eventVersion": "0",
            });
            truths.push_str(&format!("{truth}\n"));
        }
        truths
    }

    /// The new champion answers, and is wrong by less than half of what the first
    /// version is.
    async fn improved(&self, rows: &Rows) {
        let Self { factory, model } = self;
        let mut errors = Vec::new();
        for reference in ["1", "champion"] {
            let infer = format!("/v2/models/{model}/versions/{reference}/infer");
            let answer = factory.http.post(&infer, &rows.tensors()).await;
            errors.push(error(&predictions(&answer), rows));
        }
        assert!(errors[1] < 0.5 * errors[0], "{errors:?}");
        let answer = factory.http.post(&format!("/v2/models/{model}/infer"), &rows.tensors()).await;
        assert_eq!(answer.header("x-model-version"), "2");
    }
}

fn predictions(answer: &Answer) -> Vec<Value> {
    let body = answer.ok();
    let output = &body["outputs"][0];
    assert_eq!(output["name"], "predict", "{body}");
    output["data"].as_array().unwrap().clone()
}

/// The mean absolute error, or the share of wrong classes.
fn error(predictions: &[Value], rows: &Rows) -> f64 {
    let errors: Vec<f64> = match predictions[0].is_string() {
        true => {
            let pairs = predictions.iter().zip(rows.labels());
            pairs.map(|(class, label)| f64::from(u8::from(*class != label))).collect()
        }
        false => {
            let pairs = predictions.iter().filter_map(Value::as_f64).zip(rows.numbers());
            pairs.map(|(value, truth)| (value - truth).abs()).collect()
        }
    };
    errors.iter().sum::<f64>() / errors.len() as f64
}
