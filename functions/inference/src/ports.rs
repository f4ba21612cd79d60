//! What inference needs of the world.

use std::sync::Arc;

use model_factory::clock::Clock;
use model_factory::events::PublishEvents;
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::{PortError, chain};
use model_factory::protocol::problem::{Kind, Problem};
use model_factory::registry::ReadRegistry;
use model_factory::runtime::emf::EmitMetrics;
use model_factory::serving::{LoadError, ModelCache, ServedModel};
use model_factory::storage::{ReadObjects, WriteObjects};

use crate::captures::Captures;

/// What inference needs of the world.
pub struct Ports {
    /// Gives models.
    pub models: Arc<ModelCache>,
    /// Lists models and versions.
    pub registry: Arc<dyn ReadRegistry>,
    /// Takes what was answered.
    pub captures: Arc<Captures>,
    /// Stores late labels, and which training was asked for.
    pub objects: Arc<dyn WriteObjects>,
    /// Reads what trainings tell of themselves.
    pub runs: Arc<dyn ReadObjects>,
    /// Asks for trainings.
    pub events: Arc<dyn PublishEvents>,
    /// The model that `POST /forecast` and `POST /train` speak of; the only one that
    /// forecasts where none is set.
    pub forecast_model: Option<ModelName>,
    /// The model that `POST /invocations` speaks of; the only one where none is set.
    pub model: Option<ModelName>,
    /// Whether trainings may be asked for and followed.
    pub training_by_api: bool,
    /// Takes what was measured.
    pub metrics: Arc<dyn EmitMetrics>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl Ports {
    /// The version that a reference stands for.
    pub(crate) async fn model(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<Arc<ServedModel>, Problem> {
        self.models.get(model, reference).await.map_err(|error| unloaded(model, error))
    }
}

/// Why a model cannot answer.
pub(crate) fn unloaded(model: &ModelName, error: LoadError) -> Problem {
    match error {
        LoadError::Unknown { .. } => Problem::new(Kind::UnknownModel, error.to_string()),
        LoadError::Port(error) => unavailable(error),
        LoadError::Damaged { pause, .. } => {
            tracing::error!(error = chain(&error), "a model cannot be loaded");
            let words = format!("model `{model}` cannot be loaded");
            Problem::new(Kind::Unavailable, words).for_so_long(pause)
        }
    }
}

/// The registry or bucket cannot be asked: told in the log, not to the client.
pub(crate) fn unavailable(error: PortError) -> Problem {
    tracing::error!(error = chain(&error), "a service cannot be asked");
    Problem::new(Kind::Unavailable, "the registry or the bucket cannot be asked at the moment")
}
