//! The champion, as a check sees it.

use model_factory::artifact::Manifest;
use model_factory::learners::Predictor;
use model_factory::name::{ModelName, Reference, Version};
use model_factory::profile::Profile;
use model_factory::store::{self, StoreError};

use crate::ports::Ports;

/// A champion with all that a check needs of its artifact.
pub(crate) struct Champion {
    pub(crate) version: Version,
    pub(crate) manifest: Manifest,
    pub(crate) predictor: Predictor,
    pub(crate) profile: Profile,
}

/// The champion of a model; `None` when it has none.
pub(crate) async fn load(ports: &Ports, model: &ModelName) -> Result<Option<Champion>, StoreError> {
    let (registry, objects) = (ports.registry.as_ref(), ports.read_objects.as_ref());
    let Some(stored) = store::find(registry, objects, model, &Reference::default()).await? else {
        return Ok(None);
    };
    let artifact = stored.open()?;
    Ok(Some(Champion {
        version: stored.version,
        manifest: artifact.manifest().clone(),
        predictor: artifact.predictor()?,
        profile: artifact.profile()?,
    }))
}
