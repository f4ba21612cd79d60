//! Faults of the world: what is delivered again, and that order is kept.

use serde_json::{Value, json};

use crate::world::{World, batch, grouped, message, record, row};

fn of_other(balance: f64) -> String {
    json!({"model": "other", "inputs": {"balance": balance, "job": "admin"}}).to_string()
}

async fn world_of_two_models() -> World {
    let world = World::new().await;
    world.train("other", "").await;
    world.break_down("artifacts/other/");
    world
}

fn ids(world: &World) -> Vec<Value> {
    world.results.told().iter().map(|it| it["record"].clone()).collect()
}

#[tokio::test]
async fn a_stream_is_read_on_from_its_first_failure() {
    let world = world_of_two_models().await;
    let records = [
        record(1, row(1.0)),
        record(2, "nonsense"),
        record(3, of_other(1.0)),
        record(4, row(99.0)),
        record(5, "nonsense"),
    ];
    assert_eq!(world.handle(&batch(records.clone())).await, ["3"]);
    assert_eq!(ids(&world), ["shardId-000000000000:1"], "nothing overtakes the failure");
    assert_eq!(world.letters.messages().len(), 1, "what is read again is a letter only then");
    world.objects.mend();
    assert!(world.handle(&batch(records.into_iter().skip(2))).await.is_empty());
    let expected = [1, 3, 4].map(|number| json!(format!("shardId-000000000000:{number}")));
    assert_eq!(ids(&world), expected);
    assert_eq!(world.letters.messages().len(), 2);
}

#[tokio::test]
async fn of_a_queue_only_what_failed_comes_again() {
    let world = world_of_two_models().await;
    let event =
        batch([message("a", &row(1.0)), message("b", &of_other(1.0)), message("c", &row(99.0))]);
    assert_eq!(world.handle(&event).await, ["b"]);
    assert_eq!(ids(&world), ["a", "c"]);
}

#[tokio::test]
async fn of_a_group_what_follows_a_failure_waits_with_it() {
    let world = world_of_two_models().await;
    let event = batch([
        grouped("a1", "a", &row(1.0)),
        grouped("a2", "a", &of_other(1.0)),
        grouped("b1", "b", &row(1.0)),
        grouped("a3", "a", &row(1.0)),
        grouped("b2", "b", &row(1.0)),
    ]);
    assert_eq!(world.handle(&event).await, ["a2", "a3"]);
    assert_eq!(ids(&world), ["a1", "b1", "b2"]);
}

#[tokio::test]
async fn nothing_is_done_that_is_not_stored() {
    for prefix in ["stream/", "capture/"] {
        let world = World::new().await;
        world.break_down(prefix);
        let event = batch([message("a", &row(1.0)), message("b", "nonsense")]);
        assert_eq!(world.handle(&event).await, ["a"], "{prefix}");
        assert!(world.results.told().is_empty(), "{prefix}");
        assert_eq!(world.letters.messages().len(), 1, "{prefix}");
    }
}

#[tokio::test]
async fn answers_that_cannot_be_sent_come_again() {
    let world = World::new().await;
    world.results.take_only(Some(1));
    let records = [1, 2, 3].map(|number| record(number, row(1.0)));
    assert_eq!(world.handle(&batch(records.clone())).await, ["2"]);
    world.results.take_only(None);
    assert!(world.handle(&batch(records.into_iter().skip(1))).await.is_empty());
    assert_eq!(ids(&world).len(), 3);
}

#[tokio::test]
async fn other_events_are_refused() {
    let world = World::new().await;
    assert!(world.handle(&json!({"Records": []})).await.is_empty());
    let deadline = std::time::Instant::now();
    for event in [json!({}), json!({"Records": [{"eventSource": "aws:s3"}]})] {
        let error = world.refusal(&event, deadline).await;
        assert_eq!(error, "InvalidEvent", "{event}");
    }
}
