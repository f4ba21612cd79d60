//! A function over ports in memory, with models that were trained for it, and the three
//! shapes of batches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use model_factory::capture::{CaptureLine, read_lines};
use model_factory::clock::{Clock, SystemClock};
use model_factory::dataset::{Labelled, csv};
use model_factory::forecasting::Panel;
use model_factory::memory::{Fate, MemoryEvents, MemoryObjects, MemoryQueue, MemoryRegistry};
use model_factory::metrics::Metric;
use model_factory::name::{Alias, ModelName};
use model_factory::port_error::PortError;
use model_factory::queue::{Message, SendMessages, Unsent};
use model_factory::registry::{Actor, Cause, NewVersion, Promotion, WriteRegistry};
use model_factory::runtime::emf::MetricMemory;
use model_factory::serving::{CachePorts, CacheSettings, ModelCache};
use model_factory::spec::Spec;
use model_factory::storage::{Listed, ReadObjects, WriteObjects, keys};
use model_factory::training::{TrainingContext, train, train_series};
use serde_json::{Value, json};
use stream_inference::handler::Stream;
use stream_inference::ports::Ports;

/// A queue that refuses the message after so many.
#[derive(Default)]
pub(crate) struct Queue {
    inner: MemoryQueue,
    takes: Mutex<Option<usize>>,
}

impl Queue {
    pub(crate) fn take_only(&self, messages: Option<usize>) {
        *self.takes.lock().unwrap() = messages;
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.inner.messages()
    }

    /// The bodies of all messages.
    pub(crate) fn told(&self) -> Vec<Value> {
        let body = |message: &Message| serde_json::from_str(&message.body).unwrap();
        self.messages().iter().map(body).collect()
    }
}

#[async_trait]
impl SendMessages for Queue {
    async fn send(&self, messages: &[Message]) -> Result<(), Unsent> {
        let takes = self.takes.lock().unwrap().unwrap_or(messages.len()).min(messages.len());
        self.inner.send(&messages[..takes]).await?;
        let indices: BTreeSet<usize> = (takes..messages.len()).collect();
        match indices.is_empty() {
            true => Ok(()),
            false => Err(Unsent { indices, source: PortError::retryable("send", "full") }),
        }
    }
}

pub(crate) struct World {
    pub(crate) objects: Arc<MemoryObjects>,
    pub(crate) results: Arc<Queue>,
    pub(crate) letters: Arc<Queue>,
    pub(crate) metrics: Arc<MetricMemory>,
    registry: Arc<MemoryRegistry>,
    stream: Stream,
}

impl World {
    /// With a champion of the model `bank`, which answers where a record names none.
    pub(crate) async fn new() -> Self {
        Self::with_capture("").await
    }

    /// The same with a spec of the model that says more.
    pub(crate) async fn with_capture(spec: &str) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let registry = Arc::new(MemoryRegistry::new(Arc::clone(&clock)));
        let objects = Arc::new(MemoryObjects::default());
        let [results, letters] = [(); 2].map(|()| Arc::new(Queue::default()));
        let metrics = Arc::new(MetricMemory::default());
        let ports = CachePorts {
            registry: registry.clone(),
            objects: objects.clone(),
            events: Arc::new(MemoryEvents::default()),
            clock: Arc::clone(&clock),
        };
        let stream = Stream::new(
            Ports {
                models: Arc::new(ModelCache::new(ports, CacheSettings::for_memory(512))),
                objects: objects.clone(),
                results: Some(results.clone()),
                dead_letters: letters.clone(),
                metrics: metrics.clone(),
                clock,
            },
            Some("bank".parse().unwrap()),
        );
        let world = Self { objects, results, letters, metrics, registry, stream };
        world.train("bank", spec).await;
        world
    }

    /// From now on, what has a key with the prefix cannot be reached.
    pub(crate) fn break_down(&self, prefix: &'static str) {
        self.objects.judge(move |_, key| match key.starts_with(prefix) {
            true => Fate::Refused,
            false => Fate::Served,
        });
    }

    /// Trains a model that says `yes` from a balance of about 50 on, and makes it the
    /// champion.
    pub(crate) async fn train(&self, model: &str, spec: &str) {
        let model: ModelName = model.parse().unwrap();
        let rows: String = (0..100)
            .map(|row| {
                let job = ["admin", "services", "student", ""][row % 4];
                let label = if row >= 50 { "yes" } else { "no" };
                format!("{row}.5,{job},{label}\n")
            })
            .collect();
        let text = format!("target = 'y'\n[training]\nlearners = ['linear']\n{spec}");
        let spec = Spec::parse(text.as_bytes()).unwrap();
        let raw = csv::read(format!("balance,job,y\n{rows}").as_bytes()).unwrap();
        let data = Labelled::from_raw(raw, &spec).unwrap();
        let trained = train(&model, &data, &spec, None, &TrainingContext::default()).unwrap();
        self.enter(model, trained.artifact, trained.sha256, trained.metric).await;
    }

    /// Trains a model that forecasts a series, and makes it the champion.
    pub(crate) async fn train_series(&self, model: &str) {
        let model: ModelName = model.parse().unwrap();
        let rows: String = (1..=28).map(|day| format!("2026-01-{day:02},{}\n", day % 7)).collect();
        let spec = Spec::parse(b"[forecasting]\nlearners = ['theta']").unwrap();
        let asked = spec.forecasts().unwrap();
        let raw = csv::read(format!("date,sales\n{rows}").as_bytes()).unwrap();
        let panel = Panel::from_raw(raw, &spec, &asked).unwrap();
        let context = TrainingContext::default();
        let trained = train_series(&model, &panel, &asked, &spec, None, None, &context).unwrap();
        self.enter(model, trained.artifact, trained.sha256, trained.metric).await;
    }

    /// Makes an artifact the champion.
    async fn enter(&self, model: ModelName, artifact: Vec<u8>, sha256: String, metric: Metric) {
        let key = keys::artifact(&model, &sha256);
        self.objects.put(&key, "", artifact.into()).await.unwrap();
        let version = NewVersion {
            model,
            artifact: sha256,
            artifact_bytes: 0,
            run: "run".to_owned(),
            dataset: String::new(),
            data_hash: String::new(),
            rows: 0,
            columns: 0,
            seconds: 0.0,
            learner: String::new(),
            metric,
            metrics: BTreeMap::new(),
            structure: None,
            baselines: None,
            created_at: jiff::Timestamp::now(),
            decision: String::new(),
        };
        let cause = Cause { by: Actor::Gate, reason: String::new() };
        let promotion = Promotion { alias: Alias::champion(), expected: None, cause };
        self.registry.register(version, Some(promotion)).await.unwrap();
    }

    /// What must be delivered again.
    pub(crate) async fn handle(&self, event: &Value) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let response = self.stream.handle(&event.to_string(), deadline).await.unwrap();
        let told: Value = serde_json::to_value(response).unwrap();
        let failures = told["batchItemFailures"].as_array().unwrap();
        failures.iter().map(|it| it["itemIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// The type of the error that an event is refused with.
    pub(crate) async fn refusal(&self, event: &Value, deadline: Instant) -> &'static str {
        self.stream.handle(&event.to_string(), deadline).await.unwrap_err().error_type()
    }

    /// The stored results by their keys.
    pub(crate) async fn stored(&self, prefix: &str) -> HashMap<String, Vec<Value>> {
        let mut stored = HashMap::new();
        for Listed { key, .. } in self.objects.list(prefix).await.unwrap() {
            let object = self.objects.get(&key).await.unwrap().unwrap();
            let lines = String::from_utf8(object.bytes.to_vec()).unwrap();
            let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            stored.insert(key, lines);
        }
        stored
    }

    /// All lines of captures.
    pub(crate) async fn captured(&self) -> Vec<CaptureLine> {
        let mut lines = Vec::new();
        for Listed { key, .. } in self.objects.list("capture/").await.unwrap() {
            let object = self.objects.get(&key).await.unwrap().unwrap();
            lines.extend(read_lines(&object.bytes).map(Result::unwrap));
        }
        lines
    }
}

/// A message of a queue.
pub(crate) fn message(id: &str, body: &str) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": "r",
        "body": body,
        "attributes": {"SentTimestamp": "1772353800000", "ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:records",
        "awsRegion": "us-east-1",
    })
}

/// The same of a group in a FIFO queue.
pub(crate) fn grouped(id: &str, group: &str, body: &str) -> Value {
    let mut message = message(id, body);
    message["attributes"]["MessageGroupId"] = json!(group);
    message["attributes"]["SequenceNumber"] = json!("1");
    message["eventSourceARN"] = json!("arn:aws:sqs:us-east-1:000000000000:records.fifo");
    message
}

/// A record of a Kinesis stream; the number stands for its sequence number.
pub(crate) fn record(number: u32, data: impl AsRef<[u8]>) -> Value {
    use base64::Engine as _;
    json!({
        "eventSource": "aws:kinesis",
        "eventID": format!("shardId-000000000000:{number}"),
        "eventSourceARN": "arn:aws:kinesis:us-east-1:000000000000:stream/customers",
        "eventName": "aws:kinesis:record",
        "kinesis": {
            "sequenceNumber": number.to_string(),
            "partitionKey": "p",
            "kinesisSchemaVersion": "1.0",
            "data": base64::prelude::BASE64_STANDARD.encode(data),
            "approximateArrivalTimestamp": 1_772_353_800.25,
        },
    })
}

/// A change of a table's item.
pub(crate) fn change(number: u32, name: &str, image: &Value) -> Value {
    json!({
        "eventSource": "aws:dynamodb",
        "eventID": format!("change-{number}"),
        "eventName": name,
        "eventVersion": "1.1",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/customers/stream/1",
        "dynamodb": {
            "Keys": {"pk": {"S": "customer"}},
            "NewImage": image,
            "SequenceNumber": number.to_string(),
            "SizeBytes": 10,
            "ApproximateCreationDateTime": 1_772_353_800,
            "StreamViewType": "NEW_IMAGE",
        },
    })
}

pub(crate) fn batch(records: impl IntoIterator<Item = Value>) -> Value {
    json!({"Records": records.into_iter().collect::<Vec<_>>()})
}

/// A row that fits.
pub(crate) fn row(balance: f64) -> String {
    json!({"balance": balance, "job": "admin"}).to_string()
}
