//! What there is to ask, and whether it can answer.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{Method, StatusCode};
use model_factory::storage::{WriteObjects, keys};
use serde_json::json;

use crate::world::{World, json_of, row, taxi, version};

const INDEX: &str = "/v2/repository/index";

#[tokio::test]
async fn the_index_tells_which_versions_cannot_answer() {
    let world = World::new();
    world.train(2, "").await;
    let damaged = world.register(3, "", false).await;
    let gone = world.register(4, "", false).await;
    let key = keys::artifact(&taxi(), &damaged.sha256);
    world.objects.put(&key, "", "damaged".into()).await.unwrap();
    world.objects.delete(&keys::artifact(&taxi(), &gone.sha256));
    let path = "/v2/models/taxi/versions/2/ready";
    let unready = world.send("r-1", Method::GET, path, &[], "").await;
    assert_eq!(unready.status(), StatusCode::SERVICE_UNAVAILABLE);

    let entry = |version: &str, state: &str, reason: &str| json!({"name": "taxi", "version": version, "state": state, "reason": reason});
    let ready = entry("1", "READY", "");
    let all = world.send("r-2", Method::POST, INDEX, &[], "").await;
    assert_eq!(
        json_of(&all),
        json!([
            ready,
            entry("2", "UNAVAILABLE", "its artifact is damaged"),
            entry("3", "UNAVAILABLE", "its artifact is gone"),
        ])
    );
    let some = world.send("r-3", Method::POST, INDEX, &[], r#"{"ready": true}"#).await;
    assert_eq!(json_of(&some), json!([ready]));
}

/// As SageMaker asks a container.
#[tokio::test]
async fn without_a_name_the_model_is_pinged_that_answers_without_one() {
    let ping = async |world: &World| world.send("r", Method::GET, "/ping", &[], "").await;
    let world = World::new();
    assert_eq!(ping(&world).await.status(), StatusCode::NOT_FOUND, "no model");
    world.train(2, "").await;
    let pong = ping(&world).await;
    assert_eq!((pong.status(), version(&pong)), (StatusCode::OK, 1));
    world.register_data("tram", &series(), "target = 'time'", true).await;
    let pong = ping(&world).await;
    assert_eq!(pong.status(), StatusCode::OK, "each by its name");
    assert!(!pong.headers().contains_key("x-model-version"));

    let world = World::of_stack(false, Some(taxi()));
    world.register_data("tram", &series(), "target = 'time'", true).await;
    assert_eq!(ping(&world).await.status(), StatusCode::NOT_FOUND, "another one is set");
    let set = world.register(2, "", true).await;
    world.objects.delete(&keys::artifact(&taxi(), &set.sha256));
    assert_eq!(ping(&world).await.status(), StatusCode::SERVICE_UNAVAILABLE, "no artifact");
}

fn series() -> String {
    let rows: String = (0..60).map(|row| format!("{row}.5,{row}\n")).collect();
    format!("dist,time\n{rows}")
}

#[tokio::test]
async fn each_model_is_pinged_by_its_path() {
    let world = World::new();
    let first = world.train(2, "").await;
    let get = async |path: &str| world.send("r", Method::GET, path, &[], "").await;
    for path in ["/models/taxi/ping", "/models/taxi/health", "/models/taxi/versions/1/ping"] {
        let pong = get(path).await;
        assert_eq!((pong.status(), version(&pong)), (StatusCode::OK, 1), "{path}");
        assert_eq!(pong.body(), "\n", "{path}");
    }
    let server = get("/version").await;
    let told = get("/models/taxi/versions/champion/version").await;
    assert_eq!((told.status(), told.body()), (StatusCode::OK, server.body()));
    for path in ["/models/tram/ping", "/models/taxi/versions/7/health", "/models/tram/version"] {
        assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }

    let world = World::new();
    world.train(2, "").await;
    world.objects.delete(&keys::artifact(&taxi(), &first.sha256));
    let silent = world.send("r", Method::GET, "/models/taxi/ping", &[], "").await;
    assert_eq!(silent.status(), StatusCode::SERVICE_UNAVAILABLE);
}

/// A damaged artifact is read again after a minute.
#[tokio::test]
async fn who_asks_for_a_damaged_model_is_told_when_to_come_back() {
    let world = World::new();
    let trained = world.train(2, "").await;
    world.objects.delete(&keys::artifact(&taxi(), &trained.sha256));
    for (seconds, after) in [(0, "60"), (20, "40"), (39, "1"), (2, "60")] {
        world.advance(Duration::from_secs(seconds));
        let refused = world.predict("r", "a").await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.headers()[RETRY_AFTER], after, "{seconds} seconds later");
        assert_eq!(json_of(&refused)["detail"], "model `taxi` cannot be loaded");
    }
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let world = World::new();
    world.train(2, "").await;
    for path in ["/v2", "/v2/models/taxi", "/ping", "/models", "/openapi.yaml", "/v2/models/tram"] {
        let get = world.send("r", Method::GET, path, &[], "").await;
        let head = world.send("r", Method::HEAD, path, &[], "").await;
        assert_eq!((head.status(), head.headers()), (get.status(), get.headers()), "{path}");
        assert!(head.body().is_empty() && !get.body().is_empty(), "{path}");
    }
    let post = "/v2/models/taxi/infer";
    let refused = world.send("r", Method::HEAD, post, &[], row(1.5, "centre")).await;
    assert_eq!(refused.headers()["allow"], "POST");
    let refused = world.send("r", Method::DELETE, "/v2", &[], "").await;
    assert_eq!(refused.headers()["allow"], "GET, HEAD");
}
