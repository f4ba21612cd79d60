//! A factory in memory, with a model, traffic, and a clock that stands still.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use drift_check::handler::handle;
use drift_check::ports::Ports;
use drift_check::report::{CheckReport, Checked};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use model_factory::capture::{self, CaptureLine, Exchange, GroundTruth, Origin};
use model_factory::clock::Clock;
use model_factory::dataset::{self, Labelled};
use model_factory::events::{Event, EventKind};
use model_factory::memory::{MemoryEvents, MemoryObjects, MemoryRegistry};
use model_factory::name::{Alias, ModelName, Reference, Version};
use model_factory::protocol::Protocol;
use model_factory::registry::{
    Actor, Cause, DriftLog, DriftRecord, NewVersion, Pinned, Promotion, ReadRegistry as _, Sharing,
    Traffic, WriteRegistry,
};
use model_factory::runtime::emf::MetricMemory;
use model_factory::spec::Spec;
use model_factory::storage::{ReadObjects, WriteObjects, keys};
use model_factory::training::{self, Trained, TrainingContext};
use serde_json::{Value, json};

/// A clock that stands still.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

pub(crate) struct World {
    ports: Ports,
    pub(crate) objects: Arc<MemoryObjects>,
    registry: Arc<MemoryRegistry>,
    events: Arc<MemoryEvents>,
    pub(crate) metrics: Arc<MetricMemory>,
}

pub(crate) fn model() -> ModelName {
    "taxi".parse().unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Rides as CSV, further ones where `shift` is not 0.
fn rides(rows: usize, shift: f64, seed: u64) -> (String, Vec<f64>) {
    let mut random = Rng::with_seed(seed);
    let (mut text, mut times) = (String::from("dist,zone\n"), Vec::new());
    for _ in 0..rows {
        let (dist, zone) = (shift + 10.0 * random.f64(), random.usize(..3));
        text += &format!("{dist:.3},{}\n", ["airport", "harbour", "centre"][zone]);
        times.push(dist * (zone + 1) as f64 + random.f64());
    }
    (text, times)
}

/// One training for all tests.
fn trained() -> &'static Trained {
    static TRAINED: OnceLock<Trained> = OnceLock::new();
    TRAINED.get_or_init(|| {
        let (inputs, times) = rides(400, 0.0, 1);
        let lines = inputs
            .lines()
            .zip(std::iter::once("time".to_owned()).chain(times.iter().map(f64::to_string)));
        let text: String = lines.map(|(line, time)| format!("{line},{time}\n")).collect();
        let spec = "[training]\nlearners = ['linear']\ntrials = 1\nfolds = 2";
        let spec = Spec::parse(spec.as_bytes()).unwrap();
        let raw = dataset::read("rides.csv", Arc::new(Bytes::from(text)), &spec).unwrap();
        let data = Labelled::from_raw(raw, &spec).unwrap();
        training::train(&model(), &data, &spec, None, &TrainingContext::default()).unwrap()
    })
}

impl World {
    /// A model whose champion is version 1, at noon of the second of March.
    pub(crate) async fn new() -> Self {
        Self::at(at("2026-03-02T12:00:00Z")).await
    }

    async fn at(now: Timestamp) -> Self {
        let clock = Arc::new(Still(now));
        let objects = Arc::new(MemoryObjects::default());
        let registry = Arc::new(MemoryRegistry::new(clock.clone()));
        let events = Arc::new(MemoryEvents::default());
        let metrics = Arc::new(MetricMemory::default());
        let ports = Ports {
            read_objects: objects.clone(),
            write_objects: objects.clone(),
            registry: registry.clone(),
            drift_log: registry.clone(),
            events: events.clone(),
            clock,
            metrics: metrics.clone(),
        };
        let world = Self { ports, objects, registry, events, metrics };
        world.register(Alias::champion()).await;
        world
    }

    /// The same world at another time.
    pub(crate) fn later(mut self, now: Timestamp) -> Self {
        self.ports.clock = Arc::new(Still(now));
        self
    }

    /// Registers another version of the same content, at which an alias points.
    pub(crate) async fn register(&self, alias: Alias) -> Version {
        let trained = trained();
        self.register_artifact(alias, &trained.artifact, &trained.sha256).await
    }

    /// Registers a version of some artifact, at which an alias points.
    pub(crate) async fn register_artifact(
        &self,
        alias: Alias,
        artifact: &[u8],
        sha256: &str,
    ) -> Version {
        let trained = trained();
        let key = keys::artifact(&model(), sha256);
        self.objects.put(&key, "", artifact.to_vec().into()).await.unwrap();
        let number = self.ports.registry.versions(&model()).await.unwrap().len() as u64 + 1;
        let version = NewVersion {
            model: model(),
            artifact: sha256.to_owned(),
            artifact_bytes: artifact.len() as u64,
            run: format!("run-{number}"),
            dataset: "datasets/taxi/rides.csv".to_owned(),
            data_hash: trained.data_hash.clone(),
            rows: 400,
            columns: 2,
            seconds: 1.0,
            learner: trained.learner.clone(),
            metric: trained.metric,
            metrics: trained.metrics.clone(),
            structure: None,
            baselines: None,
            created_at: self.ports.clock.now(),
            decision: String::new(),
        };
        let cause = Cause { by: Actor::Gate, reason: String::new() };
        let expected = self.ports.registry.alias(&model(), &alias).await.unwrap();
        let expected = expected.map(|record| record.version);
        let promotion = Promotion { alias, expected, cause };
        self.registry.register(version, Some(promotion)).await.unwrap().version
    }

    /// Lets a version see the champion's requests, for the record only.
    pub(crate) async fn shadow(&self, version: Version) {
        let alias = self.registry.alias(&model(), &Alias::champion()).await.unwrap().unwrap();
        let pinned = Pinned { version, artifact: trained().sha256.clone() };
        let traffic = Traffic { variants: Vec::new(), shadow: Some(pinned) };
        let cause = Cause { by: Actor::Cli, reason: String::new() };
        self.registry.share(Sharing { alias, traffic, cause, force: false }).await.unwrap();
    }

    /// Traffic: so many requests of 10 rows each, a minute apart, in one file.
    pub(crate) async fn traffic(&self, variant: &str, from: &str, requests: usize, shift: f64) {
        self.traffic_without(&[], variant, from, requests, shift).await;
    }

    /// The same with inputs whose values were kept out.
    pub(crate) async fn traffic_without(
        &self,
        hidden: &[&str],
        variant: &str,
        from: &str,
        requests: usize,
        shift: f64,
    ) {
        let (variant, start): (Reference, Timestamp) = (variant.parse().unwrap(), at(from));
        let mut file = Vec::new();
        for request in 0..requests {
            let time = start + SignedDuration::from_mins(request as i64);
            let (body, _) = rides(10, shift, start.as_second() as u64 + request as u64);
            let line = CaptureLine::new(Exchange {
                event_id: &format!("{variant}-{time}"),
                inference_id: None,
                time,
                content_type: Some("text/csv"),
                request: body.as_bytes(),
                response: b"{\"predictions\": []}",
                origin: Origin {
                    model: model(),
                    version: Version::FIRST,
                    variant: variant.clone(),
                    protocol: Protocol::Mlflow.into(),
                    query: None,
                    hidden: hidden.iter().map(|name| (*name).to_owned()).collect(),
                },
            });
            line.write(&mut file).unwrap();
        }
        let key = capture::key(&model(), &variant, start, &format!("{}", start.as_second()));
        self.objects.put(&key, "", file.into()).await.unwrap();
    }

    /// The labels of that traffic, each time as long by a factor.
    pub(crate) async fn labels(&self, from: &str, requests: usize, shift: f64, factor: f64) {
        let start = at(from);
        let mut file = Vec::new();
        for request in 0..requests {
            let time = start + SignedDuration::from_mins(request as i64);
            let (_, times) = rides(10, shift, start.as_second() as u64 + request as u64);
            let times: Vec<String> = times.iter().map(|it| (it * factor).to_string()).collect();
            let id = format!("champion-{time}");
            let truth = GroundTruth::new(&id, times.iter().map(String::as_str));
            serde_json::to_writer(&mut file, &truth).unwrap();
            file.push(b'\n');
        }
        let key = format!("ground-truth/taxi/{}.jsonl", start.as_second());
        self.objects.put(&key, "", file.into()).await.unwrap();
    }

    pub(crate) async fn spec(&self, spec: &'static str) {
        self.objects.put("models/taxi/model.toml", "", spec.into()).await.unwrap();
    }

    /// Checks a window.
    pub(crate) async fn check(&self, start: &str, end: &str) -> Checked {
        self.ask(json!({"model": "taxi", "window": {"start": start, "end": end}})).await
    }

    pub(crate) async fn report(&self, request: Value) -> CheckReport {
        handle(&self.ports, request).await.unwrap()
    }

    pub(crate) async fn ask(&self, request: Value) -> Checked {
        let mut report = self.report(request).await;
        assert_eq!(report.models.len(), 1, "{report:?}");
        report.models.remove(0)
    }

    /// The data of the events of a kind.
    pub(crate) fn told(&self, kind: EventKind) -> Vec<Event> {
        let events = self.events.published().into_iter();
        events.filter(|event| event.kind == kind).collect()
    }

    pub(crate) async fn records(&self) -> Vec<DriftRecord> {
        self.registry.drift_records(&model(), None).await.unwrap()
    }

    /// A file beside the report.
    pub(crate) async fn file(&self, checked: &Checked, name: &str) -> Bytes {
        let key = checked.report.replace("report.html", name);
        self.objects.get(&key).await.unwrap().expect(&key).bytes
    }

    pub(crate) async fn json(&self, checked: &Checked, name: &str) -> Value {
        serde_json::from_slice(&self.file(checked, name).await).unwrap()
    }
}
