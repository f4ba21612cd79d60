//! Processes that die half-way, a stack that stops, and artifacts that are damaged:
//! the registry is valid and old, or valid and new.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use model_factory::registry::ReadRegistry;
use model_factory_local::aws::stack::StackConfig;
use serde_json::Value;
use tokio::sync::Notify;

use crate::support::{
    Factory, INFERENCE, Processes, Program, Rows, Season, TRAINING_TRIGGER, eventually,
    golden_model, in_time, points, rides,
};

const INFER: &str = "/v2/models/taxi/infer";

/// Rides that take some seconds to train on.
fn many_rides() -> String {
    rides(8_000, Season::Usual, 1).csv()
}

/// Calls `act` when a training is half-way: it has candidates behind it and before it.
fn half_way(config: &mut StackConfig, act: impl Fn() + Send + Sync + 'static) {
    config.log_listener = Some(Arc::new(move |line| {
        if line.function == TRAINING_TRIGGER && line.text.contains("trial 2:") {
            act();
        }
    }));
}

async fn version_numbers(factory: &Factory) -> Vec<u64> {
    factory.versions("taxi").await.iter().map(|record| record.version.number()).collect()
}

#[tokio::test]
async fn a_training_that_is_killed_changes_nothing_and_is_made_again() {
    let (armed, killed) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let (trigger, told) = (Arc::clone(&armed), Arc::clone(&killed));
    let factory = Factory::start_with(|config| {
        let processes = Processes::of(config, TRAINING_TRIGGER);
        half_way(config, move || {
            if trigger.swap(false, Ordering::SeqCst) {
                processes.kill_last();
                told.notify_one();
            }
        });
        // Time enough to look before the next attempt ends.
        config.retry_backoff = vec![Duration::from_secs(4); 3];
    })
    .await;
    factory.train("taxi", "few.csv", rides(100, Season::Usual, 2).csv()).await;
    let before = factory.keys("artifacts/").await;

    armed.store(true, Ordering::SeqCst);
    factory.put("datasets/taxi/many.csv", many_rides()).await;
    in_time(killed.notified()).await;
    assert_eq!(version_numbers(&factory).await, [1]);
    assert_eq!(factory.champion("taxi").await, Some(1));
    assert_eq!(factory.keys("artifacts/").await, before);
    let rows = rides(3, Season::Usual, 3);
    let answer = factory.http.post(INFER, &rows.tensors()).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-model-version")), (200, "1"));

    factory.idle().await;
    assert_eq!(version_numbers(&factory).await, [1, 2]);
    assert_eq!(factory.champion("taxi").await, Some(2));
    assert_eq!(factory.runs("taxi").await.len(), 2);
    assert_eq!(factory.processes(TRAINING_TRIGGER).started(), 2);
    let received = factory.published("Dataset Received", "taxi");
    assert_eq!(received.len(), 3, "the second training began twice");
    assert_eq!(received[1]["metadata"]["id"], received[2]["metadata"]["id"]);
    factory.end().await;
}

#[tokio::test]
async fn an_import_that_is_killed_changes_nothing_and_is_made_again() {
    let (armed, killed) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let (trigger, told) = (Arc::clone(&armed), Arc::clone(&killed));
    let factory = Factory::start_with(|config| {
        let processes = Processes::of(config, TRAINING_TRIGGER);
        config.log_listener = Some(Arc::new(move |line| {
            let is_half_way = line.function == TRAINING_TRIGGER
                && line.text.contains("the model to be taken over is read");
            if is_half_way && trigger.swap(false, Ordering::SeqCst) {
                processes.kill_last();
                told.notify_one();
            }
        }));
        // Time enough to look before the next attempt ends.
        config.retry_backoff = vec![Duration::from_secs(4); 3];
    })
    .await;
    factory.put("models/points/import/first.csv", points(60, 1)).await;
    factory.put("models/points/import/first.txt", golden_model("lgb-regression.txt")).await;
    factory.idle().await;
    assert_eq!(factory.champion("points").await, Some(1));
    let before = factory.keys("artifacts/").await;

    armed.store(true, Ordering::SeqCst);
    // Rows that take some time to be measured on.
    factory.put("models/points/import/second.csv", points(40_000, 2)).await;
    factory.put("models/points/import/second.json", golden_model("xgb-regression.json")).await;
    in_time(killed.notified()).await;
    let numbers = async || -> Vec<u64> {
        factory.versions("points").await.iter().map(|record| record.version.number()).collect()
    };
    assert_eq!(numbers().await, [1]);
    assert_eq!(factory.champion("points").await, Some(1));
    assert_eq!(factory.keys("artifacts/").await, before);
    assert_eq!(factory.runs("points").await.len(), 1, "the second run has not ended");

    factory.idle().await;
    assert_eq!(numbers().await, [1, 2]);
    let runs = factory.runs("points").await;
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[1]["lineage"]["version"], 2);
    let champion = if runs[1]["promoted"] == true { 2 } else { 1 };
    assert_eq!(factory.champion("points").await, Some(champion));
    assert_eq!(factory.processes(TRAINING_TRIGGER).started(), 2);
    assert_eq!(factory.published("Model Registered", "points").len(), 2, "each is told of once");
    let card = format!("runs/points/{}/model-card.html", runs[1]["run"].as_str().unwrap());
    assert!(factory.get(&card).await.starts_with(b"<!DOCTYPE html>"));
    factory.end().await;
}

#[tokio::test]
async fn a_training_that_a_stop_interrupts_is_made_after_the_start() {
    let half_done = Arc::new(Notify::new());
    let told = Arc::clone(&half_done);
    let factory = Factory::start_with(|config| half_way(config, move || told.notify_one())).await;
    factory.put("datasets/taxi/many.csv", many_rides()).await;
    in_time(half_done.notified()).await;
    assert_eq!(version_numbers(&factory).await, [0_u64; 0]);
    let factory = factory.restart().await;
    factory.idle().await;
    assert_eq!(version_numbers(&factory).await, [1]);
    assert_eq!(factory.champion("taxi").await, Some(1));
    assert_eq!(factory.runs("taxi").await.len(), 1);
    factory.end().await;
}

#[tokio::test]
async fn a_training_that_a_power_cut_interrupts_is_made_after_the_start() {
    let program = Program::new();
    let up = program.up().await;
    let data = program.file("many.csv", many_rides());
    let upload = program.start(&["train", "taxi", &data]);
    let log = program.state().join("logs/training-trigger.log");
    eventually("the training is half-way", async || {
        fs::read_to_string(&log).ok()?.contains("trial 2:").then_some(())
    })
    .await;
    up.kill().await;
    drop(upload);

    let up = program.up().await;
    let model = eventually("the version is registered", async || {
        let done = program.run(&["versions", "taxi", "--output", "json"]).await;
        let model: Value = serde_json::from_str(&done.output).expect("JSON");
        let is_there = model["versions"].as_array().is_some_and(|all| !all.is_empty());
        is_there.then_some(model)
    })
    .await;
    assert_eq!(model["versions"].as_array().map(Vec::len), Some(1), "{model}");
    assert_eq!(model["aliases"][0]["alias"], "champion");
    assert_eq!(model["aliases"][0]["version"], 1);
    up.end().await;
}

#[tokio::test]
async fn all_state_survives_a_restart() {
    let factory = Factory::start().await;
    factory.train("taxi", "rides.csv", rides(100, Season::Usual, 1).csv()).await;
    let rows = rides(3, Season::Usual, 2);
    let before = factory.http.post(INFER, &rows.tensors()).await.ok();
    factory.idle().await;
    let (keys, versions) = (factory.keys("").await, factory.versions("taxi").await);
    assert!(keys.iter().any(|key| key.starts_with("capture/taxi/champion/")), "{keys:?}");
    let history = factory.registry.history(&"taxi".parse().unwrap()).await.unwrap();

    let factory = factory.restart().await;
    assert_eq!(factory.keys("").await, keys);
    assert_eq!(factory.versions("taxi").await, versions);
    assert_eq!(factory.registry.history(&"taxi".parse().unwrap()).await.unwrap(), history);
    assert_eq!(factory.http.post(INFER, &rows.tensors()).await.ok(), before);
    factory.train("taxi", "more.csv", rides(100, Season::Usual, 3).csv()).await;
    assert_eq!(version_numbers(&factory).await, [1, 2]);
    factory.end().await;
}

/// A factory of one inference process, which has answered with version 1; version 2
/// is the champion, but its artifact is damaged. Its key and true content too.
async fn factory_with_a_damaged_champion(rows: &Rows) -> (Factory, String, Vec<u8>) {
    let factory = Factory::start_with_single_processes().await;
    factory.train("taxi", "usual.csv", rides(100, Season::Usual, 1).csv()).await;
    factory.http.post(INFER, &rows.tensors()).await.ok();
    factory.train("taxi", "changed.csv", rides(400, Season::Changed, 2).csv()).await;
    assert_eq!(factory.champion("taxi").await, Some(2));
    let artifact = &factory.versions("taxi").await[1].artifact;
    let key = format!("artifacts/taxi/{artifact}.mfa");
    let content = Vec::from(factory.get(&key).await);
    let mut damaged = content.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    factory.put(&key, damaged).await;
    (factory, key, content)
}

#[tokio::test]
async fn a_damaged_champion_does_not_silence_the_model_before_it() {
    let rows = rides(3, Season::Usual, 3);
    let (factory, key, content) = factory_with_a_damaged_champion(&rows).await;
    let answer = factory.http.post(INFER, &rows.tensors()).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-model-version")), (200, "1"));

    factory.put(&key, content).await;
    let answer = factory.http.post(INFER, &rows.tensors()).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-model-version")), (200, "2"));
    assert_eq!(factory.processes(INFERENCE).started(), 1);
    factory.end().await;
}

#[tokio::test]
async fn a_fresh_process_does_not_answer_with_a_damaged_champion() {
    let rows = rides(3, Season::Usual, 3);
    let (factory, key, content) = factory_with_a_damaged_champion(&rows).await;
    factory.processes(INFERENCE).kill_last();
    let answer = eventually("another process is started", async || {
        let answer = factory.http.post(INFER, &rows.tensors()).await;
        (factory.processes(INFERENCE).started() == 2).then_some(answer)
    })
    .await;
    assert_eq!(answer.status.as_u16(), 503);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.json()["detail"], "model `taxi` cannot be loaded");
    assert_eq!(factory.http.get("/v2/models/taxi/ready").await.status.as_u16(), 503);
    let first = factory.http.post("/v2/models/taxi/versions/1/infer", &rows.tensors()).await;
    assert_eq!((first.status.as_u16(), first.header("x-model-version")), (200, "1"));

    factory.put(&key, content).await;
    let answer = factory.http.post(INFER, &rows.tensors()).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-model-version")), (200, "2"));
    factory.end().await;
}
