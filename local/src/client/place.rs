//! Where a factory is, as a command line says it.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::factory;

/// Where the factory is.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// The endpoint of all AWS services; without it, the environment's, that of a
    /// running local factory, or AWS itself
    #[arg(long, global = true, value_name = "URL")]
    pub(super) endpoint: Option<String>,
    /// The folder of the local factory's state
    #[arg(long, global = true, value_name = "FOLDER", default_value = ".model-factory")]
    pub(super) state: PathBuf,
    /// The bucket
    #[arg(long, global = true, env = "MODEL_FACTORY_BUCKET", default_value = factory::BUCKET)]
    pub(super) bucket: String,
    /// The registry table
    #[arg(long, global = true, env = "MODEL_FACTORY_REGISTRY_TABLE", default_value = factory::REGISTRY_TABLE)]
    pub(super) registry_table: String,
    /// The event bus
    #[arg(long, global = true, env = "MODEL_FACTORY_EVENT_BUS", default_value = factory::EVENT_BUS)]
    pub(super) event_bus: String,
}

impl Place {
    /// The folder of the local factory's state.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }
}
