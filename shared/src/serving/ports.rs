//! What a cache of models asks of the outside.

use std::sync::Arc;

use crate::clock::Clock;
use crate::events::PublishEvents;
use crate::registry::ReadRegistry;
use crate::storage::ReadObjects;

/// The ports of a cache.
#[derive(Clone)]
pub struct CachePorts {
    /// Says what aliases and versions stand for.
    pub registry: Arc<dyn ReadRegistry>,
    /// Has the artifacts.
    pub objects: Arc<dyn ReadObjects>,
    /// Is told of damaged artifacts.
    pub events: Arc<dyn PublishEvents>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}
