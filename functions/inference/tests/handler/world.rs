//! A function over ports in memory, with models that were trained for it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response};
use inference::captures::{CaptureSettings, Captures, Sink};
use inference::handler::Inference;
use inference::invocation::Invocation;
use inference::ports::Ports;
use jiff::{SignedDuration, Timestamp};
use model_factory::artifact::{Artifact, Manifest};
use model_factory::capture::{CaptureLine, read_lines};
use model_factory::clock::Clock;
use model_factory::dataset::{Labelled, csv};
use model_factory::delivery_stream::{PutRecords, Unput};
use model_factory::memory::{
    Call, Fate, MemoryEvents, MemoryObjects, MemoryRegistry, MemoryStream,
};
use model_factory::metrics::Metric;
use model_factory::name::{Alias, ModelName, Version};
use model_factory::port_error::PortError;
use model_factory::registry::{
    Actor, Cause, NewVersion, Pinned, Promotion, ReadRegistry, Sharing, Traffic, Variant,
    WriteRegistry,
};
use model_factory::runtime::emf::MetricMemory;
use model_factory::serving::{CachePorts, CacheSettings, ModelCache};
use model_factory::spec::Spec;
use model_factory::storage::{ReadObjects, WriteObjects, keys};
use model_factory::training::{Trained, TrainingContext, train};
use serde_json::{Value, json};

pub(crate) fn taxi() -> ModelName {
    "taxi".parse().unwrap()
}

/// A clock that goes when it is told to.
pub(crate) struct HandClock(Mutex<Timestamp>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A delivery stream that refuses every second record while it is out of order.
#[derive(Default)]
pub(crate) struct Stream {
    pub(crate) inner: MemoryStream,
    pub(crate) broken: AtomicBool,
}

#[async_trait]
impl PutRecords for Stream {
    async fn put(&self, records: &[Bytes]) -> Result<(), Unput> {
        if !self.broken.load(Ordering::Relaxed) {
            return self.inner.put(records).await;
        }
        let taken: Vec<Bytes> = records.iter().step_by(2).cloned().collect();
        self.inner.put(&taken).await?;
        let indices: BTreeSet<usize> = (1..records.len()).step_by(2).collect();
        let source = PortError::retryable("put records", "slow down");
        if indices.is_empty() { Ok(()) } else { Err(Unput { indices, source }) }
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) registry: Arc<MemoryRegistry>,
    pub(crate) objects: Arc<MemoryObjects>,
    pub(crate) stream: Arc<Stream>,
    pub(crate) events: Arc<MemoryEvents>,
    pub(crate) metrics: Arc<MetricMemory>,
    pub(crate) inference: Inference,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(CaptureSettings::for_memory(512))
    }

    pub(crate) fn with(settings: CaptureSettings) -> Self {
        Self::before(settings, |objects, _| Sink::Bucket(objects))
    }

    /// A world whose captures go through a delivery stream.
    pub(crate) fn streaming() -> Self {
        Self::before(CaptureSettings::for_memory(512), |objects, records| Sink::Stream {
            records,
            objects,
        })
    }

    fn before(
        settings: CaptureSettings,
        sink: impl FnOnce(Arc<MemoryObjects>, Arc<Stream>) -> Sink,
    ) -> Self {
        Self::deployed(settings, sink, true, None)
    }

    /// A world of a stack's parameters.
    pub(crate) fn of_stack(training_by_api: bool, model: Option<ModelName>) -> Self {
        let settings = CaptureSettings::for_memory(512);
        Self::deployed(settings, |objects, _| Sink::Bucket(objects), training_by_api, model)
    }

    fn deployed(
        settings: CaptureSettings,
        sink: impl FnOnce(Arc<MemoryObjects>, Arc<Stream>) -> Sink,
        training_by_api: bool,
        model: Option<ModelName>,
    ) -> Self {
        let start = "2026-03-01T10:00:00Z".parse().unwrap();
        let clock = Arc::new(HandClock(Mutex::new(start)));
        let registry = Arc::new(MemoryRegistry::new(clock.clone()));
        let objects = Arc::new(MemoryObjects::default());
        let stream = Arc::new(Stream::default());
        let sink = sink(objects.clone(), stream.clone());
        let events = Arc::new(MemoryEvents::default());
        let metrics = Arc::new(MetricMemory::default());
        let ports = CachePorts {
            registry: registry.clone(),
            objects: objects.clone(),
            events: events.clone(),
            clock: clock.clone(),
        };
        let inference = Inference::new(Ports {
            models: Arc::new(ModelCache::new(ports, CacheSettings::for_memory(512))),
            registry: registry.clone(),
            captures: Arc::new(Captures::new(sink, clock.clone(), settings)),
            objects: objects.clone(),
            runs: objects.clone(),
            events: events.clone(),
            forecast_model: None,
            model,
            training_by_api,
            metrics: metrics.clone(),
            clock: clock.clone(),
        })
        .of_function("taxi-inference");
        Self { clock, registry, objects, stream, events, metrics, inference }
    }

    /// From now on, no artifact that is asked for comes.
    pub(crate) fn leave_readers_waiting(&self) {
        self.objects.judge(|call, key| match call == Call::Read && key.starts_with("artifacts/") {
            true => Fate::Unanswered,
            false => Fate::Served,
        });
    }

    /// From now on, this becomes of captures that are written.
    pub(crate) fn judge_captures(&self, fate: Fate) {
        self.objects.judge(move |call, key| {
            match call == Call::Write && key.starts_with("capture/") {
                true => fate,
                false => Fate::Served,
            }
        });
    }

    pub(crate) fn advance(&self, span: Duration) {
        let span = SignedDuration::try_from(span).unwrap();
        *self.clock.0.lock().unwrap() += span;
    }

    /// Registers a version that predicts about `slope` times `dist`, and makes it the
    /// champion.
    pub(crate) async fn train(&self, slope: u32, spec: &str) -> Trained {
        let trained = self.register(slope, spec, true).await;
        self.advance(Duration::from_secs(1));
        trained
    }

    /// The same without making it the champion, unless it shall be.
    pub(crate) async fn register(&self, slope: u32, spec: &str, promote: bool) -> Trained {
        let rows: String = (0..60)
            .map(|row| {
                let zone = ["airport", "centre", "harbour"][row % 3];
                format!("{row}.5,{zone},{}\n", f64::from(slope) * row as f64 + 0.25)
            })
            .collect();
        let spec = format!("target = 'time'\n{spec}");
        let data = format!("dist,zone,time\n{rows}");
        self.register_data("taxi", &data, &spec, promote).await
    }

    /// Registers a version that is trained on some data.
    pub(crate) async fn register_data(
        &self,
        model: &str,
        data: &str,
        spec: &str,
        promote: bool,
    ) -> Trained {
        let model: ModelName = model.parse().unwrap();
        let spec = Spec::parse(spec.as_bytes()).unwrap();
        let data = Labelled::from_raw(csv::read(data.as_bytes()).unwrap(), &spec).unwrap();
        let trained = train(&model, &data, &spec, None, &TrainingContext::default()).unwrap();
        let (artifact, sha256) = (trained.artifact.clone(), trained.sha256.clone());
        self.enter(model, artifact, sha256, trained.metric, promote).await;
        trained
    }

    /// Registers a version by its artifact.
    pub(crate) async fn enter(
        &self,
        model: ModelName,
        artifact: Vec<u8>,
        sha256: String,
        metric: Metric,
        promote: bool,
    ) {
        let key = keys::artifact(&model, &sha256);
        self.objects.put(&key, "", artifact.into()).await.unwrap();
        let expected = self.registry.alias(&model, &Alias::champion()).await.unwrap();
        let version = NewVersion {
            model,
            run: format!("run-{sha256}"),
            artifact: sha256,
            artifact_bytes: 0,
            dataset: String::new(),
            data_hash: String::new(),
            rows: 0,
            columns: 0,
            seconds: 0.0,
            learner: String::new(),
            metric,
            metrics: Default::default(),
            structure: None,
            baselines: None,
            created_at: self.clock.now(),
            decision: String::new(),
        };
        let promotion = promote.then(|| Promotion {
            alias: Alias::champion(),
            expected: expected.map(|alias| alias.version),
            cause: Cause { by: Actor::Gate, reason: String::new() },
        });
        self.registry.register(version, promotion).await.unwrap();
    }

    /// Shares the champion's requests, and lets that be seen.
    pub(crate) async fn share(&self, canary: Option<(u64, u8)>, shadow: Option<u64>) {
        let pinned = async |number: u64| {
            let version: Version = number.try_into().unwrap();
            let record = self.registry.version(&taxi(), version).await.unwrap().unwrap();
            Pinned { version, artifact: record.artifact.clone() }
        };
        let mut traffic = Traffic::default();
        if let Some((number, percent)) = canary {
            let pinned = pinned(number).await;
            traffic.variants.push(Variant { name: Alias::challenger(), percent, pinned });
        }
        if let Some(number) = shadow {
            traffic.shadow = Some(pinned(number).await);
        }
        let alias = self.registry.alias(&taxi(), &Alias::champion()).await.unwrap().unwrap();
        let cause = Cause { by: Actor::Cli, reason: String::new() };
        self.registry.share(Sharing { alias, traffic, cause, force: false }).await.unwrap();
    }

    pub(crate) async fn send(
        &self,
        request_id: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        for &(name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(body.into()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let trace_id = Some("Root=1-5759e988-bd862e3fe1be46a994272793");
        self.inference.handle(request, &Invocation { request_id, trace_id, deadline }).await
    }

    /// One row, asked under an id, with the client's own id.
    pub(crate) async fn predict(&self, request_id: &str, id: &str) -> Response<Bytes> {
        let body = row(7.5, "harbour");
        let headers = [("x-amzn-sagemaker-inference-id", id)];
        self.send(request_id, Method::POST, "/v2/models/taxi/infer", &headers, body).await
    }

    /// What is done when the answers have gone out, and the function is not stopped soon.
    pub(crate) async fn settle(&self) {
        self.inference.settle(soon(Duration::from_secs(60))).await;
    }

    /// The sandbox ends.
    pub(crate) async fn finish(&self) {
        self.inference.finish(soon(Duration::from_millis(450))).await;
    }

    /// The lines that were captured, with the folder of each.
    pub(crate) async fn captured(&self) -> Vec<(String, CaptureLine)> {
        let mut lines = Vec::new();
        for listed in self.objects.list("capture/").await.unwrap() {
            let object = self.objects.get(&listed.key).await.unwrap().unwrap();
            let folder = listed.key.rsplit_once('/').unwrap().0;
            for line in read_lines::<CaptureLine>(&object.bytes) {
                lines.push((folder.to_owned(), line.unwrap()));
            }
        }
        lines
    }

    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let listed = self.objects.list(prefix).await.unwrap();
        listed.into_iter().map(|listed| listed.key).collect()
    }

    /// What the champion's artifact says.
    pub(crate) async fn artifact(&self) -> Manifest {
        let alias = self.registry.alias(&taxi(), &Alias::champion()).await.unwrap().unwrap();
        let key = keys::artifact(&taxi(), &alias.artifact);
        let object = self.objects.get(&key).await.unwrap().unwrap();
        Artifact::open(&object.bytes, &alias.artifact).unwrap().manifest().clone()
    }

    /// All that was captured, as text.
    pub(crate) async fn everything_captured(&self) -> String {
        let mut all = String::new();
        for listed in self.objects.list("capture/").await.unwrap() {
            let object = self.objects.get(&listed.key).await.unwrap().unwrap();
            all += std::str::from_utf8(&object.bytes).unwrap();
        }
        all
    }
}

/// So much later, by the clock that a test can stop.
pub(crate) fn soon(time: Duration) -> Instant {
    (tokio::time::Instant::now() + time).into_std()
}

/// A request for one row.
pub(crate) fn row(dist: f64, zone: &str) -> String {
    json!({"inputs": [
        {"name": "dist", "shape": [1], "datatype": "FP64", "data": [dist]},
        {"name": "zone", "shape": [1], "datatype": "BYTES", "data": [zone]},
    ]})
    .to_string()
}

pub(crate) fn version(response: &Response<Bytes>) -> u64 {
    let header = response.headers().get("x-model-version").expect("a version");
    header.to_str().unwrap().parse().unwrap()
}

pub(crate) fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}
