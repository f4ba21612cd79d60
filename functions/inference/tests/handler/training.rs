//! Trainings that are asked for by HTTP.

use std::time::Duration;

use http::{Method, Response};
use model_factory::events::EventKind;
use model_factory::storage::{ReadObjects, WriteObjects};
use serde_json::{Value, json};

use super::world::World;

const TRAIN: &str = "/models/taxi/train";

impl World {
    async fn ask(&self, body: &Value) -> (u16, Value) {
        told(&self.send("r", Method::POST, TRAIN, &[], body.to_string()).await)
    }

    async fn status(&self, run: &str) -> Value {
        let path = format!("/models/taxi/runs/{run}");
        told(&self.send("r", Method::GET, &path, &[], "").await).1["status"].clone()
    }
}

fn told(response: &Response<bytes::Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[tokio::test]
async fn a_training_is_asked_for_once_at_a_time_and_told_of() {
    let world = World::new();
    world.train(2, "").await;
    let (status, accepted) = world.ask(&json!({"force": true, "reason": "new stock"})).await;
    assert_eq!(status, 202, "{accepted}");
    let [event] = world.events.published().try_into().unwrap();
    assert_eq!(event.kind, EventKind::RetrainRequested);
    assert_eq!(event.data["reason"], "new stock");
    let run = accepted["run"].as_str().unwrap();
    let expected = model_factory::events::run_of_event(&"taxi".parse().unwrap(), &event.id);
    assert_eq!(run, expected, "the run that the event sets off");
    assert_eq!(accepted["location"], format!("/models/taxi/runs/{run}"));
    assert_eq!(world.status(run).await, "queued");
    assert_eq!(world.ask(&json!({"force": true})).await.0, 409);

    let record = json!({"run": run, "outcome": "registered", "version": 2}).to_string();
    let key = format!("runs/taxi/{run}/run.json");
    world.objects.put(&key, "", record.into()).await.unwrap();
    assert_eq!(world.status(run).await, "succeeded");
    let (status, next) = world.ask(&json!({"force": true})).await;
    assert_eq!(status, 202);
    assert_ne!(next["run"], run, "another event, another run");
}

#[tokio::test]
async fn a_young_champion_is_not_trained_again_unless_forced() {
    let world = World::new();
    world.train(2, "").await;
    let (status, problem) = world.ask(&json!({})).await;
    assert_eq!(status, 429);
    assert!(problem["detail"].as_str().unwrap().contains("version 1"), "{problem}");
    world.advance(Duration::from_secs(2 * 24 * 60 * 60));
    assert_eq!(world.ask(&json!({})).await.0, 202);
    // A run that never ends does not stand in the way for ever.
    assert_eq!(world.ask(&json!({})).await.0, 409);
    world.advance(Duration::from_secs(60 * 60));
    assert_eq!(world.ask(&json!({})).await.0, 202);

    let patient = World::new();
    patient.train(2, "[training]\nmin_age = '1h'").await;
    patient.advance(Duration::from_secs(60 * 60));
    assert_eq!(patient.ask(&json!({})).await.0, 202);
    for (body, status) in [(json!({"froce": true}), 400), (json!({"dataset": "x"}), 422)] {
        assert_eq!(patient.ask(&body).await.0, status, "{body}");
    }
}

#[tokio::test]
async fn a_model_of_rows_forecasts_nothing() {
    let world = World::new();
    world.train(2, "").await;
    let forecast = world.send("r", Method::POST, "/models/taxi/forecast", &[], "{}").await;
    let (status, problem) = told(&forecast);
    assert_eq!(status, 422);
    assert!(problem["detail"].as_str().unwrap().contains("answers for rows"), "{problem}");
    let store = world.send("r", Method::POST, "/forecast", &[], "{\"store_number\": 1}").await;
    assert_eq!(told(&store).0, 404);
    let models = world.send("r", Method::GET, "/models", &[], "").await;
    assert_eq!(told(&models).1["models"][0]["name"], "taxi");
}

#[tokio::test]
async fn a_stack_where_trainings_are_not_asked_for_by_http_says_so() {
    let world = World::of_stack(false, None);
    world.train(2, "").await;
    for (method, path) in [
        (Method::POST, TRAIN),
        (Method::POST, "/train"),
        (Method::GET, "/models/taxi/runs/0123456789abcdef"),
        (Method::GET, "/jobs/taxi.0123456789abcdef"),
    ] {
        let (status, problem) = told(&world.send("r", method, path, &[], "{}").await);
        assert_eq!((status, &problem["error_code"]), (403, &"PERMISSION_DENIED".into()), "{path}");
        assert!(problem["detail"].as_str().unwrap().contains("TrainingByApi=yes"), "{problem}");
    }
    assert!(world.events.published().is_empty());
    assert_eq!(world.objects.list("runs/").await.unwrap(), []);
    assert_eq!(world.predict("r", "mine").await.status(), 200);
}
