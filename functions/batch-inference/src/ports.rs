//! What the handler needs of the world.

use std::sync::Arc;
use std::time::Duration;

use model_factory::clock::Clock;
use model_factory::events::PublishEvents;
use model_factory::idempotency::IdempotencyStore;
use model_factory::registry::ReadRegistry;
use model_factory::storage::{ReadObjects, UploadObjects, WriteObjects};

/// The ports of a scoring.
#[derive(Clone)]
pub struct Ports {
    /// Reads files, specs and artifacts.
    pub read_objects: Arc<dyn ReadObjects>,
    /// Writes manifests.
    pub write_objects: Arc<dyn WriteObjects>,
    /// Writes predictions and rejected rows.
    pub upload_objects: Arc<dyn UploadObjects>,
    /// Finds models and versions.
    pub registry: Arc<dyn ReadRegistry>,
    /// Remembers which files are done.
    pub idempotency: Arc<dyn IdempotencyStore>,
    /// Tells what happened.
    pub events: Arc<dyn PublishEvents>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The bucket of the files.
    pub bucket: String,
    /// How long a scoring lives without renewing its claim.
    pub lease: Duration,
}
