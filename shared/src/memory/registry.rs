//! A registry in maps.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;

use super::lock;
use crate::clock::Clock;
use crate::name::{Alias, ModelName, Version};
use crate::port_error::PortError;
use crate::registry::{
    AliasRecord, Cause, DriftLog, DriftRecord, Move, Movement, NewVersion, Pinned, Promotion,
    ReadRegistry, Registered, RejectionRecord, Sharing, Traffic, VersionRecord, WriteError,
    WriteRegistry, may_be_rejected,
};

#[derive(Debug, Default)]
struct Model {
    versions: Vec<VersionRecord>,
    aliases: BTreeMap<Alias, AliasRecord>,
    history: Vec<Movement>,
    rejections: BTreeMap<Version, RejectionRecord>,
    drift: BTreeMap<(Timestamp, Timestamp, String, Version), DriftRecord>,
}

/// A registry in memory.
pub struct MemoryRegistry {
    models: Mutex<BTreeMap<ModelName, Model>>,
    clock: Arc<dyn Clock>,
    reads: AtomicU64,
}

impl MemoryRegistry {
    /// An empty registry.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { models: Mutex::default(), clock, reads: AtomicU64::default() }
    }

    /// How often something of a model was asked for.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    fn read<T: Default>(&self, model: &ModelName, read: impl FnOnce(&Model) -> T) -> T {
        self.reads.fetch_add(1, Ordering::Relaxed);
        lock(&self.models).get(model).map(read).unwrap_or_default()
    }
}

impl Model {
    fn expect(
        &self,
        model: &ModelName,
        alias: &Alias,
        expected: Option<Version>,
    ) -> Result<(), WriteError> {
        let found = self.aliases.get(alias).map(|record| record.version);
        if found == expected {
            return Ok(());
        }
        Err(WriteError::Conflict { model: model.clone(), alias: alias.clone(), expected, found })
    }

    fn point(&mut self, record: AliasRecord, cause: Cause) {
        self.history.push(Movement {
            model: record.model.clone(),
            alias: record.alias.clone(),
            from: self.aliases.get(&record.alias).map(|old| old.version),
            to: record.version,
            traffic: Traffic::default(),
            at: record.moved_at,
            cause,
        });
        self.aliases.insert(record.alias.clone(), record);
    }

    fn known(&self, model: &ModelName, version: Version) -> Result<&VersionRecord, WriteError> {
        let found = self.versions.iter().find(|record| record.version == version);
        found.ok_or_else(|| WriteError::UnknownVersion { model: model.clone(), version })
    }

    fn not_rejected(&self, model: &ModelName, version: Version) -> Result<(), WriteError> {
        match self.rejections.get(&version) {
            None => Ok(()),
            Some(RejectionRecord { cause: Cause { reason, .. }, .. }) => {
                let (model, reason) = (model.clone(), reason.clone());
                Err(WriteError::Rejected { model, version, reason })
            }
        }
    }
}

#[async_trait]
impl ReadRegistry for MemoryRegistry {
    async fn models(&self) -> Result<Vec<ModelName>, PortError> {
        let models = lock(&self.models);
        let registered = models.iter().filter(|(_, model)| !model.versions.is_empty());
        Ok(registered.map(|(name, _)| name.clone()).collect())
    }

    async fn version(
        &self,
        model: &ModelName,
        version: Version,
    ) -> Result<Option<VersionRecord>, PortError> {
        Ok(self.read(model, |model| {
            model.versions.iter().find(|record| record.version == version).cloned()
        }))
    }

    async fn versions(&self, model: &ModelName) -> Result<Vec<VersionRecord>, PortError> {
        Ok(self.read(model, |model| model.versions.clone()))
    }

    async fn alias(
        &self,
        model: &ModelName,
        alias: &Alias,
    ) -> Result<Option<AliasRecord>, PortError> {
        Ok(self.read(model, |model| model.aliases.get(alias).cloned()))
    }

    async fn aliases(&self, model: &ModelName) -> Result<Vec<AliasRecord>, PortError> {
        Ok(self.read(model, |model| model.aliases.values().cloned().collect()))
    }

    async fn history(&self, model: &ModelName) -> Result<Vec<Movement>, PortError> {
        Ok(self.read(model, |model| model.history.clone()))
    }

    async fn rejections(&self, model: &ModelName) -> Result<Vec<RejectionRecord>, PortError> {
        Ok(self.read(model, |model| model.rejections.values().cloned().collect()))
    }
}

#[async_trait]
impl WriteRegistry for MemoryRegistry {
    async fn register(
        &self,
        version: NewVersion,
        promotion: Option<Promotion>,
    ) -> Result<Registered, WriteError> {
        let name = version.model.clone();
        let mut models = lock(&self.models);
        let model = models.entry(name.clone()).or_default();
        if let Some(record) = model.versions.iter().find(|record| record.run == version.run) {
            return Ok(Registered { version: record.version, newly: false });
        }
        if let Some(promotion) = &promotion {
            model.expect(&name, &promotion.alias, promotion.expected)?;
        }
        let number = model.versions.last().map_or(Version::FIRST, |last| last.version.next());
        if let Some(Promotion { alias, cause, .. }) = promotion {
            let record = AliasRecord {
                model: name,
                alias,
                version: number,
                artifact: version.artifact.clone(),
                moved_at: version.created_at,
                traffic: Traffic::default(),
            };
            model.point(record, cause);
        }
        model.versions.push(VersionRecord { version: number, registered: version });
        Ok(Registered { version: number, newly: true })
    }

    async fn move_alias(&self, wish: Move) -> Result<AliasRecord, WriteError> {
        let Move { model, alias, expected, to, cause, force } = wish;
        let mut models = lock(&self.models);
        let entry = models.entry(model.clone()).or_default();
        let record = AliasRecord {
            model: model.clone(),
            alias: alias.clone(),
            version: to,
            artifact: entry.known(&model, to)?.artifact.clone(),
            moved_at: self.clock.now(),
            traffic: Traffic::default(),
        };
        if !force {
            entry.not_rejected(&model, to)?;
        }
        entry.expect(&model, &alias, expected)?;
        entry.point(record.clone(), cause);
        Ok(record)
    }

    async fn share(&self, wish: Sharing) -> Result<AliasRecord, WriteError> {
        wish.validate()?;
        let Sharing { alias: read, traffic, cause, force } = wish;
        let mut models = lock(&self.models);
        let entry = models.entry(read.model.clone()).or_default();
        for Pinned { version, artifact } in traffic.pinned() {
            if entry.known(&read.model, *version)?.artifact != *artifact {
                return Err(WriteError::UnknownVersion { model: read.model, version: *version });
            }
            if !force {
                entry.not_rejected(&read.model, *version)?;
            }
        }
        if entry.aliases.get(&read.alias) != Some(&read) {
            return Err(WriteError::Changed { model: read.model, alias: read.alias });
        }
        entry.history.push(Movement {
            model: read.model.clone(),
            alias: read.alias.clone(),
            from: Some(read.version),
            to: read.version,
            traffic: traffic.clone(),
            at: self.clock.now(),
            cause,
        });
        let shared = AliasRecord { traffic, ..read };
        entry.aliases.insert(shared.alias.clone(), shared.clone());
        Ok(shared)
    }

    async fn reject(
        &self,
        model: &ModelName,
        version: Version,
        cause: Cause,
    ) -> Result<RejectionRecord, WriteError> {
        let mut models = lock(&self.models);
        let entry = models
            .get_mut(model)
            .filter(|entry| entry.versions.iter().any(|record| record.version == version))
            .ok_or_else(|| WriteError::UnknownVersion { model: model.clone(), version })?;
        if let Some(champion) = entry.aliases.get(&Alias::champion()) {
            may_be_rejected(champion, version)?;
        }
        let at = self.clock.now();
        let record = RejectionRecord { model: model.clone(), version, at, cause };
        Ok(entry.rejections.entry(version).or_insert(record).clone())
    }
}

#[async_trait]
impl DriftLog for MemoryRegistry {
    async fn record_drift(&self, record: &DriftRecord) -> Result<(), PortError> {
        let DriftRecord { model, variant, version, start, end, .. } = record;
        let key = (*start, *end, variant.to_string(), *version);
        let mut models = lock(&self.models);
        models.entry(model.clone()).or_default().drift.insert(key, record.clone());
        Ok(())
    }

    async fn drift_records(
        &self,
        model: &ModelName,
        since: Option<Timestamp>,
    ) -> Result<Vec<DriftRecord>, PortError> {
        let young = |record: &&DriftRecord| since.is_none_or(|since| record.start >= since);
        Ok(self.read(model, |model| model.drift.values().filter(young).cloned().collect()))
    }
}
