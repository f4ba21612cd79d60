//! What the handler needs of the world.

use std::sync::Arc;

use model_factory::clock::Clock;
use model_factory::queue::SendMessages;
use model_factory::runtime::emf::EmitMetrics;
use model_factory::serving::ModelCache;
use model_factory::storage::WriteObjects;

/// The ports of `stream-inference`.
#[derive(Clone)]
pub struct Ports {
    /// Gives models.
    pub models: Arc<ModelCache>,
    /// Stores results and captures.
    pub objects: Arc<dyn WriteObjects>,
    /// Takes results too, where somebody listens.
    pub results: Option<Arc<dyn SendMessages>>,
    /// Takes the records that cannot be answered.
    pub dead_letters: Arc<dyn SendMessages>,
    /// Takes what was measured.
    pub metrics: Arc<dyn EmitMetrics>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}
