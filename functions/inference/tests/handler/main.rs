//! The handler over ports in memory: what it answers, captures and measures.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod allocations;
mod capture;
mod catalogue;
mod forecasts;
mod images;
mod labels;
mod requests;
mod series;
mod traffic;
mod training;
mod world;

use http::{Method, StatusCode};
use model_factory::events::EventKind;
use model_factory::storage::{WriteObjects, keys};

use std::time::Duration;

use world::{World, row, taxi, version};

#[tokio::test]
async fn what_happens_is_measured_after_the_answer() {
    let world = World::new();
    world.train(2, "").await;
    for id in ["r-1", "r-2"] {
        assert_eq!(world.predict(id, "mine").await.status(), StatusCode::OK);
    }
    let unfit = world.send("r-3", Method::POST, "/v2/models/taxi/infer", &[], "{}").await;
    assert!(unfit.status().is_client_error());
    let unknown = world.send("r-4", Method::GET, "/v2/models/tram", &[], "").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(world.send("r-5", Method::GET, "/v2", &[], "").await.status(), StatusCode::OK);
    assert!(world.metrics.all().is_empty(), "nobody waits for it");

    world.settle().await;
    let sums = ["ColdStart", "Rows", "CacheMisses", "CacheHits", "ClientErrors", "ServerErrors"];
    assert_eq!(sums.map(|name| world.metrics.sum(name)), [1.0, 2.0, 1.0, 2.0, 2.0, 0.0]);
    let all = world.metrics.all();
    assert_eq!(all[0].dimension("function_name"), Some("taxi-inference"));
    assert_eq!(all[0].values("ColdStart"), [1.0]);
    let of_model = |name| {
        let of_taxi = all.iter().filter(|it| it.dimension("model") == Some("taxi"));
        of_taxi
            .filter(|it| it.dimension("variant") == Some("champion"))
            .map(move |it| it.values(name).len())
            .sum::<usize>()
    };
    assert_eq!((of_model("Latency"), of_model("ClientErrors")), (3, 1));
    assert_eq!(all.len(), 5, "what is neither a prediction nor a failure is not measured");
}

#[tokio::test]
async fn a_damaged_successor_costs_no_answer_and_is_told_once() {
    let world = World::new();
    world.train(2, "").await;
    world.predict("r-1", "a").await;
    let second = world.train(3, "").await;
    let key = keys::artifact(&taxi(), &second.sha256);
    world.objects.put(&key, "", "damaged".into()).await.unwrap();
    for request in 0..5 {
        world.advance(Duration::from_secs(10));
        let response = world.predict(&format!("s-{request}"), "a").await;
        assert_eq!((response.status(), version(&response)), (StatusCode::OK, 1));
        world.settle().await;
    }
    let [event] = world.events.published().try_into().unwrap();
    assert_eq!(event.kind, EventKind::ArtifactDamaged);
    assert_eq!((&event.data["model"], &event.data["version"]), (&"taxi".into(), &2.into()));
}

#[tokio::test]
async fn a_body_that_names_its_request_is_captured_by_that_name() {
    let world = World::new();
    world.train(2, "").await;
    let body = row(1.5, "centre").replacen('{', r#"{"id":"order-7","#, 1);
    world.send("r-1", Method::POST, "/v2/models/taxi/infer", &[], body).await;
    world.settle().await;
    let [(_, line)] = world.captured().await.try_into().unwrap();
    assert_eq!(line.event_metadata.inference_id.as_deref(), Some("order-7"));
}
