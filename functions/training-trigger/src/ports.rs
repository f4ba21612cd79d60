//! What the handler needs of the world.

use std::sync::Arc;
use std::time::Duration;

use model_factory::clock::Clock;
use model_factory::events::PublishEvents;
use model_factory::idempotency::IdempotencyStore;
use model_factory::name::{ModelName, Reference};
use model_factory::registry::WriteRegistry;
use model_factory::runtime::Failure;
use model_factory::runtime::emf::EmitMetrics;
use model_factory::storage::{ReadObjects, WriteObjects};
use model_factory::store::{self, Stored};

/// The ports of a training.
#[derive(Clone)]
pub struct Ports {
    /// Reads data sets, specs, artifacts, captures and labels.
    pub read_objects: Arc<dyn ReadObjects>,
    /// Writes artifacts, run records and quarantined data.
    pub write_objects: Arc<dyn WriteObjects>,
    /// Registers versions.
    pub registry: Arc<dyn WriteRegistry>,
    /// Remembers which events are done.
    pub idempotency: Arc<dyn IdempotencyStore>,
    /// Tells what happened.
    pub events: Arc<dyn PublishEvents>,
    /// Takes metrics.
    pub metrics: Arc<dyn EmitMetrics>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The bucket whose objects are data sets.
    pub bucket: String,
    /// How long a training lives without renewing its claim.
    pub lease: Duration,
}

impl Ports {
    /// The artifact of a model's champion; `None` when it has none.
    pub(crate) async fn champion(&self, model: &ModelName) -> Result<Option<Stored>, Failure> {
        let (registry, objects) = (self.registry.as_ref(), self.read_objects.as_ref());
        Ok(store::find(registry, objects, model, &Reference::default()).await?)
    }
}
