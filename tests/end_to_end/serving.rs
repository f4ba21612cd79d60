//! Serving by several versions, on the embedded AWS with the real processes.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use http::{Method, StatusCode};
use model_factory::name::{Alias, Version};
use model_factory::registry::{
    Actor, Cause, Pinned, ReadRegistry, Sharing, Traffic, Variant, WriteRegistry,
};
use serde_json::{Value, json};

use crate::support::{Factory, INFERENCE, Rows, Season, eventually, rides};

const INFER: &str = "/v2/models/taxi/infer";

/// A factory with two versions, of which the second is the champion.
async fn factory_of_two(environment: &[(&str, &str)]) -> Factory {
    let factory = Factory::start_with(|config| {
        for function in config.functions.iter_mut().filter(|it| it.name == INFERENCE) {
            function.concurrency = 1;
            for (name, value) in environment {
                function.environment.insert((*name).to_owned(), (*value).to_owned());
            }
        }
    })
    .await;
    factory.train("taxi", "usual.csv", rides(100, Season::Usual, 1).csv()).await;
    factory.train("taxi", "changed.csv", rides(400, Season::Changed, 2).csv()).await;
    assert_eq!(factory.champion("taxi").await, Some(2));
    factory
}

/// Lets the first version answer a share of the champion's requests, and shadow the rest.
async fn share(factory: &Factory, percent: Option<u8>, shadow: bool) {
    let model = "taxi".parse().unwrap();
    let alias = factory.registry.alias(&model, &Alias::champion()).await.unwrap().unwrap();
    let record = factory.registry.version(&model, Version::FIRST).await.unwrap().unwrap();
    let pinned = Pinned { version: Version::FIRST, artifact: record.artifact.clone() };
    let variant = |percent| Variant { name: Alias::challenger(), percent, pinned: pinned.clone() };
    let traffic = Traffic {
        variants: percent.map(variant).into_iter().collect(),
        shadow: shadow.then(|| pinned.clone()),
    };
    let cause = Cause { by: Actor::Cli, reason: "try it".to_owned() };
    factory.registry.share(Sharing { alias, traffic, cause, force: false }).await.unwrap();
}

fn named(rows: &Rows, id: &str) -> Value {
    let mut request = rows.tensors();
    request["id"] = json!(id);
    request
}

/// The captured lines of a variant.
async fn captured(factory: &Factory, variant: &str) -> Vec<Value> {
    let mut lines = Vec::new();
    for key in factory.keys(&format!("capture/taxi/{variant}/")).await {
        let file = String::from_utf8(factory.get(&key).await.into()).unwrap();
        lines.extend(file.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    }
    lines
}

#[tokio::test]
async fn a_canary_answers_its_share_until_a_training_moves_the_champion() {
    let rows = rides(1, Season::Usual, 3);
    let factory = factory_of_two(&[]).await;
    share(&factory, Some(50), false).await;
    let mut answered = [0, 0];
    for id in 0..20 {
        let request = named(&rows, &format!("client-{id}"));
        let first = factory.http.post(INFER, &request).await;
        let again = factory.http.post(INFER, &request).await;
        assert_eq!(first.header("x-model-version"), again.header("x-model-version"));
        let version: usize = first.header("x-model-version").parse().unwrap();
        answered[version - 1] += 2;
    }
    assert!(answered.iter().all(|count| *count > 0), "{answered:?}");
    let lines = eventually("all is captured", async || {
        let lines = [captured(&factory, "challenger").await, captured(&factory, "champion").await];
        (lines.iter().map(Vec::len).sum::<usize>() == 40).then_some(lines)
    })
    .await;
    for (number, lines) in (1..).zip(&lines) {
        assert_eq!(lines.len(), answered[number - 1]);
        assert!(lines.iter().all(|line| line["modelFactory"]["version"] == number));
    }

    // Of other traffic than the champion's, so that the gate cannot but let it pass.
    factory.put("models/taxi/model.toml", "[constraints]\nenforce = false\n").await;
    factory.train("taxi", "usual-again.csv", rides(400, Season::Usual, 4).csv()).await;
    let run = factory.runs("taxi").await.pop().unwrap();
    assert_eq!(run["promoted"], true, "{run}");
    let ended = "the champion's traffic to version 1 (50 %) has ended with it";
    assert_eq!(run["reasons"][1], ended, "{run}");
    for id in 0..20 {
        let answer = factory.http.post(INFER, &named(&rows, &format!("client-{id}"))).await;
        assert_eq!(answer.header("x-model-version"), "3");
    }
    factory.end().await;
}

#[tokio::test]
async fn a_shadow_is_captured_and_answers_nobody() {
    let rows = rides(2, Season::Usual, 3);
    let factory = factory_of_two(&[]).await;
    share(&factory, None, true).await;
    let answer = factory.http.post(INFER, &rows.tensors()).await;
    assert_eq!(answer.header("x-model-version"), "2");
    let lines = eventually("the shadow is captured", async || {
        let lines = captured(&factory, "shadow").await;
        (!lines.is_empty()).then_some(lines)
    })
    .await;
    let [shadow] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(shadow["eventMetadata"]["eventId"], answer.header("x-event-id"));
    assert_eq!(shadow["modelFactory"]["version"], 1);
    let own = captured(&factory, "champion").await;
    assert_eq!(own[0]["eventMetadata"], shadow["eventMetadata"]);
    assert_ne!(own[0]["captureData"]["endpointOutput"], shadow["captureData"]["endpointOutput"]);
    factory.end().await;
}

#[tokio::test]
async fn what_waits_in_a_sandbox_is_written_before_it_ends() {
    let rows = rides(1, Season::Usual, 3);
    let delay = ("MODEL_FACTORY_CAPTURE_DELAY_SECONDS", "600");
    let factory = factory_of_two(&[delay, ("MODEL_FACTORY_PRELOAD", "taxi,unknown")]).await;
    factory.http.post(INFER, &rows.tensors()).await.ok();
    factory.idle().await;
    for _ in 0..2 {
        factory.http.post(INFER, &rows.tensors()).await.ok();
    }
    assert_eq!(captured(&factory, "champion").await.len(), 1);
    let factory = factory.restart().await;
    assert_eq!(captured(&factory, "champion").await.len(), 3);
    factory.end().await;
}

/// What was loaded before anybody asked is in the cache for the first answer, which goes out
/// packed; the function's log holds its metrics for CloudWatch.
#[tokio::test]
async fn the_first_answer_of_a_preloaded_model_is_packed_and_measured() {
    let factory = factory_of_two(&[("MODEL_FACTORY_PRELOAD", "taxi")]).await;
    let rows = 300;
    let request = factory.http.request(Method::POST, INFER);
    let request = request.header("content-type", "application/json");
    let request = request.header("accept-encoding", "gzip");
    let body = rides(rows, Season::Usual, 3).tensors().to_string();
    let answer = factory.http.answer(request, body).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, "gzip"));
    let mut plain = String::new();
    GzDecoder::new(answer.body.as_ref()).read_to_string(&mut plain).expect("gzip");
    assert!(answer.body.len() < plain.len(), "{} of {}", answer.body.len(), plain.len());
    let told: Value = serde_json::from_str(&plain).expect("JSON");
    assert_eq!(told["outputs"][0]["shape"], json!([rows]));

    let line = eventually("the answer is measured", async || {
        let log = factory.log(INFERENCE);
        let mut lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.find(|line| line.get("_aws").is_some() && line["model"] == "taxi")
    })
    .await;
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    let metrics = directive["Metrics"].as_array().expect("metrics");
    let names: Vec<_> = metrics.iter().map(|metric| metric["Name"].clone()).collect();
    assert_eq!(names, ["CacheHits", "Latency", "Rows"], "{line}");
    assert_eq!((&line["CacheHits"], &line["Rows"]), (&json!([1.0]), &json!([300.0])));
    assert_eq!(line["variant"], "champion", "{line}");
    factory.end().await;
}

#[tokio::test]
async fn a_damaged_artifact_is_told_of_on_the_bus() {
    let rows = rides(1, Season::Usual, 3);
    let factory = factory_of_two(&[]).await;
    factory.http.post(INFER, &rows.tensors()).await.ok();
    let artifact = factory.versions("taxi").await[0].artifact.clone();
    factory.put(&format!("artifacts/taxi/{artifact}.mfa"), "damaged").await;
    for _ in 0..3 {
        let answer = factory.http.post("/v2/models/taxi/versions/1/infer", &rows.tensors()).await;
        assert_eq!(answer.status.as_u16(), 503);
    }
    let told = eventually("the damage is told", async || {
        let told = factory.published("Artifact Damaged", "taxi");
        (!told.is_empty()).then_some(told)
    })
    .await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(factory.published("Artifact Damaged", "taxi").len(), 1, "once");
    assert_eq!(told[0]["metadata"]["id"], format!("taxi/damaged/1/{artifact}"));
    factory.end().await;
}

#[tokio::test]
async fn labels_by_http_lie_where_trainings_look() {
    let factory = factory_of_two(&[]).await;
    let csv = "event_id,label\nr-1,12.5\nr-2,7\n";
    let put = async |body: &'static str| {
        factory.http.send(Method::PUT, "/models/taxi/ground-truth", Some("text/csv"), body).await
    };
    assert_eq!(put(csv).await.ok(), json!({"exchanges": 2, "labels": 2}));
    assert_eq!(put(csv).await.ok(), json!({"exchanges": 2, "labels": 2}));
    let keys = factory.keys("ground-truth/taxi/").await;
    let [key] = keys.as_slice() else { panic!("{keys:?}") };
    let lines = String::from_utf8(factory.get(key).await.into()).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["groundTruthData"], json!({"data": "12.5", "encoding": "CSV"}));
    assert_eq!(put("event_id,label\nr-1,far\n").await.status.as_u16(), 422);
    assert_eq!(factory.keys("ground-truth/taxi/").await.len(), 1);
    factory.end().await;
}
