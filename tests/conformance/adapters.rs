//! Both adapters of every port.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use model_factory::aws::{DynamoIdempotency, DynamoRegistry, S3Bucket};
use model_factory::clock::Clock;
use model_factory::idempotency::IdempotencyStore;
use model_factory::memory::{MemoryIdempotency, MemoryObjects, MemoryRegistry};
use model_factory::registry::{DriftLog, WriteRegistry};
use model_factory::storage::{ReadObjects, WriteObjects};
use model_factory_local::aws::stack::{Stack, StackConfig};
use model_factory_local::factory::{self, BUCKET, IDEMPOTENCY_TABLE, Options, REGISTRY_TABLE};
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
    pub(crate) registry: Arc<dyn WriteRegistry>,
    pub(crate) drift_log: Arc<dyn DriftLog>,
    pub(crate) idempotency: Arc<dyn IdempotencyStore>,
    pub(crate) clock: Arc<HandClock>,
    _services: Option<Services>,
}

/// The embedded AWS without functions.
pub(crate) struct Services {
    _stack: Stack,
    _state: TempDir,
    pub(crate) sdk: SdkConfig,
}

impl Adapters {
    pub(crate) fn memory() -> Self {
        let clock = HandClock::start();
        let objects = Arc::new(MemoryObjects::default());
        let registry = Arc::new(MemoryRegistry::new(Arc::clone(&clock) as _));
        Self {
            reader: Arc::clone(&objects) as _,
            writer: objects,
            registry: Arc::clone(&registry) as _,
            drift_log: registry,
            idempotency: Arc::new(MemoryIdempotency::new(Arc::clone(&clock) as _)),
            clock,
            _services: None,
        }
    }

    pub(crate) async fn aws() -> Self {
        let clock = HandClock::start();
        let services = Services::start().await;
        let sdk = &services.sdk;
        let bucket = Arc::new(S3Bucket::new(sdk, BUCKET));
        let registry = Arc::new(DynamoRegistry::new(sdk, REGISTRY_TABLE, Arc::clone(&clock) as _));
        let idempotency = DynamoIdempotency::new(sdk, IDEMPOTENCY_TABLE, Arc::clone(&clock) as _);
        Self {
            reader: Arc::clone(&bucket) as _,
            writer: bucket,
            registry: Arc::clone(&registry) as _,
            drift_log: registry,
            idempotency: Arc::new(idempotency),
            clock,
            _services: Some(services),
        }
    }
}

impl Services {
    pub(crate) async fn start() -> Self {
        let state = tempfile::tempdir().expect("a folder");
        let options = Options::new(state.path(), env!("CARGO_BIN_EXE_model-factory"));
        let description = factory::stack(&options).expect("a description");
        let config =
            StackConfig { tables: description.tables, ..StackConfig::new(state.path(), BUCKET) };
        let stack = Stack::start(config).await.expect("a stack");
        let sdk = sdk::config(stack.environment());
        Self { _stack: stack, _state: state, sdk }
    }
}
