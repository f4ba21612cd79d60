//! Which model answers, and how long that is believed.
//!
//! What an alias points at is believed for a short time by the wall clock. After
//! that it is read again: beside the request while the belief is young, before the
//! answer when it is old. A model that has answered goes on answering when registry
//! or bucket cannot be asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::lru::{Key, Lru};
use super::model::ServedModel;
use crate::clock::Clock;
use crate::name::{ModelName, Reference};
use crate::port_error::chain;
use crate::registry::{ReadRegistry, resolve};
use crate::storage::ReadObjects;
use crate::store::{self, StoreError};

/// How much a cache holds, and how long it believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSettings {
    /// The bytes of artifacts that are kept.
    pub capacity: usize,
    /// An alias that was read less than this ago is not read again. Default 5
    /// seconds.
    pub fresh: Duration,
    /// An alias that was read longer than this ago is read before the answer.
    /// Default 60 seconds.
    pub stale: Duration,
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
    /// Its artifact could not be had.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Asked = (ModelName, Reference);

#[derive(Debug, Clone)]
struct Belief {
    key: Key,
    read_at: Timestamp,
}

struct State {
    beliefs: HashMap<Asked, Belief>,
    models: Lru,
}

/// Loads models on demand and keeps them.
pub struct ModelCache {
    registry: Arc<dyn ReadRegistry>,
    objects: Arc<dyn ReadObjects>,
    clock: Arc<dyn Clock>,
    settings: CacheSettings,
    state: Mutex<State>,
    /// Held while a model is looked up and loaded, so that it is loaded once.
    loading: tokio::sync::Mutex<()>,
}

impl CacheSettings {
    /// Half of a function's memory for artifacts, and the default times.
    #[must_use]
    pub fn for_memory(megabytes: usize) -> Self {
        Self {
            capacity: megabytes.saturating_mul(1024 * 1024) / 2,
            fresh: Duration::from_secs(5),
            stale: Duration::from_secs(60),
        }
    }

    /// The same, with aliases that stay fresh for `ttl` and grow stale after twelve
    /// times that.
    #[must_use]
    pub fn with_ttl(self, ttl: Duration) -> Self {
        Self { fresh: ttl, stale: ttl * 12, ..self }
    }
}

impl ModelCache {
    /// An empty cache.
    #[must_use]
    pub fn new(
        registry: Arc<dyn ReadRegistry>,
        objects: Arc<dyn ReadObjects>,
        clock: Arc<dyn Clock>,
        settings: CacheSettings,
    ) -> Arc<Self> {
        let state = State { beliefs: HashMap::new(), models: Lru::new(settings.capacity) };
        let (state, loading) = (Mutex::new(state), tokio::sync::Mutex::new(()));
        Arc::new(Self { registry, objects, clock, settings, state, loading })
    }

    /// The model that a reference stands for.
    ///
    /// # Errors
    /// When it does not exist, or has not answered before and cannot be loaded now.
    pub async fn get(
        self: &Arc<Self>,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<Arc<ServedModel>, LoadError> {
        let asked = (model.clone(), reference.clone());
        let Some((age, served)) = self.recall(&asked) else {
            return self.load(&asked).await;
        };
        if age < self.settings.fresh || matches!(reference, Reference::Version(_)) {
            return Ok(served);
        }
        if age < self.settings.stale {
            let cache = Arc::clone(self);
            tokio::spawn(async move { cache.refresh(&asked).await });
            return Ok(served);
        }
        Ok(self.refresh(&asked).await.unwrap_or(served))
    }

    /// The model that answered last, and how long ago its alias was read.
    fn recall(&self, asked: &Asked) -> Option<(Duration, Arc<ServedModel>)> {
        let mut state = self.state();
        let Belief { key, read_at } = state.beliefs.get(asked)?.clone();
        let age = self.clock.now().duration_since(read_at);
        // A clock that was set back makes a belief old, not eternal.
        let age = Duration::try_from(age).unwrap_or(Duration::MAX);
        Some((age, state.models.get(&key)?))
    }

    /// The model after its alias was read again; `None` when that is not possible.
    async fn refresh(&self, asked: &Asked) -> Option<Arc<ServedModel>> {
        match self.load(asked).await {
            Ok(model) => Some(model),
            Err(error) => {
                let (model, reference) = asked;
                tracing::warn!(
                    model = model.as_str(),
                    %reference,
                    error = chain(&error),
                    "the loaded model goes on answering"
                );
                None
            }
        }
    }

    async fn load(&self, asked: &Asked) -> Result<Arc<ServedModel>, LoadError> {
        let _one_at_a_time = self.loading.lock().await;
        if let Some((age, served)) = self.recall(asked)
            && age < self.settings.fresh
        {
            return Ok(served);
        }
        let (model, reference) = asked;
        let resolved = resolve(self.registry.as_ref(), model, reference).await;
        let Some((version, sha256)) = resolved.map_err(StoreError::Port)? else {
            return Err(LoadError::Unknown { model: model.clone(), reference: reference.clone() });
        };
        let key = (sha256.clone(), version);
        let held = self.state().models.get(&key);
        let served = match held {
            Some(served) => served,
            None => {
                let objects = self.objects.as_ref();
                let stored = store::fetch(objects, model, version, sha256).await?;
                Arc::new(ServedModel::load(&stored)?)
            }
        };
        let belief = Belief { key: key.clone(), read_at: self.clock.now() };
        let mut state = self.state();
        let before = state.beliefs.insert(asked.clone(), belief);
        if before.is_none_or(|before| before.key != key) {
            tracing::info!(model = model.as_str(), %reference, %version, "the model is loaded");
        }
        state.models.insert(key, Arc::clone(&served));
        Ok(served)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
