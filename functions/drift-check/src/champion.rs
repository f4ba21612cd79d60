//! The champion, as a check sees it.

use model_factory::artifact::{Artifact, ArtifactError, Manifest};
use model_factory::learners::Predictor;
use model_factory::name::{Alias, ModelName, Version};
use model_factory::profile::Profile;
use model_factory::runtime::Failure;
use model_factory::storage::keys;

use crate::ports::Ports;

/// A champion with all that a check needs of its artifact.
pub(crate) struct Champion {
    pub(crate) version: Version,
    pub(crate) manifest: Manifest,
    pub(crate) predictor: Predictor,
    pub(crate) profile: Profile,
}

/// The champion of a model; `None` when it has none.
pub(crate) async fn load(ports: &Ports, model: &ModelName) -> Result<Option<Champion>, Failure> {
    let Some(alias) = ports.registry.alias(model, &Alias::champion()).await? else {
        return Ok(None);
    };
    let key = keys::artifact(model, &alias.artifact);
    let Some(object) = ports.read_objects.get(&key).await? else {
        let message = format!("the champion's artifact `{key}` does not exist: restore it");
        return Err(Failure::Terminal(message));
    };
    open(&object.bytes, &alias.artifact, alias.version)
        .map(Some)
        .map_err(|error| Failure::terminal(&error))
}

fn open(bytes: &[u8], sha256: &str, version: Version) -> Result<Champion, ArtifactError> {
    let artifact = Artifact::open(bytes, sha256)?;
    Ok(Champion {
        version,
        manifest: artifact.manifest().clone(),
        predictor: artifact.predictor()?,
        profile: artifact.profile()?,
    })
}
