//! The version that traffic is compared with.

use model_factory::artifact::Manifest;
use model_factory::learners::Predictor;
use model_factory::name::{Alias, ModelName, Reference, Version};
use model_factory::port_error::chain;
use model_factory::profile::Profile;
use model_factory::registry::{Pinned, Traffic};
use model_factory::runtime::Failure;
use model_factory::spec::{self, Spec};
use model_factory::storage::keys;
use model_factory::store::{self, StoreError, Stored};

use crate::ports::Ports;
use crate::report::Reason;

/// A version with all that a check needs of its artifact.
pub(crate) struct Judge {
    pub(crate) version: Version,
    /// The SHA-256 of its artifact.
    pub(crate) sha256: String,
    pub(crate) manifest: Manifest,
    pub(crate) predictor: Predictor,
    pub(crate) profile: Profile,
    /// What is said about drift today, not when the version was trained.
    pub(crate) spec: Spec,
}

/// The version that answers for a variant; why there is nothing to compare with, where there
/// is not.
pub(crate) async fn load(
    ports: &Ports,
    model: &ModelName,
    variant: &Reference,
) -> Result<Result<Judge, Reason>, Failure> {
    let Some(stored) = find(ports, model, variant).await? else {
        return Ok(Err(Reason::NoVersion));
    };
    let artifact = stored.open()?;
    let manifest = artifact.manifest().clone();
    if manifest.is_of_series() {
        return Ok(Err(Reason::Forecasting));
    }
    Ok(Ok(Judge {
        version: stored.version,
        sha256: stored.sha256.clone(),
        predictor: artifact.predictor().map_err(|error| Failure::terminal(&error))?,
        profile: artifact.profile().map_err(|error| Failure::terminal(&error))?,
        spec: spec_of_today(ports, model, &manifest.spec).await?,
        manifest,
    }))
}

/// The artifact behind a variant: that of a canary or the shadow of the champion, or of a
/// version or alias.
async fn find(
    ports: &Ports,
    model: &ModelName,
    variant: &Reference,
) -> Result<Option<Stored>, StoreError> {
    let (registry, objects) = (ports.registry.as_ref(), ports.read_objects.as_ref());
    if let Reference::Alias(name) = variant
        && let Some(champion) = registry.alias(model, &Alias::champion()).await?
    {
        let Traffic { variants, shadow } = &champion.traffic;
        let canary = variants.iter().find(|it| it.name == *name).map(|it| &it.pinned);
        let shadow = shadow.as_ref().filter(|_| *name == Alias::shadow());
        if let Some(Pinned { version, artifact }) = canary.or(shadow) {
            return store::fetch(objects, model, *version, artifact.clone()).await.map(Some);
        }
    }
    store::find(registry, objects, model, variant).await
}

/// The model's spec with today's `[drift]` and `[constraints]`, so that an alert can be
/// silenced without a training. One that cannot be read changes nothing.
async fn spec_of_today(ports: &Ports, model: &ModelName, trained: &Spec) -> Result<Spec, Failure> {
    let key = keys::spec(model);
    let Some(object) = ports.read_objects.get(&key).await? else { return Ok(trained.clone()) };
    match spec::Spec::parse(&object.bytes) {
        Ok(Spec { drift, constraints, .. }) => Ok(Spec { drift, constraints, ..trained.clone() }),
        Err(error) => {
            tracing::warn!(key, error = chain(&error), "the spec of the training is used");
            Ok(trained.clone())
        }
    }
}
