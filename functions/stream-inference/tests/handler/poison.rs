//! Records that cannot be answered: told apart, kept, and no hindrance.

use serde_json::{Value, json};

use crate::world::{World, batch, change, message, record, row};

#[tokio::test]
async fn what_cannot_be_answered_is_a_dead_letter_with_its_reason() {
    let world = World::new().await;
    let deep =
        format!("{{\"balance\": {}1{}, \"job\": \"admin\"}}", "[".repeat(60), "]".repeat(60));
    let bodies = [
        "nonsense".to_owned(),
        "[1, 2]".to_owned(),
        json!({"job": "admin"}).to_string(),
        json!({"balance": "much", "job": "admin"}).to_string(),
        json!({"balance": 1.0, "jbo": "admin"}).to_string(),
        json!({"model": "nobody", "inputs": {"balance": 1.0}}).to_string(),
        json!({"model": "No!", "inputs": {"balance": 1.0}}).to_string(),
        json!({"id": [], "inputs": {"balance": 1.0}}).to_string(),
        deep,
        json!({"balance": null, "job": "admin"}).to_string(),
        json!({"id": "i".repeat(257), "inputs": {"balance": 1.0}}).to_string(),
        String::new(),
        "{\"balance\": Infinity, \"job\": \"admin\"}".to_owned(),
    ];
    let good = [message("first", &row(1.0)), message("last", &row(99.0))];
    let bad = bodies.iter().enumerate().map(|(place, body)| message(&place.to_string(), body));
    let [first, last] = good;
    let event = batch([first].into_iter().chain(bad).chain([last]));
    assert!(world.handle(&event).await.is_empty(), "nothing is delivered again");
    let ids: Vec<_> = world.results.told().iter().map(|it| it["id"].clone()).collect();
    assert_eq!(ids, ["first", "last"]);
    let letters = world.letters.messages();
    let expected = [
        "the record is no JSON",
        "the record is JSON, but no object",
        "input `balance`: missing",
        "input `balance`",
        "input `jbo`: not an input of the model",
        "model `nobody` has no version or alias `champion`",
        "the record names the model `No!`",
        "the record's `id` is no text",
        "nests",
        "input `balance`: missing",
        "the record's `id` has 257 bytes, of 256 allowed",
        "the record is no JSON",
        "the record has Infinity at line 1 column 13, which is no number in JSON",
    ];
    assert_eq!(letters.len(), expected.len());
    for ((letter, expected), body) in letters.iter().zip(expected).zip(&bodies) {
        let reason = &letter.attributes["reason"];
        assert!(reason.contains(expected), "`{reason}` does not tell `{expected}`");
        let told = if body.is_empty() { "-" } else { body };
        assert_eq!(letter.body, told, "the record can be sent again as it was");
        assert_eq!(letter.attributes["source"], "arn:aws:sqs:us-east-1:000000000000:records");
    }
    assert_eq!(letters[11].attributes["encoding"], "empty");
}

#[tokio::test]
async fn a_row_for_a_model_of_series_holds_up_no_shard() {
    let world = World::new().await;
    world.train_series("sales").await;
    let sales = json!({"model": "sales", "inputs": {"date": "2026-02-01"}}).to_string();
    let event = batch([record(1, row(1.0)), record(2, sales), record(3, row(99.0))]);
    assert!(world.handle(&event).await.is_empty(), "nothing is delivered again");
    assert_eq!(world.results.told().len(), 2);
    let reason = &world.letters.messages()[0].attributes["reason"];
    assert!(reason.contains("forecasts series, and has no answer for rows"), "{reason}");
}

#[tokio::test]
async fn what_is_no_text_for_a_queue_is_encoded() {
    let world = World::new().await;
    let control = "{\"balance\": 1\u{1}}";
    let event = batch([record(1, [0xff, 0xfe]), record(2, control), record(3, row(1.0))]);
    assert!(world.handle(&event).await.is_empty());
    let told: Vec<_> = world
        .letters
        .messages()
        .into_iter()
        .map(|it| (it.body, it.attributes["encoding"].clone(), it.attributes["record"].clone()))
        .collect();
    assert_eq!(told[0].0, "//4=");
    assert!(told.iter().all(|(_, encoding, _)| encoding == "base64"), "{told:?}");
    assert_eq!(told[1].2, "shardId-000000000000:2");
    assert_eq!(world.results.told().len(), 1, "the shard goes on");
}

#[tokio::test]
async fn a_record_too_large_for_a_letter_is_kept_in_the_bucket() {
    let world = World::new().await;
    let large = format!("\"{}\"", "x".repeat(300_000));
    assert!(world.handle(&batch([record(1, &large)])).await.is_empty());
    let [letter] = &world.letters.messages()[..] else { panic!("one letter") };
    assert_eq!(letter.attributes["encoding"], "object");
    let key: Value = serde_json::from_str(&letter.body).unwrap();
    let kept = world.stored(key["object"].as_str().unwrap()).await;
    assert_eq!(kept.into_values().next().unwrap(), [json!("x".repeat(300_000))]);
}

#[tokio::test]
async fn a_stream_of_keys_only_is_told_as_such() {
    let world = World::new().await;
    assert!(world.handle(&batch([change(1, "INSERT", &json!({}))])).await.is_empty());
    let [letter] = &world.letters.messages()[..] else { panic!("one letter") };
    assert!(letter.attributes["reason"].contains("NEW_IMAGE"), "{:?}", letter.attributes);
}

#[tokio::test]
async fn a_letter_that_cannot_be_sent_lets_its_record_come_again() {
    let world = World::new().await;
    world.letters.take_only(Some(1));
    let event = batch(["a", "b", "c"].map(|id| message(id, "nonsense")));
    assert_eq!(world.handle(&event).await, ["b", "c"]);
    world.letters.take_only(None);
    let again = batch(["b", "c"].map(|id| message(id, "nonsense")));
    assert!(world.handle(&again).await.is_empty());
    assert_eq!(world.letters.messages().len(), 3);
}
