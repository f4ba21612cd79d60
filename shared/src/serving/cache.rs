//! Which model answers, and how long that is believed.
//!
//! What an alias says is believed for a short time by the wall clock. After that it is
//! read again, but never before the answer: the model that is loaded answers, and what
//! is due is read by [`ModelCache::settle`], when the answer has gone out. A model that
//! has answered goes on answering when registry or bucket cannot be asked, or when its
//! successor is damaged.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::belief::{Belief, Beliefs};
use super::damage::Damages;
use super::lru::{Key, Lru};
use super::model::ServedModel;
use super::ports::CachePorts;
use crate::name::{ModelName, Reference, Version};
use crate::port_error::{PortError, chain};
use crate::registry::{Pinned, Traffic, point};
use crate::storage::keys;
use crate::store::{self, StoreError};

/// So many artifacts are looked for at once.
const LOOKS: usize = 16;

/// A damaged artifact is not read again for so many times the time for which an alias is
/// believed: it may be large, and somebody has to restore it.
const PAUSE: u32 = 12;

/// How much a cache holds, and how long it believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSettings {
    /// The bytes of artifacts that are kept.
    pub capacity: usize,
    /// An alias that was read less than this ago is not read again. Default 5 seconds;
    /// 0 reads it before each answer.
    pub ttl: Duration,
}

/// A model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such model, version or alias.
    #[error("model `{model}` has no version or alias `{reference}`")]
    Unknown {
        /// The model.
        model: ModelName,
        /// What was asked for.
        reference: Reference,
    },
    /// Its artifact is damaged or gone.
    #[error("the artifact of version {version} is damaged or gone: restore it")]
    Damaged {
        /// The version.
        version: Version,
        /// Not before that is the artifact read again.
        pause: Duration,
        /// What is wrong with it, when it was read just now.
        source: Option<StoreError>,
    },
    /// Registry or bucket could not be asked.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What keeps a version from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// Its artifact is damaged.
    Damaged,
    /// Its artifact is gone.
    Gone,
}

/// Who answers a request.
#[derive(Debug, Clone)]
pub struct Assigned {
    /// The version that answers.
    pub model: Arc<ServedModel>,
    /// What its answer is captured and measured as: what was asked, or the variant's name.
    pub variant: Reference,
    /// The version that answers too, for the record only.
    pub shadow: Option<Pinned>,
    /// Whether the version was in memory already.
    pub cached: bool,
}

struct State {
    beliefs: Beliefs,
    models: Lru,
    damages: Damages,
}

/// Loads models on demand and keeps them.
pub struct ModelCache {
    ports: CachePorts,
    settings: CacheSettings,
    state: Mutex<State>,
    /// Held while a model's registry entries and artifacts are read, so that each is read
    /// once, however many ask.
    loading: Mutex<HashMap<ModelName, Arc<tokio::sync::Mutex<()>>>>,
}

impl CacheSettings {
    /// Half of a function's memory for artifacts, and the default time.
    #[must_use]
    pub fn for_memory(megabytes: usize) -> Self {
        let capacity = megabytes.saturating_mul(1024 * 1024) / 2;
        Self { capacity, ttl: Duration::from_secs(5) }
    }

    /// The same, with aliases that are believed for `ttl`.
    #[must_use]
    pub fn with_ttl(self, ttl: Duration) -> Self {
        Self { ttl, ..self }
    }
}

impl ModelCache {
    /// An empty cache.
    #[must_use]
    pub fn new(ports: CachePorts, settings: CacheSettings) -> Self {
        let state = State {
            beliefs: Beliefs::default(),
            models: Lru::new(settings.capacity),
            damages: Damages::default(),
        };
        Self { ports, settings, state: Mutex::new(state), loading: Mutex::default() }
    }

    /// The version that a reference stands for; of an alias its own, whatever share of the
    /// requests goes to others.
    ///
    /// # Errors
    /// When it does not exist, or has not answered before and cannot be loaded now.
    pub async fn get(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<Arc<ServedModel>, LoadError> {
        Ok(self.own(model, reference).await?.1)
    }

    /// The version that answers a request. Where the alias's requests are shared, the
    /// request's `id` decides, so that the same id meets the same version; it is asked for
    /// then only. A variant that cannot be loaded is answered for by the alias's own version.
    ///
    /// # Errors
    /// When there is no such reference, or it has not answered before and cannot be loaded
    /// now.
    pub async fn assign<'i>(
        &self,
        model: &ModelName,
        reference: &Reference,
        id: impl FnOnce() -> std::borrow::Cow<'i, str>,
    ) -> Result<Assigned, LoadError> {
        let (traffic, own) = self.own_assigned(model, reference).await?;
        match traffic.variants.is_empty() {
            true => Ok(own),
            false => Ok(self.variant_of(model, &traffic, own, &id()).await),
        }
    }

    /// The versions that answer many requests by their ids, as [`Self::assign`] each, by one
    /// look at the reference.
    ///
    /// # Errors
    /// As [`Self::assign`].
    pub async fn assign_all<'i>(
        &self,
        model: &ModelName,
        reference: &Reference,
        ids: impl Iterator<Item = &'i str>,
    ) -> Result<Vec<Assigned>, LoadError> {
        let (traffic, own) = self.own_assigned(model, reference).await?;
        let mut assigned = Vec::with_capacity(ids.size_hint().0);
        for id in ids {
            assigned.push(self.variant_of(model, &traffic, own.clone(), id).await);
        }
        Ok(assigned)
    }

    /// How a reference's requests are shared, and its own version as the one that answers.
    async fn own_assigned(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<(Traffic, Assigned), LoadError> {
        let (belief, own, cached) = self.own(model, reference).await?;
        let traffic = belief.traffic.clone();
        let shadow = traffic.shadow.clone();
        Ok((traffic, Assigned { model: own, variant: reference.clone(), shadow, cached }))
    }

    /// The variant that answers the request of an id, or else the reference's `own`.
    async fn variant_of(
        &self,
        model: &ModelName,
        traffic: &Traffic,
        own: Assigned,
        id: &str,
    ) -> Assigned {
        let Some(variant) = traffic.variant_at(point(model, id)) else { return own };
        match self.pinned(model, &variant.pinned).await {
            Ok((model, cached)) => {
                Assigned { model, variant: Reference::Alias(variant.name.clone()), cached, ..own }
            }
            Err(error) => {
                tracing::warn!(
                    model = model.as_str(),
                    variant = variant.name.as_str(),
                    error = chain(&error),
                    "the alias's own version answers for a variant"
                );
                own
            }
        }
    }

    /// A version that is known with its artifact, and whether it was in memory already.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn pinned(
        &self,
        model: &ModelName,
        pinned: &Pinned,
    ) -> Result<(Arc<ServedModel>, bool), LoadError> {
        let key = Key::of(pinned);
        if let Some(served) = self.held(&key) {
            return Ok((served, true));
        }
        let lock = self.lock_of(model);
        let _one_at_a_time = lock.lock().await;
        self.load(model, pinned, key).await
    }

    /// What keeps each of some versions from answering, as far as it is known without reading
    /// their artifacts: whether they are there, and which were found damaged. These are read
    /// again when their pause is over.
    ///
    /// # Errors
    /// When the bucket cannot be asked.
    pub async fn unusable(
        &self,
        model: &ModelName,
        versions: &[Pinned],
    ) -> Result<Vec<Option<Unusable>>, PortError> {
        let looks = versions.iter().map(|pinned| async move {
            let key = keys::artifact(model, &pinned.artifact);
            if self.ports.objects.describe(&key).await?.is_none() {
                return Ok(Some(Unusable::Gone));
            }
            if !self.state().damages.knows(&Key::of(pinned)) {
                return Ok(None);
            }
            match self.pinned(model, pinned).await {
                Ok(_) => Ok(None),
                Err(LoadError::Port(error)) => Err(error),
                Err(_) => Ok(Some(Unusable::Damaged)),
            }
        });
        stream::iter(looks).buffered(LOOKS).try_collect().await
    }

    /// Loads models before they are asked for; what cannot be loaded is told in the log.
    pub async fn preload(&self, wanted: &[(ModelName, Reference)]) {
        join_all(wanted.iter().map(async |(model, reference)| {
            if let Err(error) = self.get(model, reference).await {
                let error = chain(&error);
                tracing::error!(model = model.as_str(), %reference, error, "preloading failed");
            }
        }))
        .await;
    }

    /// Does what had to wait for the answer: reads again what is no longer to be believed,
    /// loads the versions that it now stands for, and tells of damaged artifacts. It can be cut
    /// off anywhere: what is not done is done the next time.
    pub async fn settle(&self) {
        let due = self.state().beliefs.take_due();
        for (model, reference) in due {
            if let Err(error) = self.read(&model, &reference).await {
                let error = chain(&error);
                tracing::warn!(
                    model = model.as_str(),
                    %reference,
                    error,
                    "the loaded model goes on answering"
                );
            }
        }
        let untold = self.state().damages.untold();
        if untold.is_empty() {
            return;
        }
        match self.ports.events.publish(&untold).await {
            Ok(()) => self.state().damages.told(&untold),
            Err(error) => {
                tracing::error!(error = chain(&error), "a damaged artifact is not told of yet");
            }
        }
    }

    /// What a reference stands for, its own version, and whether that was in memory.
    async fn own(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<(Arc<Belief>, Arc<ServedModel>, bool), LoadError> {
        let Some((belief, served)) = self.recall(model, reference) else {
            return self.read(model, reference).await;
        };
        let believed = matches!(reference, Reference::Version(_))
            || self.ports.clock.now().duration_since(belief.read_at).unsigned_abs()
                < self.settings.ttl;
        if believed {
            return Ok((belief, served, true));
        }
        if self.settings.ttl.is_zero() {
            return match self.read(model, reference).await {
                Ok(read) => Ok(read),
                Err(error) => {
                    let error = chain(&error);
                    tracing::warn!(model = model.as_str(), error, "the loaded model goes on");
                    Ok((belief, served, true))
                }
            };
        }
        self.state().beliefs.make_due(model, reference);
        Ok((belief, served, true))
    }

    /// What is believed of a reference, and its own version, if that is in memory.
    fn recall(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Option<(Arc<Belief>, Arc<ServedModel>)> {
        let mut state = self.state();
        let belief = state.beliefs.get(model, reference)?;
        let served = state.models.get(&belief.key)?;
        Some((belief, served))
    }

    fn held(&self, key: &Key) -> Option<Arc<ServedModel>> {
        self.state().models.get(key)
    }

    /// Reads what a reference stands for, and loads its own version.
    async fn read(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<(Arc<Belief>, Arc<ServedModel>, bool), LoadError> {
        let asked_at = self.ports.clock.now();
        let lock = self.lock_of(model);
        let _one_at_a_time = lock.lock().await;
        if let Some((belief, served)) = self.recall(model, reference)
            && belief.read_at >= asked_at
        {
            return Ok((belief, served, true));
        }
        let found = Belief::read(&self.ports, model, reference).await?;
        let Some((pinned, belief)) = found else {
            return Err(LoadError::Unknown { model: model.clone(), reference: reference.clone() });
        };
        let loaded = self.load(model, &pinned, belief.key.clone()).await;
        let mut state = self.state();
        match loaded {
            Ok((served, cached)) => {
                let belief = Arc::new(belief);
                if state.beliefs.insert(model, reference, Arc::clone(&belief)) {
                    let version = pinned.version.number();
                    tracing::info!(model = model.as_str(), %reference, version, "the model is loaded");
                }
                Ok((belief, served, cached))
            }
            Err(error) => {
                // Who asks next is to have the old model, and not at once again.
                state.beliefs.renew(model, reference, belief.read_at);
                Err(error)
            }
        }
    }

    /// The model of a version, from memory or its artifact.
    async fn load(
        &self,
        model: &ModelName,
        pinned: &Pinned,
        key: Key,
    ) -> Result<(Arc<ServedModel>, bool), LoadError> {
        if let Some(served) = self.held(&key) {
            return Ok((served, true));
        }
        let now = self.ports.clock.now();
        let pause = self.settings.ttl * PAUSE;
        let found = self.state().damages.since(&key, now);
        if let Some(left) =
            found.and_then(|since| pause.checked_sub(since)).filter(|it| !it.is_zero())
        {
            return Err(LoadError::Damaged { version: pinned.version, pause: left, source: None });
        }
        let (version, artifact) = (pinned.version, pinned.artifact.clone());
        let stored = store::fetch(self.ports.objects.as_ref(), model, version, artifact).await;
        match stored.and_then(|stored| ServedModel::load(&stored)) {
            Ok(served) => {
                let served = Arc::new(served);
                let mut state = self.state();
                state.damages.forget(&key);
                state.models.insert(key, Arc::clone(&served));
                Ok((served, false))
            }
            Err(StoreError::Port(error)) => Err(error.into()),
            Err(error) => {
                self.state().damages.note(key, model, pinned, chain(&error), now);
                Err(LoadError::Damaged { version, pause, source: Some(error) })
            }
        }
    }

    fn lock_of(&self, model: &ModelName) -> Arc<tokio::sync::Mutex<()>> {
        let mut loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        match loading.get(model) {
            Some(lock) => Arc::clone(lock),
            None => Arc::clone(loading.entry(model.clone()).or_default()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
