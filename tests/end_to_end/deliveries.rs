//! Events that come twice, at once, out of order, or too late.

use serde_json::{Value, json};

use crate::support::{Factory, Season, TRAINING_TRIGGER, rides};

const KEY: &str = "datasets/taxi/rides.csv";

/// The event of an upload, as EventBridge hands it over.
fn object_created(key: &str, etag: &str) -> Value {
    json!({
        "detail-type": "Object Created",
        "source": "aws.s3",
        "detail": {
            "bucket": {"name": "model-factory"},
            "object": {"key": key, "etag": etag, "sequencer": etag},
        },
    })
}

fn data(seed: u64) -> String {
    rides(120, Season::Usual, seed).csv()
}

async fn versions(factory: &Factory) -> usize {
    factory.versions("taxi").await.len()
}

#[tokio::test]
async fn an_event_that_comes_again_trains_once() {
    let factory = Factory::start_by_hand().await;
    let event = object_created(KEY, &factory.put(KEY, data(1)).await);
    let first = factory.invoke(TRAINING_TRIGGER, &event).await.expect("trained");
    assert_eq!(first["runs"][0]["version"], 1);
    let again = factory.invoke(TRAINING_TRIGGER, &event).await.expect("answered");
    assert_eq!(again, first);
    assert_eq!(versions(&factory).await, 1);
    factory.end().await;
}

#[tokio::test]
async fn an_event_that_comes_several_times_at_once_trains_once() {
    let factory = Factory::start_by_hand().await;
    let event = object_created(KEY, &factory.put(KEY, data(1)).await);
    let deliver = || factory.invoke(TRAINING_TRIGGER, &event);
    let answers = tokio::join!(deliver(), deliver(), deliver(), deliver());
    let expected = factory.invoke(TRAINING_TRIGGER, &event).await.expect("answered");
    let mut done = 0;
    for answer in <[_; 4]>::from(answers) {
        match answer {
            Ok(report) => {
                assert_eq!(report, expected);
                done += 1;
            }
            Err(error) => assert_eq!(error.error_type, "Retryable", "{error}"),
        }
    }
    assert!(done > 0);
    assert_eq!(versions(&factory).await, 1);
    factory.end().await;
}

#[tokio::test]
async fn a_wish_that_is_published_twice_trains_once() {
    let factory = Factory::start().await;
    factory.train("taxi", "rides.csv", data(1)).await;
    for _ in 0..2 {
        let data = json!({"model": "taxi", "reason": "new fares"});
        factory.publish("Retrain Requested", "fares-1", data).await;
    }
    factory.idle().await;
    assert_eq!(versions(&factory).await, 2);
    factory.publish("Retrain Requested", "fares-2", json!({"model": "taxi"})).await;
    factory.idle().await;
    assert_eq!(versions(&factory).await, 3);
    assert_eq!(factory.champion("taxi").await, Some(1), "the same data makes no better model");
    factory.end().await;
}

#[tokio::test]
async fn a_version_that_waits_for_approval_is_told_and_makes_nothing_young() {
    let factory = Factory::start().await;
    let spec = "[gate]\napproval = 'manual'\n[training]\nmin_age = '2d'\n";
    factory.put("models/taxi/model.toml", spec).await;
    let run = factory.train("taxi", "rides.csv", data(1)).await;
    assert_eq!((&run["promoted"], &run["awaits_approval"]), (&json!(false), &json!(true)));
    let asked = factory.published("Approval Requested", "taxi");
    let [event] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(event["data"]["version"], 1);
    assert_eq!(factory.champion("taxi").await, None);
    // Nobody approved it: there is no champion that is too young.
    let run = factory.train("taxi", "more.csv", data(2)).await;
    assert_eq!((&run["outcome"], &run["version"]), (&json!("registered"), &json!(2)), "{run}");
    assert_eq!(factory.published("Training Skipped", "taxi"), Vec::<Value>::new());
    factory.end().await;
}

#[tokio::test]
async fn an_event_of_content_that_was_replaced_is_superseded() {
    let factory = Factory::start_by_hand().await;
    let old = object_created(KEY, &factory.put(KEY, data(1)).await);
    let new = object_created(KEY, &factory.put(KEY, data(2)).await);
    let answer = factory.invoke(TRAINING_TRIGGER, &new).await.expect("trained");
    assert_eq!(answer["runs"][0]["version"], 1);
    let answer = factory.invoke(TRAINING_TRIGGER, &old).await.expect("answered");
    assert_eq!(answer["runs"][0]["outcome"], "superseded");
    assert_eq!(versions(&factory).await, 1);
    let outcomes: Vec<_> =
        factory.runs("taxi").await.iter().map(|run| run["outcome"].clone()).collect();
    assert_eq!(outcomes, ["registered", "superseded"]);
    factory.end().await;
}

#[tokio::test]
async fn an_object_that_is_deleted_before_it_is_read_is_told() {
    let factory = Factory::start_by_hand().await;
    let etag = factory.put(KEY, data(1)).await;
    factory.delete(KEY).await;
    let answer = factory.invoke(TRAINING_TRIGGER, &object_created(KEY, &etag)).await;
    let run = answer.expect("answered")["runs"][0].clone();
    assert_eq!((&run["outcome"], &run["quarantine"]), (&json!("rejected"), &Value::Null));
    let reason = format!("`{KEY}` was deleted before it was read: upload it again");
    assert_eq!(run["reasons"], json!([reason]));
    let key = format!("quarantine/taxi/{}-rides.csv.reason.json", &etag[..12]);
    let told = factory.get_json(&key).await;
    assert_eq!(told["reasons"], json!([{"code": "deleted", "message": reason}]));
    factory.idle().await;
    let [event] = factory.published("Dataset Rejected", "taxi").try_into().expect("one event");
    assert_eq!(event["data"]["quarantine"], Value::Null);
    assert_eq!(versions(&factory).await, 0);
    factory.end().await;
}

#[tokio::test]
async fn objects_with_awkward_keys_train() {
    let factory = Factory::start().await;
    let keys = [
        ("spaces", "datasets/spaces/my rides  of march.csv"),
        ("plus", "datasets/plus/1+1+2.csv"),
        ("percent", "datasets/percent/100%/%20%2F%.csv"),
        ("unicode", "datasets/unicode/März/乗車 🚕.csv"),
        ("marks", "datasets/marks/a&b=c;d?e#f'g\"h\\i<j>.csv"),
        ("dots", "datasets/dots/../..//x/.csv"),
    ];
    for (_, key) in keys {
        factory.put(key, data(1)).await;
    }
    factory.idle().await;
    for (model, key) in keys {
        let versions = factory.versions(model).await;
        let [version] = versions.as_slice() else { panic!("{key}: {versions:?}") };
        assert_eq!(version.dataset, key);
        assert_eq!(factory.champion(model).await, Some(1), "{key}");
    }
    factory.end().await;
}
