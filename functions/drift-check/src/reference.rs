//! The version that traffic is compared with.

use model_factory::artifact::Manifest;
use model_factory::forecasting::Forecaster;
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

/// A version of series, with what its forecasts are held against.
pub(crate) struct SeriesJudge {
    pub(crate) version: Version,
    pub(crate) manifest: Manifest,
    pub(crate) forecaster: Forecaster,
    /// What is said about drift today, not when the version was trained.
    pub(crate) spec: Spec,
}

/// The version that answers for a variant, by what it answers.
pub(crate) enum Loaded {
    Rows(Box<Judge>),
    Series(Box<SeriesJudge>),
}

/// The version that answers for a variant; `None` where there is none.
pub(crate) async fn load(
    ports: &Ports,
    model: &ModelName,
    variant: &Reference,
) -> Result<Option<Loaded>, Failure> {
    let Some(stored) = find(ports, model, variant).await? else { return Ok(None) };
    let artifact = stored.open()?;
    let manifest = artifact.manifest().clone();
    let spec = spec_of_today(ports, model, &manifest.spec).await?;
    let version = stored.version;
    if manifest.is_of_series() {
        let forecaster = artifact.forecaster().map_err(|error| Failure::terminal(&error))?;
        let judge = SeriesJudge { version, manifest, forecaster, spec };
        return Ok(Some(Loaded::Series(Box::new(judge))));
    }
    Ok(Some(Loaded::Rows(Box::new(Judge {
        version,
        sha256: stored.sha256.clone(),
        predictor: artifact.predictor().map_err(|error| Failure::terminal(&error))?,
        profile: artifact.profile().map_err(|error| Failure::terminal(&error))?,
        spec,
        manifest,
    }))))
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
