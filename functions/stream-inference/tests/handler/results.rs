//! What is answered, where it is stored, and that twice is once.

use serde_json::{Value, json};

use crate::world::{World, batch, change, message, record, row};

#[tokio::test]
async fn a_batch_of_a_queue_is_answered_stored_and_sent() {
    let world = World::new().await;
    let named = json!({"id": 7, "model": "bank@1", "inputs": {"balance": 1.5, "job": null}});
    let failed =
        world.handle(&batch([message("a", &row(90.0)), message("b", &named.to_string())])).await;
    assert!(failed.is_empty(), "{failed:?}");
    let stored = world.stored("stream/").await;
    let [(key, lines)] = &stored.into_iter().collect::<Vec<_>>()[..] else { panic!("one file") };
    assert!(key.starts_with("stream/bank/2026/03/01/08/") && key.ends_with(".jsonl"), "{key}");
    assert_eq!(lines, &world.results.told(), "the queue is told the same");
    let [first, second] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&first["id"], &first["record"]), (&json!("a"), &json!("a")));
    assert_eq!(first["predict"], "yes");
    assert_eq!(first["variant"], "champion");
    assert_eq!(first["source"], "arn:aws:sqs:us-east-1:000000000000:records");
    assert_eq!(first["time"], "2026-03-01T08:30:00Z");
    let probability = |line: &Value, class: &str| line["probabilities"][class].as_f64().unwrap();
    assert!((probability(first, "yes") + probability(first, "no") - 1.0).abs() < 1e-9);
    assert!(probability(first, "yes") > 0.5);
    assert_eq!((&second["id"], &second["record"]), (&json!("7"), &json!("b")));
    assert_eq!((&second["predict"], &second["variant"]), (&json!("no"), &json!("1")));
    assert_eq!((&second["model"], &second["version"]), (&json!("bank"), &json!(1)));
    assert!(second.get("error").is_none());
    assert_eq!(world.metrics.sum("StreamedRows"), 2.0);
}

#[tokio::test]
async fn nan_as_python_writes_it_is_a_missing_value() {
    let world = World::new().await;
    let plain = "{\"balance\": 90.0, \"job\": NaN}";
    let named = "{\"id\": \"NaN\", \"inputs\": {\"balance\": 1.5, \"job\": NaN}}";
    world.handle(&batch([record(1, plain), record(2, named)])).await;
    let told = world.results.told();
    let answers: Vec<_> = told.iter().map(|it| (&it["id"], &it["predict"])).collect();
    assert_eq!(
        answers,
        [(&json!("shardId-000000000000:1"), &json!("yes")), (&json!("NaN"), &json!("no"))]
    );
    let captured = world.captured().await;
    assert_eq!(
        captured[0].capture_data.endpoint_input.data,
        "{\"dataframe_records\":[{\"balance\": 90.0, \"job\": null}]}"
    );
}

#[tokio::test]
async fn the_same_batch_again_changes_nothing() {
    let world = World::new().await;
    let event = batch([record(1, row(10.0)), record(2, row(80.0))]);
    assert!(world.handle(&event).await.is_empty());
    let (results, captures) = (world.stored("stream/").await, world.captured().await);
    assert!(world.handle(&event).await.is_empty());
    assert_eq!(world.stored("stream/").await, results);
    assert_eq!(world.captured().await, captures);
    let ids: Vec<_> = world.results.messages().into_iter().map(|it| (it.group, it.id)).collect();
    assert_eq!(ids[..2], ids[2..], "a FIFO queue drops the second ones");
}

#[tokio::test]
async fn each_record_is_captured_as_a_request_of_its_own() {
    let world = World::new().await;
    let named = json!({"id": "client-7", "inputs": {"balance": 1.5, "job": "admin"}});
    world.handle(&batch([record(1, row(10.0)), record(2, named.to_string())])).await;
    let captured = world.captured().await;
    let ids: Vec<_> = captured
        .iter()
        .map(|line| {
            (line.event_metadata.event_id.as_str(), line.event_metadata.inference_id.as_deref())
        })
        .collect();
    let expected = [("shardId-000000000000:1", None), ("shardId-000000000000:2", Some("client-7"))];
    assert_eq!(ids, expected);
    assert_eq!(
        captured[0].capture_data.endpoint_input.data,
        format!("{{\"dataframe_records\":[{}]}}", row(10.0))
    );
    let output: Value =
        serde_json::from_str(&captured[0].capture_data.endpoint_output.as_ref().unwrap().data)
            .unwrap();
    assert_eq!(output["predictions"][0]["predict"], "no");
    assert_eq!(output["model_version"], "1");
    let keys: Vec<_> =
        world.stored("capture/bank/champion/2026/03/01/08/").await.into_keys().collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
}

#[tokio::test]
async fn sensitive_columns_are_kept_out_of_captures() {
    let world = World::with_capture("[capture]\ndrop = ['job']\n").await;
    world.handle(&batch([record(1, row(10.0))])).await;
    let [line] = &world.captured().await[..] else { panic!("one line") };
    let data = &line.capture_data.endpoint_input.data;
    assert!(data.contains("balance") && !data.contains("admin"), "{data}");
    assert_eq!(line.hidden(), ["job"]);
}

#[tokio::test]
async fn items_of_a_table_are_answered_without_their_keys() {
    let world = World::new().await;
    let image = json!({"pk": {"S": "customer"}, "balance": {"N": "80.5"}, "job": {"S": "admin"}});
    let named = json!({
        "pk": {"S": "customer"},
        "id": {"S": "c-1"},
        "inputs": {"M": {"balance": {"N": "3"}, "job": {"NULL": true}}},
    });
    let failed = world
        .handle(&batch([
            change(1, "INSERT", &image),
            change(2, "MODIFY", &named),
            change(3, "REMOVE", &json!({})),
        ]))
        .await;
    assert!(failed.is_empty(), "{failed:?}");
    assert!(world.letters.messages().is_empty(), "{:?}", world.letters.messages());
    let told: Vec<_> =
        world.results.told().iter().map(|it| (it["id"].clone(), it["predict"].clone())).collect();
    assert_eq!(told, [(json!("change-1"), json!("yes")), (json!("c-1"), json!("no"))]);
}

#[tokio::test]
async fn a_message_may_name_its_model_beside_its_body() {
    let world = World::new().await;
    world.train("other", "").await;
    let mut of_other = message("a", &row(90.0));
    of_other["messageAttributes"]["model"] = json!({"stringValue": "other", "dataType": "String"});
    assert!(world.handle(&batch([of_other, message("b", &row(90.0))])).await.is_empty());
    let models: Vec<_> = world.results.told().iter().map(|it| it["model"].clone()).collect();
    assert_eq!(models, ["other", "bank"], "in the order of the records");
    assert_eq!(world.stored("stream/other/").await.len(), 1);
    assert_eq!(world.stored("stream/bank/").await.len(), 1);
}
