//! What the handler needs of the world.

use std::sync::Arc;

use model_factory::clock::Clock;
use model_factory::events::PublishEvents;
use model_factory::registry::{DriftLog, ReadRegistry};
use model_factory::runtime::emf::EmitMetrics;
use model_factory::storage::{ReadObjects, WriteObjects};

/// The ports of a drift check.
#[derive(Clone)]
pub struct Ports {
    /// Reads captures and artifacts.
    pub read_objects: Arc<dyn ReadObjects>,
    /// Writes reports.
    pub write_objects: Arc<dyn WriteObjects>,
    /// Finds models and champions.
    pub registry: Arc<dyn ReadRegistry>,
    /// Records verdicts.
    pub drift_log: Arc<dyn DriftLog>,
    /// Tells of drift.
    pub events: Arc<dyn PublishEvents>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Takes what was measured.
    pub metrics: Arc<dyn EmitMetrics>,
}
