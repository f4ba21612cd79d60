//! A function over ports in memory, with a model that was trained for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use batch_inference::handler::handle;
use batch_inference::invocation::Invocation;
use batch_inference::manifest::Manifest;
use batch_inference::ports::Ports;
use batch_inference::report::{Batch, Outcome, Report};
use bytes::Bytes;
use model_factory::clock::{Clock, SystemClock};
use model_factory::dataset::{Labelled, csv};
use model_factory::events::Event;
use model_factory::forecasting::Panel;
use model_factory::memory::{MemoryEvents, MemoryIdempotency, MemoryObjects, MemoryRegistry};
use model_factory::metrics::Metric;
use model_factory::name::{Alias, ModelName, Reference};
use model_factory::registry::{Actor, Cause, NewVersion, Promotion, ReadRegistry, WriteRegistry};
use model_factory::runtime::Failure;
use model_factory::serving::ServedModel;
use model_factory::spec::Spec;
use model_factory::storage::{ReadObjects, WriteObjects, keys};
use model_factory::store;
use model_factory::training::{TrainingContext, train, train_series};
use serde_json::{Value, json};

pub(crate) fn taxi() -> ModelName {
    "taxi".parse().unwrap()
}

pub(crate) struct World {
    pub(crate) ports: Ports,
    pub(crate) objects: Arc<MemoryObjects>,
    pub(crate) registry: Arc<MemoryRegistry>,
    pub(crate) idempotency: Arc<MemoryIdempotency>,
    pub(crate) events: Arc<MemoryEvents>,
    pub(crate) deadline: Instant,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(SystemClock);
        let objects = Arc::new(MemoryObjects::default());
        let registry = Arc::new(MemoryRegistry::new(clock.clone()));
        let idempotency = Arc::new(MemoryIdempotency::new(clock.clone()));
        let events = Arc::new(MemoryEvents::default());
        let ports = Ports {
            read_objects: objects.clone(),
            write_objects: objects.clone(),
            upload_objects: objects.clone(),
            registry: registry.clone(),
            idempotency: idempotency.clone(),
            events: events.clone(),
            clock,
            bucket: "bucket".to_owned(),
            lease: Duration::from_secs(30),
        };
        let deadline = Instant::now() + Duration::from_secs(600);
        Self { ports, objects, registry, idempotency, events, deadline }
    }

    /// The same with a version that predicts the time of a ride, whose zone may be missing.
    pub(crate) async fn with_rides() -> Self {
        let world = Self::new();
        let rows = (0..60).map(|row| {
            let zone = ["airport", "centre", "harbour", ""][row % 4];
            format!("{row}.5,{zone},{},{}\n", row % 2 == 0, 3 * row)
        });
        let data = "dist,zone,late,time\n".to_owned() + &rows.collect::<String>();
        world
            .train(&data, "target = 'time'\ntask = 'regression'\n[columns.late]\nkind = 'boolean'")
            .await;
        world
    }

    /// The same with a version that tells late rides from others.
    pub(crate) async fn with_classes() -> Self {
        let world = Self::new();
        let rows = (0..60).map(|row| {
            format!("{row}.5,{},{}\n", row % 7, if row < 30 { "on time" } else { "late" })
        });
        let data = "dist,hour,state\n".to_owned() + &rows.collect::<String>();
        world.train(&data, "target = 'state'").await;
        world
    }

    /// Registers a version and makes it the champion.
    pub(crate) async fn train(&self, data: &str, spec: &str) {
        let spec = Spec::parse(spec.as_bytes()).unwrap();
        let raw = csv::read(data.as_bytes()).unwrap();
        let data = Labelled::from_raw(raw, &spec).unwrap();
        let trained = train(&taxi(), &data, &spec, None, &TrainingContext::default()).unwrap();
        self.register(trained.artifact, trained.sha256, trained.metric, trained.metrics).await;
    }

    /// The same of a version that forecasts the sales of a store, day by day.
    pub(crate) async fn with_series() -> Self {
        let world = Self::new();
        let rows = (1..=28).map(|day| format!("2026-01-{day:02},1,{}\n", 10 + day % 7));
        let data = "date,store,sales\n".to_owned() + &rows.collect::<String>();
        let spec = "target = 'sales'\n[forecasting]\nseries = ['store']\nlearners = ['theta']";
        let spec = Spec::parse(spec.as_bytes()).unwrap();
        let asked = spec.forecasts().unwrap();
        let raw = csv::read(data.as_bytes()).unwrap();
        let panel = Panel::from_raw(raw, &spec, &asked).unwrap();
        let context = TrainingContext::default();
        let trained = train_series(&taxi(), &panel, &asked, &spec, None, None, &context).unwrap();
        world.register(trained.artifact, trained.sha256, trained.metric, trained.metrics).await;
        world
    }

    async fn register(
        &self,
        artifact: Vec<u8>,
        sha256: String,
        metric: Metric,
        metrics: BTreeMap<Metric, f64>,
    ) {
        let key = keys::artifact(&taxi(), &sha256);
        self.objects.put(&key, "", artifact.into()).await.unwrap();
        let expected = self.registry.alias(&taxi(), &Alias::champion()).await.unwrap();
        let run = format!("run-{}", self.registry.versions(&taxi()).await.unwrap().len());
        let version = NewVersion {
            model: taxi(),
            artifact: sha256,
            artifact_bytes: 0,
            run,
            dataset: String::new(),
            data_hash: String::new(),
            rows: 0,
            columns: 0,
            seconds: 0.0,
            learner: String::new(),
            metric,
            metrics,
            structure: None,
            baselines: None,
            created_at: SystemClock.now(),
            decision: String::new(),
        };
        let promotion = Some(Promotion {
            alias: Alias::champion(),
            expected: expected.map(|alias| alias.version),
            cause: Cause { by: Actor::Gate, reason: String::new() },
        });
        self.registry.register(version, promotion).await.unwrap();
    }

    /// The champion as it serves.
    pub(crate) async fn champion(&self) -> ServedModel {
        let (registry, objects) = (self.registry.as_ref(), self.objects.as_ref());
        let stored = store::find(registry, objects, &taxi(), &Reference::default()).await;
        ServedModel::load(&stored.unwrap().unwrap()).unwrap()
    }

    pub(crate) async fn spec(&self, spec: &'static str) {
        self.objects.put("models/taxi/model.toml", "", spec.into()).await.unwrap();
    }

    /// Uploads below `batch/taxi/input/`, and answers with the event of the upload.
    pub(crate) async fn upload(&self, path: &str, content: impl Into<Bytes>) -> Value {
        let key = format!("batch/taxi/input/{path}");
        self.objects.put(&key, "", content.into()).await.unwrap();
        let object = self.objects.get(&key).await.unwrap().unwrap();
        json!({
            "detail-type": "Object Created",
            "detail": {
                "bucket": {"name": "bucket"},
                "object": {"key": key, "etag": object.etag, "sequencer": "01"},
            },
        })
    }

    pub(crate) async fn handle(&self, event: &Value) -> Result<Vec<Batch>, Failure> {
        let invocation = Invocation { deadline: self.deadline };
        let Report { batches } = handle(&self.ports, event.clone(), &invocation).await?;
        Ok(batches)
    }

    /// The only outcome of an event.
    pub(crate) async fn outcome(&self, event: &Value) -> Outcome {
        let mut batches = self.handle(event).await.unwrap();
        assert_eq!(batches.len(), 1, "{batches:?}");
        let mut files = batches.remove(0).files;
        assert_eq!(files.len(), 1, "{files:?}");
        files.remove(0).outcome
    }

    /// Uploads and scores: the predictions and the manifest.
    pub(crate) async fn score(&self, path: &str, content: impl Into<Bytes>) -> (Bytes, Manifest) {
        let event = self.upload(path, content).await;
        match self.outcome(&event).await {
            Outcome::Scored { output, manifest, .. } => {
                (self.bytes(&output).await, self.manifest(&manifest).await)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn bytes(&self, key: &str) -> Bytes {
        self.objects.get(key).await.unwrap().expect(key).bytes
    }

    pub(crate) async fn manifest(&self, key: &str) -> Manifest {
        serde_json::from_slice(&self.bytes(key).await).unwrap()
    }

    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let listed = self.objects.list(prefix).await.unwrap();
        listed.into_iter().map(|listed| listed.key).collect()
    }

    pub(crate) fn published(&self) -> Vec<Event> {
        self.events.published()
    }
}

/// The lines of a text.
pub(crate) fn lines(bytes: &[u8]) -> Vec<&str> {
    std::str::from_utf8(bytes).unwrap().lines().collect()
}

/// The objects of JSON lines.
pub(crate) fn objects(bytes: &[u8]) -> Vec<Value> {
    lines(bytes).into_iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}
