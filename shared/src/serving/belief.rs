//! What is believed of aliases and versions.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::lru::Key;
use super::ports::CachePorts;
use crate::name::{ModelName, Reference};
use crate::port_error::PortError;
use crate::registry::{Pinned, Traffic};

/// What a reference stands for, as it was read.
#[derive(Debug, Clone)]
pub(super) struct Belief {
    /// The version that it points at.
    pub(super) key: Key,
    /// Which others see its requests.
    pub(super) traffic: Traffic,
    /// When it was read.
    pub(super) read_at: Timestamp,
}

impl Belief {
    /// Reads what a reference stands for; `None` when it stands for nothing.
    pub(super) async fn read(
        ports: &CachePorts,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<Option<(Pinned, Self)>, PortError> {
        let found = match reference {
            Reference::Version(version) => {
                let record = ports.registry.version(model, *version).await?;
                record.map(|it| (it.version, it.registered.artifact, Traffic::default()))
            }
            Reference::Alias(alias) => {
                let record = ports.registry.alias(model, alias).await?;
                record.map(|it| (it.version, it.artifact, it.traffic))
            }
        };
        Ok(found.map(|(version, artifact, traffic)| {
            let pinned = Pinned { version, artifact };
            let belief = Self { key: Key::of(&pinned), traffic, read_at: ports.clock.now() };
            (pinned, belief)
        }))
    }
}

/// What is believed of each reference that was asked for.
#[derive(Debug, Default)]
pub(super) struct Beliefs {
    all: HashMap<ModelName, HashMap<Reference, Arc<Belief>>>,
    due: HashSet<(ModelName, Reference)>,
}

impl Beliefs {
    pub(super) fn get(&self, model: &ModelName, reference: &Reference) -> Option<Arc<Belief>> {
        self.all.get(model)?.get(reference).cloned()
    }

    /// Believes what was read; whether it points elsewhere than before.
    pub(super) fn insert(
        &mut self,
        model: &ModelName,
        reference: &Reference,
        belief: Arc<Belief>,
    ) -> bool {
        let of_model = self.all.entry(model.clone()).or_default();
        let key = belief.key.clone();
        of_model.insert(reference.clone(), belief).is_none_or(|before| before.key != key)
    }

    /// Goes on believing what was read before.
    pub(super) fn renew(&mut self, model: &ModelName, reference: &Reference, now: Timestamp) {
        if let Some(belief) = self.all.get_mut(model).and_then(|all| all.get_mut(reference)) {
            *belief = Arc::new(Belief { read_at: now, ..(**belief).clone() });
        }
    }

    /// Wants a reference to be read again.
    pub(super) fn make_due(&mut self, model: &ModelName, reference: &Reference) {
        self.due.insert((model.clone(), reference.clone()));
    }

    /// What is to be read again, to be done now.
    pub(super) fn take_due(&mut self) -> HashSet<(ModelName, Reference)> {
        std::mem::take(&mut self.due)
    }
}
