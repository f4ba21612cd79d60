//! The least recently used models make room for others.

use std::collections::HashMap;
use std::sync::Arc;

use super::model::ServedModel;
use crate::name::Version;
use crate::registry::Pinned;

/// An artifact's hash and the version that it answers as: the same data gives the
/// same artifact, also to two versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    artifact: Arc<str>,
    version: Version,
}

impl Key {
    pub(super) fn of(pinned: &Pinned) -> Self {
        Self { artifact: pinned.artifact.as_str().into(), version: pinned.version }
    }
}

/// Models, bounded by the bytes of their artifacts.
#[derive(Debug)]
pub(super) struct Lru {
    capacity: usize,
    used: usize,
    clock: u64,
    entries: HashMap<Key, (u64, Arc<ServedModel>)>,
}

impl Lru {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, used: 0, clock: 0, entries: HashMap::new() }
    }

    pub(super) fn get(&mut self, key: &Key) -> Option<Arc<ServedModel>> {
        self.clock += 1;
        let (used_at, model) = self.entries.get_mut(key)?;
        *used_at = self.clock;
        Some(Arc::clone(model))
    }

    /// Adds a model; the newest one stays even when it alone exceeds the capacity.
    pub(super) fn insert(&mut self, key: Key, model: Arc<ServedModel>) {
        self.clock += 1;
        self.used += model.size;
        if let Some((_, old)) = self.entries.insert(key, (self.clock, model)) {
            self.used -= old.size;
        }
        while self.used > self.capacity && self.entries.len() > 1 {
            let oldest = self.entries.iter().min_by_key(|(_, (used_at, _))| *used_at);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { return };
            if let Some((_, removed)) = self.entries.remove(&oldest) {
                self.used -= removed.size;
            }
        }
    }
}
