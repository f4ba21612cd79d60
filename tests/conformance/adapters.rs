//! Both adapters of every port.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use model_factory::aws::{DeliveryStream, DynamoIdempotency, DynamoRegistry, S3Bucket, SqsQueue};
use model_factory::clock::Clock;
use model_factory::delivery_stream::PutRecords;
use model_factory::idempotency::IdempotencyStore;
use model_factory::memory::{
    MemoryIdempotency, MemoryObjects, MemoryQueue, MemoryRegistry, MemoryStream,
};
use model_factory::queue::{Message, SendMessages};
use model_factory::registry::{DriftLog, WriteRegistry};
use model_factory::storage::{ReadObjects, UploadObjects, WriteObjects};
use model_factory_local::aws::stack::{Stack, StackConfig};
use model_factory_local::factory::{
    self, BUCKET, CAPTURE_STREAM, IDEMPOTENCY_TABLE, Options, REGISTRY_TABLE, STREAM_RESULTS,
};
use tempfile::TempDir;

use crate::sdk;

/// Makes two tests of each suite: `memory::{suite}` and `aws::{suite}`.
macro_rules! hold_for_both_adapters {
    ($($suite:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $suite() {
                super::$suite(&crate::adapters::Adapters::memory()).await;
            })+
        }

        mod aws {
            $(#[tokio::test]
            async fn $suite() {
                super::$suite(&crate::adapters::Adapters::aws().await).await;
            })+
        }
    };
}
pub(crate) use hold_for_both_adapters;

/// A clock that goes when it is told to.
pub(crate) struct HandClock(Mutex<Timestamp>);

impl HandClock {
    fn start() -> Arc<Self> {
        // Services tell some times to the second only.
        let now = Timestamp::from_second(Timestamp::now().as_second()).expect("a time");
        Arc::new(Self(Mutex::new(now)))
    }

    pub(crate) fn advance(&self, span: Duration) {
        *self.0.lock().expect("a clock") += span;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("a clock")
    }
}

/// One adapter of each port.
pub(crate) struct Adapters {
    pub(crate) reader: Arc<dyn ReadObjects>,
    pub(crate) writer: Arc<dyn WriteObjects>,
    pub(crate) uploader: Arc<dyn UploadObjects>,
    pub(crate) registry: Arc<dyn WriteRegistry>,
    pub(crate) drift_log: Arc<dyn DriftLog>,
    pub(crate) idempotency: Arc<dyn IdempotencyStore>,
    pub(crate) queue: Arc<dyn SendMessages>,
    in_memory: Option<Arc<MemoryQueue>>,
    pub(crate) records: Arc<dyn PutRecords>,
    records_in_memory: Option<Arc<MemoryStream>>,
    pub(crate) clock: Arc<HandClock>,
    services: Option<Services>,
}

/// The embedded AWS without functions.
pub(crate) struct Services {
    stack: Stack,
    _state: TempDir,
    pub(crate) sdk: SdkConfig,
}

impl Adapters {
    pub(crate) fn memory() -> Self {
        let clock = HandClock::start();
        let objects = Arc::new(MemoryObjects::default());
        let registry = Arc::new(MemoryRegistry::new(Arc::clone(&clock) as _));
        let queue = Arc::new(MemoryQueue::default());
        let records = Arc::new(MemoryStream::default());
        Self {
            reader: Arc::clone(&objects) as _,
            writer: Arc::clone(&objects) as _,
            uploader: objects,
            registry: Arc::clone(&registry) as _,
            drift_log: registry,
            idempotency: Arc::new(MemoryIdempotency::new(Arc::clone(&clock) as _)),
            queue: Arc::clone(&queue) as _,
            in_memory: Some(queue),
            records: Arc::clone(&records) as _,
            records_in_memory: Some(records),
            clock,
            services: None,
        }
    }

    pub(crate) async fn aws() -> Self {
        Self::aws_with(|_| {}).await
    }

    /// The same on a stack that is changed before it starts.
    pub(crate) async fn aws_with(change: impl FnOnce(&mut StackConfig)) -> Self {
        let clock = HandClock::start();
        let services = Services::start_with(change).await;
        let sdk = &services.sdk;
        let bucket = Arc::new(S3Bucket::new(sdk, BUCKET));
        let registry = Arc::new(DynamoRegistry::new(sdk, REGISTRY_TABLE, Arc::clone(&clock) as _));
        let idempotency = DynamoIdempotency::new(sdk, IDEMPOTENCY_TABLE, Arc::clone(&clock) as _);
        Self {
            reader: Arc::clone(&bucket) as _,
            writer: Arc::clone(&bucket) as _,
            uploader: bucket,
            registry: Arc::clone(&registry) as _,
            drift_log: registry,
            idempotency: Arc::new(idempotency),
            queue: Arc::new(SqsQueue::new(sdk, url(STREAM_RESULTS))),
            in_memory: None,
            records: Arc::new(DeliveryStream::new(sdk, CAPTURE_STREAM)),
            records_in_memory: None,
            clock,
            services: Some(services),
        }
    }
}

impl Adapters {
    /// What became of the records in the delivery stream, which are no captured lines.
    pub(crate) async fn delivered(&self) -> Vec<u8> {
        if let Some(records) = &self.records_in_memory {
            return records.records().concat();
        }
        let services = self.services.as_ref().expect("a stack");
        services.stack.idle().await.expect("idle");
        let mut all = Vec::new();
        for listed in self.reader.list("capture-errors/").await.expect("a listing") {
            let object = self.reader.get(&listed.key).await.expect("read").expect("an object");
            all.extend_from_slice(&object.bytes);
        }
        all
    }

    /// All messages that have arrived in the queue since they were last asked for.
    pub(crate) async fn received(&self) -> Vec<Message> {
        let (Some(services), None) = (&self.services, &self.in_memory) else {
            return self.in_memory.as_ref().map(|queue| queue.messages()).unwrap_or_default();
        };
        let queue = SqsQueue::find(&services.sdk, STREAM_RESULTS).await.expect("a queue");
        let mut all = Vec::new();
        loop {
            let received = queue.look(Duration::from_secs(60)).await.expect("received");
            if received.is_empty() {
                return all;
            }
            all.extend(received);
        }
    }
}

fn url(queue: &str) -> String {
    format!("http://localhost/000000000000/{queue}")
}

impl Services {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    async fn start_with(change: impl FnOnce(&mut StackConfig)) -> Self {
        let state = tempfile::tempdir().expect("a folder");
        let options = Options::new(state.path(), env!("CARGO_BIN_EXE_model-factory"));
        let description = factory::stack(&options).expect("a description");
        let mut config = StackConfig {
            tables: description.tables,
            queues: description.queues,
            delivery_streams: description.delivery_streams,
            ..StackConfig::new(state.path(), BUCKET)
        };
        change(&mut config);
        let stack = Stack::start(config).await.expect("a stack");
        let sdk = sdk::config(stack.environment());
        Self { stack, _state: state, sdk }
    }
}
