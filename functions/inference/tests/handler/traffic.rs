//! Canaries and shadows.

use std::time::Duration;

use http::Method;
use model_factory::name::Reference;
use tokio::time::timeout;

use crate::world::{World, json_of, row, soon, version};

#[tokio::test]
async fn a_canary_answers_its_share_by_the_clients_ids() {
    let world = World::new();
    world.train(2, "").await;
    world.register(5, "", false).await;
    world.share(Some((2, 30)), None).await;
    let mut canary = 0;
    for client in 0..100 {
        let client = format!("client-{client}");
        let first = version(&world.predict(&format!("a-{client}"), &client).await);
        let again = version(&world.predict(&format!("b-{client}"), &client).await);
        assert_eq!(first, again, "a client meets one version");
        canary += usize::from(first == 2);
    }
    assert!((15..=45).contains(&canary), "{canary} of 100");
    world.settle().await;
    let captured = world.captured().await;
    for (folder, line) in &captured {
        let origin = line.model_factory.as_ref().unwrap();
        let variant = if origin.version.number() == 2 { "challenger" } else { "champion" };
        assert_eq!(origin.variant.to_string(), variant);
        assert_eq!(*folder, format!("capture/taxi/{variant}/2026/03/01/10"));
    }
    let of_canary = captured.iter().filter(|(folder, _)| folder.contains("challenger")).count();
    assert!(of_canary > 0 && of_canary <= 2 * canary);
    let measured = world.metrics.all();
    let measured = measured.iter().filter(|it| it.dimension("variant") == Some("challenger"));
    assert_eq!(measured.count(), 2 * canary);
}

#[tokio::test]
async fn the_id_of_a_body_decides_too() {
    let world = World::new();
    world.train(2, "").await;
    world.register(5, "", false).await;
    world.share(Some((2, 50)), None).await;
    for client in 0..10 {
        let client = format!("client-{client}");
        let by_header = version(&world.predict(&format!("a-{client}"), &client).await);
        let body = row(7.5, "harbour").replacen('{', &format!(r#"{{"id":"{client}","#), 1);
        let path = "/v2/models/taxi/infer";
        let by_body = world.send(&format!("b-{client}"), Method::POST, path, &[], body).await;
        assert_eq!(by_header, version(&by_body));
    }
}

#[tokio::test]
async fn a_shadows_answer_is_captured_and_nobodys() {
    let world = World::new();
    world.train(2, "").await;
    world.register(5, "", false).await;
    world.share(None, Some(2)).await;
    let response = world.predict("r-1", "mine").await;
    assert_eq!(version(&response), 1);
    assert!(world.captured().await.is_empty());
    let asked = world.objects.reads("artifacts/");
    world.settle().await;
    assert_eq!(
        world.objects.reads("artifacts/"),
        asked + 1,
        "the shadow is loaded after the answer"
    );

    let [(_, own), (folder, shadow)] = world.captured().await.try_into().unwrap();
    assert_eq!(folder, "capture/taxi/shadow/2026/03/01/10");
    assert_eq!(own.event_metadata, shadow.event_metadata, "the same event");
    let origins = [&own, &shadow].map(|line| line.model_factory.clone().unwrap());
    assert_eq!(origins[0].variant, Reference::default());
    assert_eq!(origins[1].variant.to_string(), "shadow");
    assert_eq!(origins.map(|origin| origin.version.number()), [1, 2]);
    let answer = |line: &model_factory::capture::CaptureLine| {
        let output = line.capture_data.endpoint_output.as_ref().unwrap();
        serde_json::from_str::<serde_json::Value>(&output.data).unwrap()
    };
    assert_eq!(answer(&own), json_of(&response));
    assert_ne!(answer(&shadow)["outputs"], answer(&own)["outputs"]);
    assert_eq!(answer(&shadow)["model_version"], "2");
    assert_eq!(world.metrics.sum("ShadowErrors"), 0.0);
}

#[tokio::test]
async fn a_shadow_that_cannot_answer_is_counted() {
    let world = World::new();
    world.train(2, "").await;
    let second = world.register(5, "", false).await;
    world.share(None, Some(2)).await;
    let key = model_factory::storage::keys::artifact(&crate::world::taxi(), &second.sha256);
    world.objects.delete(&key);
    for request in ["r-1", "r-2"] {
        assert_eq!(version(&world.predict(request, "mine").await), 1);
        world.settle().await;
    }
    assert_eq!(world.captured().await.len(), 2);
    assert_eq!(world.metrics.sum("ShadowErrors"), 2.0);
    assert_eq!(world.events.published().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_shadow_that_takes_long_costs_no_capture_and_not_the_invocation() {
    let world = World::new();
    world.train(2, "").await;
    world.register(5, "", false).await;
    world.share(None, Some(2)).await;
    assert_eq!(version(&world.predict("r-1", "mine").await), 1);
    world.leave_readers_waiting();

    let mut settling = Box::pin(world.inference.settle(soon(Duration::from_secs(5))));
    assert!(timeout(Duration::from_secs(3), &mut settling).await.is_err(), "the shadow is loading");
    let [(folder, _)] = world.captured().await.try_into().unwrap();
    assert_eq!(folder, "capture/taxi/champion/2026/03/01/10", "and the client's answer is kept");
    assert!(timeout(Duration::from_secs(2), settling).await.is_ok(), "time is left for writing");
    assert_eq!(
        (world.metrics.sum("ShadowErrors"), world.metrics.sum("CaptureFailures")),
        (1.0, 0.0)
    );

    world.objects.mend();
    world.predict("r-2", "mine").await;
    world.settle().await;
    assert_eq!(world.captured().await.len(), 3, "the next one is captured twice again");
}

#[tokio::test(start_paused = true)]
async fn a_successor_that_takes_long_costs_no_capture() {
    let world = World::new();
    world.train(2, "").await;
    world.predict("r-1", "mine").await;
    world.settle().await;
    world.train(5, "").await;
    world.advance(Duration::from_secs(10));
    world.leave_readers_waiting();
    assert_eq!(version(&world.predict("r-2", "mine").await), 1, "the old model answers");
    world.inference.settle(soon(Duration::from_secs(5))).await;
    assert_eq!(world.captured().await.len(), 2);
    world.objects.mend();
    assert_eq!(version(&world.predict("r-3", "mine").await), 1);
    world.settle().await;
    assert_eq!(version(&world.predict("r-4", "mine").await), 2);
}
