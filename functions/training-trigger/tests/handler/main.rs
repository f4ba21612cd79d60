//! The handler over ports in memory.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod constraints;
mod data_sets;
mod imports;
mod options;
mod series;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use model_factory::capture::{self, CaptureLine, Exchange, GroundTruth, Origin};
use model_factory::clock::SystemClock;
use model_factory::events::EventKind;
use model_factory::idempotency::{Begin, IdempotencyStore};
use model_factory::memory::{
    Call, Fate, MemoryEvents, MemoryIdempotency, MemoryObjects, MemoryRegistry,
};
use model_factory::name::{Alias, ModelName, Reference, Version};
use model_factory::protocol::Protocol;
use model_factory::registry::{Actor, Cause, Move, ReadRegistry, WriteRegistry};
use model_factory::runtime::Failure;
use model_factory::runtime::emf::MetricMemory;
use model_factory::storage::{ReadObjects, WriteObjects};
use serde_json::{Value, json};
use training_trigger::handler::handle;
use training_trigger::invocation::Invocation;
use training_trigger::ports::Ports;
use training_trigger::record::{RunRecord, TrainingRecord};
use training_trigger::report::{Outcome, Report, Run};

const KEY: &str = "datasets/taxi/rides.csv";

struct World {
    ports: Ports,
    objects: Arc<MemoryObjects>,
    registry: Arc<MemoryRegistry>,
    idempotency: Arc<MemoryIdempotency>,
    events: Arc<MemoryEvents>,
    metrics: Arc<MetricMemory>,
}

fn world() -> World {
    let clock = Arc::new(SystemClock);
    let objects = Arc::new(MemoryObjects::default());
    let registry = Arc::new(MemoryRegistry::new(clock.clone()));
    let idempotency = Arc::new(MemoryIdempotency::new(clock.clone()));
    let events = Arc::new(MemoryEvents::default());
    let metrics = Arc::new(MetricMemory::default());
    let ports = Ports {
        read_objects: objects.clone(),
        write_objects: objects.clone(),
        registry: registry.clone(),
        idempotency: idempotency.clone(),
        events: events.clone(),
        metrics: metrics.clone(),
        clock,
        bucket: "bucket".to_owned(),
        lease: Duration::from_secs(30),
    };
    World { ports, objects, registry, idempotency, events, metrics }
}

/// A call that nobody ends.
fn call(request_id: &str) -> Invocation {
    Invocation { request_id: request_id.to_owned(), deadline: None, memory_bytes: None }
}

fn model() -> ModelName {
    "taxi".parse().unwrap()
}

fn rides() -> String {
    let rows = (0..120).map(|row| format!("{}.5,{},{}.25\n", row, row % 7, 3 * row + row % 7));
    "dist,zone,ride_time\n".to_owned() + &rows.collect::<String>()
}

impl World {
    /// Uploads, and answers with the event of the upload.
    async fn upload(&self, key: &str, content: &str) -> Value {
        self.upload_bytes(key, content.to_owned().into()).await
    }

    async fn upload_bytes(&self, key: &str, content: Bytes) -> Value {
        self.objects.put(key, "text/csv", content).await.unwrap();
        let object = self.objects.get(key).await.unwrap().unwrap();
        json!({
            "detail-type": "Object Created",
            "detail": {
                "bucket": {"name": "bucket"},
                "object": {"key": key, "etag": object.etag, "sequencer": "01"},
            },
        })
    }

    async fn handle(&self, event: &Value) -> Result<Run, Failure> {
        let Report { mut runs } = handle(&self.ports, event.clone(), &call("request-1")).await?;
        assert_eq!(runs.len(), 1);
        Ok(runs.remove(0))
    }

    fn kinds(&self) -> Vec<EventKind> {
        self.events.published().into_iter().map(|event| event.kind).collect()
    }

    async fn spec(&self, spec: &'static str) {
        self.objects.put("models/taxi/model.toml", "", spec.into()).await.unwrap();
    }

    /// A file of a run.
    async fn file<T: serde::de::DeserializeOwned>(&self, run: &Run, name: &str) -> T {
        let key = format!("runs/taxi/{}/{name}", run.run);
        let object = self.objects.get(&key).await.unwrap().expect(&key);
        serde_json::from_slice(&object.bytes).expect(&key)
    }

    async fn place(&self, alias: Alias) -> Option<u64> {
        let record = self.registry.alias(&model(), &alias).await.unwrap();
        record.map(|record| record.version.number())
    }

    /// The same world, whose claims are forgotten.
    fn forgetful(self) -> Self {
        let idempotency = Arc::new(MemoryIdempotency::new(Arc::new(SystemClock)));
        let ports = Ports { idempotency: idempotency.clone(), ..self.ports };
        Self { ports, idempotency, ..self }
    }

    async fn versions(&self) -> usize {
        self.registry.versions(&model()).await.unwrap().len()
    }
}

#[tokio::test]
async fn an_upload_becomes_the_champion_and_is_announced() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let run = world.handle(&event).await.unwrap();
    assert!(matches!(run.outcome, Outcome::Registered { promoted: true, .. }), "{run:?}");
    let champion = world.registry.alias(&model(), &Alias::champion()).await.unwrap().unwrap();
    let artifact = format!("artifacts/taxi/{}.mfa", champion.artifact);
    assert!(world.objects.get(&artifact).await.unwrap().is_some());
    use EventKind::{DatasetReceived, ModelPromoted, ModelRegistered, TrainingCompleted};
    assert_eq!(world.kinds(), [DatasetReceived, TrainingCompleted, ModelRegistered, ModelPromoted]);
    for file in ["run.json", "training.json"] {
        let key = format!("runs/taxi/{}/{file}", run.run);
        assert!(world.objects.get(&key).await.unwrap().is_some(), "{key}");
    }
}

#[tokio::test]
async fn a_second_delivery_answers_as_the_first_and_does_nothing() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let first = world.handle(&event).await.unwrap();
    let published = world.kinds().len();
    assert_eq!(world.handle(&event).await.unwrap(), first);
    assert_eq!((world.versions().await, world.kinds().len()), (1, published));
}

#[tokio::test]
async fn a_run_registers_once_even_when_its_claim_is_lost() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let first = world.handle(&event).await.unwrap();
    let forgetful = world.forgetful();
    assert_eq!(forgetful.handle(&event).await.unwrap(), first);
    assert_eq!(forgetful.versions().await, 1);
    let published = forgetful.events.published();
    let ids: std::collections::BTreeSet<&str> =
        published.iter().map(|event| event.id.as_str()).collect();
    assert_eq!((published.len(), ids.len()), (7, 4), "the same events with the same ids");
}

#[tokio::test]
async fn a_run_that_died_after_it_registered_is_told_as_it_was() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let first = world.handle(&event).await.unwrap();
    let record = format!("runs/taxi/{}/training.json", first.run);
    let before = world.objects.get(&record).await.unwrap();
    // The next upload under the same key comes before the next delivery.
    world.upload(KEY, &rides().replace(".25", ".75")).await;
    let forgetful = world.forgetful();
    assert_eq!(forgetful.handle(&event).await.unwrap(), first);
    assert_eq!(forgetful.objects.get(&record).await.unwrap(), before);
}

#[tokio::test]
async fn one_record_that_fails_does_not_hold_up_the_others() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let sample = include_str!("../../../../events/training-s3-direct.json");
    let sample: Value = serde_json::from_str(sample).unwrap();
    let record = |bucket: &str| {
        let mut record = sample["Records"][0].clone();
        record["s3"]["bucket"]["name"] = bucket.into();
        record["s3"]["object"]["key"] = KEY.into();
        record["s3"]["object"]["eTag"] = event["detail"]["object"]["etag"].clone();
        record
    };
    let event = json!({"Records": [record("other"), record("bucket")]});
    let failure = handle(&world.ports, event, &call("request-1")).await.unwrap_err();
    assert!(matches!(failure, Failure::InvalidEvent(_)), "{failure}");
    assert_eq!(world.versions().await, 1);
}

#[tokio::test]
async fn a_retraining_learns_from_late_labels_of_numeric_classes() {
    let world = world();
    let rows = (0..120).map(|row| format!("{row}.5,{}\n", u32::from(row >= 60)));
    let event = world.upload(KEY, &("x,y\n".to_owned() + &rows.collect::<String>())).await;
    world.handle(&event).await.unwrap();
    let time: jiff::Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
    let line = CaptureLine::new(Exchange {
        event_id: "asked",
        inference_id: None,
        time,
        content_type: Some("text/csv"),
        request: b"x\n1.5\n90.5\n",
        response: b"{}",
        origin: Origin {
            model: model(),
            version: Version::FIRST,
            variant: Reference::default(),
            protocol: Protocol::Mlflow.into(),
            query: None,
            hidden: Vec::new(),
        },
    });
    let mut file = Vec::new();
    line.write(&mut file).unwrap();
    let key = capture::key(&model(), &Reference::default(), time, "asked");
    world.objects.put(&key, "", file.into()).await.unwrap();
    let truth = serde_json::to_vec(&GroundTruth::new("asked", ["0", "1"])).unwrap();
    world.objects.put("ground-truth/taxi/late.jsonl", "", truth.into()).await.unwrap();
    let window = json!({"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00Z"});
    let run = world
        .handle(&json!({
            "detail-type": "Retrain Requested",
            "detail": {"metadata": {"id": "late"}, "data": {"model": "taxi", "window": window}},
        }))
        .await
        .unwrap();
    let record = format!("runs/taxi/{}/training.json", run.run);
    let record = world.objects.get(&record).await.unwrap().unwrap();
    let record: Value = serde_json::from_slice(&record.bytes).unwrap();
    assert_eq!(record["rows"], 122, "{}", record["notes"]);
}

#[tokio::test]
async fn rejected_data_is_kept_with_its_reasons_and_the_registry_stays_empty() {
    let world = world();
    let event = world.upload(KEY, "a,b\n1,2\n3\n").await;
    let run = world.handle(&event).await.unwrap();
    let Outcome::Rejected { quarantine: Some(copy), reasons } = run.outcome else {
        panic!("{run:?}")
    };
    assert!(reasons[0].starts_with("row 2 (line 3) has 1 fields"), "{reasons:?}");
    let kept = world.objects.get(&copy).await.unwrap().unwrap();
    assert_eq!(kept.bytes, "a,b\n1,2\n3\n");
    let reason = world.objects.get(&format!("{copy}.reason.json")).await.unwrap().unwrap();
    let reason: Value = serde_json::from_slice(&reason.bytes).unwrap();
    assert_eq!(reason["reasons"][0]["row"], 2);
    assert_eq!(world.versions().await, 0);
    assert_eq!(world.kinds().last(), Some(&EventKind::DatasetRejected));
}

#[tokio::test]
async fn an_event_of_replaced_content_leaves_the_work_to_its_successor() {
    let world = world();
    let old = world.upload(KEY, &rides()).await;
    let new = world.upload(KEY, &rides().replace(".25", ".75")).await;
    assert_eq!(world.handle(&old).await.unwrap().outcome, Outcome::Superseded);
    assert!(matches!(
        world.handle(&new).await.unwrap().outcome,
        Outcome::Registered { promoted: true, .. }
    ));
}

#[tokio::test]
async fn a_broken_spec_fails_the_training_and_says_where() {
    let world = world();
    world.spec("[split]\nholdoot = 0.3\n").await;
    let event = world.upload(KEY, &rides()).await;
    let Outcome::Failed { reason } = world.handle(&event).await.unwrap().outcome else {
        panic!("the spec was accepted")
    };
    assert_eq!(reason, "model.toml: unknown key `holdoot` on line 2; did you mean `holdout`?");
    assert_eq!(world.kinds().last(), Some(&EventKind::TrainingFailed));
}

#[tokio::test]
async fn a_retraining_without_a_data_set_says_where_to_upload_one() {
    let world = world();
    let run = world.handle(&json!({"model": "taxi"})).await.unwrap();
    let Outcome::Failed { reason } = run.outcome else { panic!("{run:?}") };
    assert_eq!(reason, "model taxi has no data set: upload one to datasets/taxi/");
}

#[tokio::test]
async fn a_run_records_where_its_version_comes_from_and_what_it_took() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let run = world.handle(&event).await.unwrap();
    let record: RunRecord = world.file(&run, "run.json").await;
    assert_eq!((&record.run, record.forced), (&run, false));
    let [object] = &record.lineage.objects[..] else { panic!("{record:?}") };
    let uploaded = world.objects.get(KEY).await.unwrap().unwrap();
    assert_eq!((object.key.as_str(), &object.etag), (KEY, &uploaded.etag));
    assert_eq!(object.bytes, uploaded.bytes.len() as u64);
    assert_eq!(record.lineage.version, Some(Version::FIRST));
    assert_eq!(record.lineage.alias, Some(Alias::champion()));
    assert!(record.started_at <= record.ended_at);
    let parts = [record.seconds.training.search, record.seconds.training.fit];
    assert!(parts.iter().all(|seconds| *seconds > 0.0), "{:?}", record.seconds);
    assert!(record.seconds.total >= parts.iter().sum::<f64>(), "{:?}", record.seconds);

    let TrainingRecord { facts: training, .. } = world.file(&run, "training.json").await;
    assert_eq!((training.rows, training.columns, training.seed), (120, 2, 42));
    assert_eq!(training.data_hash, record.lineage.data_hash);
    assert_eq!(Some(&training.artifact), record.lineage.artifact.as_ref());
    assert_eq!(training.objects, record.lineage.objects);
    let commit = training.code_version.strip_prefix(concat!(env!("CARGO_PKG_VERSION"), "+"));
    assert!(commit.is_some_and(|commit| !commit.is_empty()), "{}", training.code_version);
    let version = world.registry.version(&model(), Version::FIRST).await.unwrap().unwrap();
    assert_eq!((version.rows, version.columns), (120, 2));
    assert!(version.seconds > 0.0 && version.seconds <= record.seconds.total);
    assert_eq!(version.baselines, training.baselines);
    for (file, member) in [("statistics.json", "dataset"), ("constraints.json", "features")] {
        let baseline: Value = world.file(&run, file).await;
        assert!(!baseline[member].is_null(), "{file}: {baseline}");
    }
}

#[tokio::test]
async fn a_run_records_each_class_and_what_its_rows_are_taken_for() {
    let world = world();
    world.spec("[training]\nlearners = ['naive_bayes']\ntrials = 1\n").await;
    let rows = (0..120).map(|row| format!("{row}.5,{}\n", ["low", "high"][usize::from(row > 70)]));
    let event = world.upload(KEY, &("x,y\n".to_owned() + &rows.collect::<String>())).await;
    let run = world.handle(&event).await.unwrap();
    let record: TrainingRecord = world.file(&run, "training.json").await;
    let [high, low] = &record.classes[..] else { panic!("{:?}", record.classes) };
    assert_eq!((high.class.as_str(), low.class.as_str()), ("high", "low"));
    assert_eq!((high.rows + low.rows) as usize, 24);
    for class in [high, low] {
        assert_eq!(class.answered.values().sum::<u64>(), class.rows);
        let right = class.answered.get(&class.class).copied().unwrap_or(0);
        assert!((class.recall - right as f64 / class.rows as f64).abs() < 1e-12, "{class:?}");
        assert!((0.5..=1.0).contains(&class.precision) && (0.5..=1.0).contains(&class.f1));
    }
}

#[tokio::test]
async fn a_repeated_delivery_leaves_the_record_of_the_first_one() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let run = world.handle(&event).await.unwrap();
    let before: RunRecord = world.file(&run, "run.json").await;
    let forgetful = world.forgetful();
    forgetful.handle(&event).await.unwrap();
    assert_eq!(forgetful.file::<RunRecord>(&run, "run.json").await, before);
    // One that died before it wrote its record is recorded by the next.
    forgetful.objects.delete(&format!("runs/taxi/{}/run.json", run.run));
    let forgetful = forgetful.forgetful();
    forgetful.handle(&event).await.unwrap();
    let after: RunRecord = forgetful.file(&run, "run.json").await;
    assert_eq!((after.run, after.lineage.version), (run, Some(Version::FIRST)));
}

#[tokio::test]
async fn a_run_that_has_no_time_registers_the_best_so_far() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let full = world.handle(&event).await.unwrap();
    let full: TrainingRecord = world.file(&full, "training.json").await;
    let hurried = Invocation { deadline: Some(Instant::now()), ..call("request-2") };
    let report = handle(&world.ports, json!({"model": "taxi"}), &hurried).await.unwrap();
    let [run] = &report.runs[..] else { panic!("{report:?}") };
    assert!(matches!(run.outcome, Outcome::Registered { .. }), "{run:?}");
    let record: TrainingRecord = world.file(run, "training.json").await;
    assert!(record.leaderboard.entries.len() < full.leaderboard.entries.len());
    assert!(!record.leaderboard.entries.is_empty());
    // Nor has it the time to shuffle what each input tells.
    assert_eq!((full.importances.permutation.len(), record.importances.permutation.len()), (2, 0));
    let told = "permutation importance is of none of 2 inputs: there was no time for more before";
    let tells = |record: &TrainingRecord| record.facts.notes.iter().any(|it| it.starts_with(told));
    assert!(tells(&record) && !tells(&full), "{:?}", record.facts.notes);
}

#[tokio::test]
async fn where_a_person_approves_the_challenger_waits() {
    let world = world();
    world.spec("[gate]\napproval = \"manual\"\n").await;
    let event = world.upload(KEY, &rides()).await;
    let first = world.handle(&event).await.unwrap();
    let waits = |run: &Run| {
        matches!(run.outcome, Outcome::Registered { promoted: false, awaits_approval: true, .. })
    };
    assert!(waits(&first), "{first:?}");
    assert_eq!(world.place(Alias::champion()).await, None);
    assert_eq!(world.place(Alias::challenger()).await, Some(1));
    assert_eq!(world.kinds().last(), Some(&EventKind::ApprovalRequested));
    let record: RunRecord = world.file(&first, "run.json").await;
    assert_eq!(record.lineage.alias, Some(Alias::challenger()));

    // The newest one waits, and a second delivery tells the same.
    let second = world.handle(&json!({"model": "taxi"})).await.unwrap();
    assert!(waits(&second), "{second:?}");
    assert_eq!(world.place(Alias::challenger()).await, Some(2));
    let wish = Move {
        model: model(),
        alias: Alias::champion(),
        expected: None,
        to: Version::FIRST,
        cause: Cause { by: Actor::Cli, reason: "approved".to_owned() },
        force: false,
    };
    world.registry.move_alias(wish).await.unwrap();
    let forgetful = world.forgetful();
    assert_eq!(forgetful.handle(&event).await.unwrap(), first);
    assert_eq!(forgetful.kinds().last(), Some(&EventKind::ApprovalRequested));
}

#[tokio::test]
async fn a_young_champion_is_replaced_by_force_only() {
    let world = world();
    world.spec("[training]\nmin_age = \"2d\"\n").await;
    let event = world.upload(KEY, &rides()).await;
    let first = world.handle(&event).await.unwrap();
    assert!(matches!(first.outcome, Outcome::Registered { promoted: true, .. }), "{first:?}");

    let event = world.upload("datasets/taxi/more.csv", &rides()).await;
    let skipped = world.handle(&event).await.unwrap();
    let Outcome::Skipped { reason } = &skipped.outcome else { panic!("{skipped:?}") };
    assert!(reason.contains("younger than `training.min_age` (2d)"), "{reason}");
    assert_eq!(world.kinds().last(), Some(&EventKind::TrainingSkipped));
    let record: RunRecord = world.file(&skipped, "run.json").await;
    assert_eq!(record.lineage.version, None);
    assert_eq!(world.versions().await, 1);
    let skipped = world.handle(&json!({"model": "taxi"})).await.unwrap();
    assert!(matches!(skipped.outcome, Outcome::Skipped { .. }), "{skipped:?}");

    let forced = json!({"model": "taxi", "force": true});
    let report = handle(&world.ports, forced, &call("request-2")).await.unwrap();
    assert!(matches!(report.runs[0].outcome, Outcome::Registered { .. }), "{report:?}");
    let drift = json!({
        "detail-type": "Retrain Requested",
        "detail": {"metadata": {"id": "drift-1"}, "data": {"model": "taxi", "force": true}},
    });
    let drifted = world.handle(&drift).await.unwrap();
    assert!(matches!(drifted.outcome, Outcome::Registered { .. }), "{drifted:?}");
    assert_eq!(world.versions().await, 3);
}

#[tokio::test]
async fn an_object_of_another_bucket_is_an_invalid_event() {
    let world = world();
    let mut event = world.upload(KEY, &rides()).await;
    event["detail"]["bucket"]["name"] = "other".into();
    assert!(matches!(world.handle(&event).await, Err(Failure::InvalidEvent(_))));
    assert!(matches!(world.handle(&json!([])).await, Err(Failure::InvalidEvent(_))));
}

#[tokio::test]
async fn an_outage_is_retryable_and_gives_the_claim_up() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    world.objects.judge(|_, _| Fate::Refused);
    let failure = world.handle(&event).await.unwrap_err();
    assert!(matches!(failure, Failure::Retryable(_)), "{failure}");
    assert_eq!(failure.to_string(), "get models/taxi/model.toml failed: out of order");
    world.objects.mend();
    assert!(matches!(
        world.handle(&event).await.unwrap().outcome,
        Outcome::Registered { promoted: true, .. }
    ));
}

#[tokio::test]
async fn work_that_another_delivery_does_is_left_to_it() {
    let world = world();
    let event = world.upload(KEY, &rides()).await;
    let first = world.handle(&event).await.unwrap();
    let [key] = &world.idempotency.keys()[..] else { panic!("one claim") };
    assert!(key.contains(&first.run), "{key}");
    // Another delivery has begun the same work, and is not done.
    let claimed = Arc::new(MemoryIdempotency::new(Arc::new(SystemClock)));
    assert_eq!(claimed.begin(key, Duration::from_secs(30)).await.unwrap(), Begin::Started);
    let busy = Ports { idempotency: claimed, ..world.ports.clone() };
    let failure = handle(&busy, event, &call("request-2")).await.unwrap_err();
    assert!(matches!(failure, Failure::Retryable(_)), "{failure}");
}
