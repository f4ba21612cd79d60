//! A whole factory of its own for each test: the embedded AWS with the real
//! function processes, real AWS clients before it, and a listener on its bus.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use model_factory::aws::DynamoRegistry;
use model_factory::clock::SystemClock;
use model_factory::name::{Alias, ModelName};
use model_factory::registry::{ReadRegistry, VersionRecord};
use model_factory_local::aws::events::Rule;
use model_factory_local::aws::lambda::{FunctionError, FunctionSpec, InvokeError};
use model_factory_local::aws::stack::{Stack, StackConfig};
use model_factory_local::factory::{self, BUCKET, EVENT_BUS, Options, REGISTRY_TABLE};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::http::Http;
use super::processes::Processes;
use super::wait::in_time;
use crate::sdk;

pub(crate) const TRAINING_TRIGGER: &str = "training-trigger";
pub(crate) const INFERENCE: &str = "inference";
pub(crate) const BATCH_INFERENCE: &str = "batch-inference";
pub(crate) const DRIFT_CHECK: &str = "drift-check";
pub(crate) const STREAM_INFERENCE: &str = "stream-inference";

/// A running factory.
pub(crate) struct Factory {
    folder: TempDir,
    stack: Stack,
    s3: aws_sdk_s3::Client,
    pub(crate) registry: DynamoRegistry,
    bus: aws_sdk_eventbridge::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) http: Http,
}

impl Factory {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A factory in which uploads and events set nothing off: the test invokes.
    pub(crate) async fn start_by_hand() -> Self {
        Self::start_with(|config| config.rules.retain(|rule| rule.function == LISTENER)).await
    }

    /// A factory of which each function is one process at a time.
    pub(crate) async fn start_with_single_processes() -> Self {
        Self::start_with(|config| {
            for function in &mut config.functions {
                function.concurrency = 1;
            }
        })
        .await
    }

    /// A factory whose description is changed before it starts.
    pub(crate) async fn start_with(change: impl FnOnce(&mut StackConfig)) -> Self {
        Self::open(tempfile::tempdir().expect("a folder"), change).await
    }

    /// Ends the factory in good order and starts another on the same state.
    pub(crate) async fn restart(self) -> Self {
        let Self { folder, stack, .. } = self;
        stack.shutdown().await;
        Self::open(folder, |_| {}).await
    }

    /// Ends the factory, which must have given up nothing.
    pub(crate) async fn end(self) {
        assert_eq!(self.stack.dead_letters().expect("letters"), [], "dead letters");
        self.stack.shutdown().await;
    }

    async fn open(folder: TempDir, change: impl FnOnce(&mut StackConfig)) -> Self {
        let mut config = description(folder.path());
        change(&mut config);
        let stack = Stack::start(config).await.expect("a stack");
        let sdk = sdk::config(stack.environment());
        Self {
            s3: aws_sdk_s3::Client::new(&sdk),
            registry: DynamoRegistry::new(&sdk, REGISTRY_TABLE, Arc::new(SystemClock)),
            bus: aws_sdk_eventbridge::Client::new(&sdk),
            sqs: aws_sdk_sqs::Client::new(&sdk),
            http: Http::new(stack.http_url().expect("an HTTP API")),
            folder,
            stack,
        }
    }

    /// Where AWS clients find all services.
    pub(crate) fn endpoint(&self) -> &str {
        self.stack.endpoint_url()
    }

    /// What a function has logged so far.
    pub(crate) fn log(&self, function: &str) -> String {
        let path = self.folder.path().join(format!("state/logs/{function}.log"));
        fs::read_to_string(path).unwrap_or_default()
    }

    /// Waits until all that was set off has come to its end.
    pub(crate) async fn idle(&self) {
        in_time(self.stack.idle()).await.expect("the stack works");
    }

    /// Uploads an object, and answers with its tag.
    pub(crate) async fn put(&self, key: &str, content: impl Into<Vec<u8>>) -> String {
        let body = ByteStream::from(content.into());
        let stored = self.s3.put_object().bucket(BUCKET).key(key).body(body).send().await;
        stored.expect("stored").e_tag().expect("a tag").trim_matches('"').to_owned()
    }

    /// The content of an object that must exist.
    pub(crate) async fn get(&self, key: &str) -> Bytes {
        let object = self.s3.get_object().bucket(BUCKET).key(key).send().await;
        let object = object.unwrap_or_else(|error| panic!("`{key}`: {error:?}"));
        object.body.collect().await.expect("a body").into_bytes()
    }

    pub(crate) async fn get_json(&self, key: &str) -> Value {
        serde_json::from_slice(&self.get(key).await).expect("JSON")
    }

    pub(crate) async fn delete(&self, key: &str) {
        self.s3.delete_object().bucket(BUCKET).key(key).send().await.expect("deleted");
    }

    /// The keys that start with `prefix`.
    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let listed = self.s3.list_objects_v2().bucket(BUCKET).prefix(prefix).send().await;
        let objects = listed.expect("a listing").contents.unwrap_or_default();
        objects.into_iter().filter_map(|object| object.key).collect()
    }

    /// Uploads a data set, waits for its training, and answers with the record of
    /// the model's last run.
    pub(crate) async fn train(
        &self,
        model: &str,
        file: &str,
        content: impl Into<Vec<u8>>,
    ) -> Value {
        self.put(&format!("datasets/{model}/{file}"), content).await;
        self.idle().await;
        self.runs(model).await.pop().expect("a run")
    }

    /// The records of a model's runs, by the time of their end.
    pub(crate) async fn runs(&self, model: &str) -> Vec<Value> {
        let mut runs = Vec::new();
        for key in self.keys(&format!("runs/{model}/")).await {
            if key.ends_with("/run.json") {
                runs.push(self.get_json(&key).await);
            }
        }
        runs.sort_by_key(|run| {
            let ended = run["ended_at"].as_str().expect("a time");
            ended.parse::<jiff::Timestamp>().expect("a time")
        });
        runs
    }

    pub(crate) async fn versions(&self, model: &str) -> Vec<VersionRecord> {
        self.registry.versions(&name(model)).await.expect("versions")
    }

    /// The number of the version that is the champion.
    pub(crate) async fn champion(&self, model: &str) -> Option<u64> {
        let alias = self.registry.alias(&name(model), &Alias::champion()).await;
        alias.expect("an alias").map(|record| record.version.number())
    }

    /// The answers to records of streams, in the order of their files.
    pub(crate) async fn streamed(&self, model: &str) -> Vec<Value> {
        let mut lines = Vec::new();
        for key in self.keys(&format!("stream/{model}/")).await {
            let file = String::from_utf8(self.get(&key).await.to_vec()).expect("a text");
            lines.extend(file.lines().map(|line| serde_json::from_str(line).expect("JSON")));
        }
        lines
    }

    /// Publishes one of the factory's own events, as an operator does.
    pub(crate) async fn publish(&self, detail_type: &str, id: &str, data: Value) {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(EVENT_BUS)
            .source("io.model-factory")
            .detail_type(detail_type)
            .detail(json!({"metadata": {"id": id}, "data": data}).to_string())
            .build();
        let answer = self.bus.put_events().entries(entry).send().await.expect("published");
        assert_eq!(answer.failed_entry_count(), 0);
    }

    /// The `detail` of each event of a kind about a subject that came over the bus.
    pub(crate) fn published(&self, detail_type: &str, subject: &str) -> Vec<Value> {
        let heard = fs::read_to_string(self.folder.path().join(LISTENER)).unwrap_or_default();
        let events = heard.lines().map(|line| serde_json::from_str(line).expect("an event"));
        let wanted = |event: &Value| {
            event["detail-type"] == detail_type && event["detail"]["metadata"]["subject"] == subject
        };
        events.filter(wanted).map(|event| event["detail"].clone()).collect()
    }

    /// Invokes a function, and waits for its answer.
    pub(crate) async fn invoke(
        &self,
        function: &str,
        event: &Value,
    ) -> Result<Value, FunctionError> {
        let answer = self.stack.lambda().invoke(function, Bytes::from(event.to_string())).await;
        match answer {
            Ok(payload) => Ok(serde_json::from_slice(&payload).expect("JSON")),
            Err(InvokeError::Function(error)) => Err(error),
            Err(error) => panic!("{function} cannot be invoked: {error}"),
        }
    }

    /// The processes that a function was started as so far.
    pub(crate) fn processes(&self, function: &str) -> Processes {
        Processes::in_folder(self.folder.path(), function)
    }
}

const LISTENER: &str = "listener";

fn name(model: &str) -> ModelName {
    model.parse().expect("a model's name")
}

/// The factory as users have it, with short pauses, a listener to all of its events,
/// and functions that note their process before they start.
fn description(folder: &Path) -> StackConfig {
    let mut options = Options::new(folder.join("state"), env!("CARGO_BIN_EXE_model-factory"));
    options.lease = Duration::from_secs(1);
    options.retry_backoff = [1500, 3000, 3000].map(Duration::from_millis).into();
    let mut config = factory::stack(&options).expect("a description");
    for function in &mut config.functions {
        Processes::in_folder(folder, &function.name).note_all_of(function);
    }
    config.functions.push(listener(folder));
    config.rules.push(Rule {
        name: LISTENER.to_owned(),
        pattern: r#"{"source": ["io.model-factory"]}"#.parse().expect("a pattern"),
        function: LISTENER.to_owned(),
    });
    config
}

/// A function that records every event that it is given.
fn listener(folder: &Path) -> FunctionSpec {
    let test = std::env::current_exe().expect("a path");
    let profile = test.parent().and_then(Path::parent).expect("a target folder");
    let command = profile.join("examples").join("test_function");
    assert!(
        command.exists(),
        "`{}` is missing, `cargo build --examples` makes it",
        command.display()
    );
    let record = folder.join(LISTENER).to_string_lossy().into_owned();
    FunctionSpec {
        name: LISTENER.to_owned(),
        command,
        args: Vec::new(),
        environment: BTreeMap::from([("RECORD".to_owned(), record)]),
        memory_mb: 128,
        timeout: Duration::from_secs(30),
        concurrency: 1,
    }
}
