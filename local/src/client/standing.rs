//! Where a model's versions stand.

use model_factory::name::{ModelName, Version};
use model_factory::port_error::PortError;
use model_factory::registry::{AliasRecord, Movement, ReadRegistry, RejectionRecord, Stage};

use super::Client;

/// All that was decided about a model's versions.
pub(crate) struct Standing {
    pub(crate) aliases: Vec<AliasRecord>,
    pub(crate) history: Vec<Movement>,
    pub(crate) rejections: Vec<RejectionRecord>,
}

impl Standing {
    /// Reads it.
    pub(crate) async fn read(client: &Client, model: &ModelName) -> Result<Self, PortError> {
        let registry = &client.registry;
        Ok(Self {
            aliases: registry.aliases(model).await?,
            history: registry.history(model).await?,
            rejections: registry.rejections(model).await?,
        })
    }

    /// The stage of a version.
    pub(crate) fn stage(&self, version: Version) -> Stage {
        Stage::of(version, &self.aliases, &self.history, &self.rejections)
    }

    /// Whether a version must not serve.
    pub(crate) fn is_rejected(&self, version: Version) -> bool {
        self.rejections.iter().any(|rejection| rejection.version == version)
    }
}
