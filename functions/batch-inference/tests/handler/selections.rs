//! Many files: by day, by prefix, by schedule.

use std::time::{Duration, Instant};

use batch_inference::identity::run_record;
use batch_inference::manifest::RunRecord;
use batch_inference::report::{Outcome, Status};
use batch_inference::request::{Asked, Selection};
use model_factory::events::EventKind;
use model_factory::storage::WriteObjects;
use serde_json::{Value, json};

use crate::world::{World, taxi};

const RIDES: &str = "dist,zone,late\n1.5,airport,true\n";

async fn with_files() -> World {
    let world = World::with_rides().await;
    for path in ["date=2026-11-23/a.csv", "date=2026-11-24/a.csv", "date=2026-11-24/b.csv"] {
        world.upload(path, RIDES.replace("1.5", &format!("{}.5", path.len()))).await;
    }
    world
        .upload("other-20261124.jsonl", "{\"dist\": 2, \"zone\": \"centre\", \"late\": true}")
        .await;
    world
}

async fn record(world: &World, asked: &Asked) -> RunRecord {
    serde_json::from_slice(&world.bytes(&run_record(asked)).await).unwrap()
}

#[tokio::test]
async fn a_day_is_all_files_that_name_it() {
    let world = with_files().await;
    let asked = Asked::new(taxi(), Selection::Date("2026-11-24".parse().unwrap()));
    let batches = world.handle(&json!(asked)).await.unwrap();
    let files: Vec<&str> =
        batches[0].files.iter().map(|file| file.key.rsplit('/').next().unwrap()).collect();
    assert_eq!(files, ["a.csv", "b.csv", "other-20261124.jsonl"]);
    assert_eq!(batches[0].status, Status::Done);
    assert_eq!(record(&world, &asked).await.batch, batches[0]);
    assert_eq!(run_record(&asked), "batch/taxi/run/date=2026-11-24.json");
    assert_eq!(world.published().len(), 3);
    // A backfill that is asked for again does nothing again.
    assert_eq!(world.handle(&json!(asked)).await.unwrap(), batches);
    assert_eq!(world.published().len(), 3);
}

#[tokio::test]
async fn a_day_without_files_is_no_data() {
    let world = with_files().await;
    let asked = Asked::new(taxi(), Selection::Date("2026-11-25".parse().unwrap()));
    let batches = world.handle(&json!(asked)).await.unwrap();
    assert_eq!((batches[0].status, batches[0].files.len()), (Status::NoData, 0));
    assert_eq!(record(&world, &asked).await.batch.status, Status::NoData);
    let missing = json!({"model": "taxi", "key": "nothing.csv"});
    assert_eq!(world.handle(&missing).await.unwrap()[0].status, Status::NoData);
}

#[tokio::test]
async fn keys_and_prefixes_are_those_of_the_model() {
    let world = with_files().await;
    let asked = async |event: Value| world.handle(&event).await;
    let batches = asked(json!({"model": "taxi", "prefix": "date=2026-11-2"})).await.unwrap();
    assert_eq!(batches[0].files.len(), 3);
    let key = "batch/taxi/input/date=2026-11-24/a.csv";
    let batches = asked(json!({"model": "taxi", "key": key, "version": "1", "format": "jsonl"}));
    let Outcome::Scored { output, .. } = &batches.await.unwrap()[0].files[0].outcome else {
        panic!("scored")
    };
    assert!(output.ends_with(".jsonl"), "{output}");
    world.objects.put("batch/taxi/requested/x.csv", "", RIDES.into()).await.unwrap();
    let batches =
        asked(json!({"model": "taxi", "key": "batch/taxi/requested/x.csv"})).await.unwrap();
    assert!(matches!(batches[0].files[0].outcome, Outcome::Scored { .. }));
    for foreign in [
        json!({"model": "taxi", "key": "batch/other/input/a.csv"}),
        json!({"model": "taxi", "key": "batch/taxi/output/a.csv"}),
        json!({"model": "taxi", "prefix": "batch/"}),
    ] {
        let failure = asked(foreign.clone()).await.unwrap_err();
        assert_eq!(failure.error_type(), "InvalidEvent", "{foreign}");
    }
}

#[tokio::test]
async fn a_schedule_scores_the_day_before_where_files_wait_for_that() {
    let world = with_files().await;
    let event = json!({
        "detail-type": "Scheduled Event", "source": "aws.events",
        "time": "2026-11-25T02:00:00Z", "detail": {}
    });
    assert_eq!(world.handle(&event).await.unwrap(), [], "each file was scored when it came");
    world.spec("[batch]\nwhen = 'daily'").await;
    let upload = world.upload("date=2026-11-24/c.csv", RIDES).await;
    assert_eq!(world.outcome(&upload).await, Outcome::Waiting);
    let batches = world.handle(&event).await.unwrap();
    assert_eq!(batches[0].files.len(), 4);
    assert_eq!(batches[0].selection, Some(Selection::Date("2026-11-24".parse().unwrap())));
}

#[tokio::test]
async fn what_there_is_no_time_for_is_handed_on() {
    let mut world = with_files().await;
    world.deadline = Instant::now() + Duration::from_secs(20);
    let asked = Asked::new(taxi(), Selection::Date("2026-11-24".parse().unwrap()));
    let mut batches = world.handle(&json!(asked)).await.unwrap();
    let mut calls = 1;
    while batches[0].status == Status::HandedOn {
        assert_eq!(record(&world, &asked).await.batch.files.len(), calls);
        let last = world.published().pop().unwrap();
        assert_eq!(last.kind, EventKind::BatchInferenceRequested);
        let event = json!({"detail-type": last.kind.name(), "detail": last.detail()});
        world.deadline = Instant::now() + Duration::from_secs(20);
        batches = world.handle(&event).await.unwrap();
        calls += 1;
    }
    assert_eq!((calls, batches[0].files.len()), (3, 3));
    assert_eq!(record(&world, &asked).await.batch.files.len(), 3);
}
