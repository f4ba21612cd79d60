//! A registry in maps.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;

use super::lock;
use crate::clock::Clock;
use crate::name::{Alias, ModelName, Version};
use crate::port_error::PortError;
use crate::registry::{
    AliasRecord, Cause, DriftLog, DriftRecord, Move, Movement, NewVersion, Promotion, ReadRegistry,
    Registered, RejectionRecord, VersionRecord, WriteError, WriteRegistry,
};

#[derive(Debug, Default)]
struct Model {
    versions: Vec<VersionRecord>,
    aliases: BTreeMap<Alias, AliasRecord>,
    history: Vec<Movement>,
    rejections: BTreeMap<Version, RejectionRecord>,
    drift: BTreeMap<(Timestamp, Timestamp), DriftRecord>,
}

/// A registry in memory.
pub struct MemoryRegistry {
    models: Mutex<BTreeMap<ModelName, Model>>,
    clock: Arc<dyn Clock>,
}

impl MemoryRegistry {
    /// An empty registry.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { models: Mutex::default(), clock }
    }

    fn read<T: Default>(&self, model: &ModelName, read: impl FnOnce(&Model) -> T) -> T {
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
            at: record.moved_at,
            cause,
        });
        self.aliases.insert(record.alias.clone(), record);
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
            };
            model.point(record, cause);
        }
        model.versions.push(VersionRecord { version: number, registered: version });
        Ok(Registered { version: number, newly: true })
    }

    async fn move_alias(&self, wish: Move) -> Result<AliasRecord, WriteError> {
        let Move { model, alias, expected, to, cause, force } = wish;
        let unknown = || WriteError::UnknownVersion { model: model.clone(), version: to };
        let mut models = lock(&self.models);
        let entry = models.get_mut(&model).ok_or_else(unknown)?;
        let version =
            entry.versions.iter().find(|record| record.version == to).ok_or_else(unknown)?;
        let record = AliasRecord {
            model: model.clone(),
            alias: alias.clone(),
            version: to,
            artifact: version.artifact.clone(),
            moved_at: self.clock.now(),
        };
        if let Some(RejectionRecord { cause: Cause { reason, .. }, .. }) = entry.rejections.get(&to)
            && !force
        {
            return Err(WriteError::Rejected { model, version: to, reason: reason.clone() });
        }
        entry.expect(&model, &alias, expected)?;
        entry.point(record.clone(), cause);
        Ok(record)
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
        let champion = entry.aliases.get(&Alias::champion()).map(|record| record.version);
        if champion == Some(version) {
            return Err(WriteError::Serving { model: model.clone(), version });
        }
        let at = self.clock.now();
        let record = RejectionRecord { model: model.clone(), version, at, cause };
        Ok(entry.rejections.entry(version).or_insert(record).clone())
    }
}

#[async_trait]
impl DriftLog for MemoryRegistry {
    async fn record_drift(&self, record: &DriftRecord) -> Result<(), PortError> {
        lock(&self.models)
            .entry(record.model.clone())
            .or_default()
            .drift
            .insert((record.start, record.end), record.clone());
        Ok(())
    }

    async fn drift_records(&self, model: &ModelName) -> Result<Vec<DriftRecord>, PortError> {
        Ok(self.read(model, |model| model.drift.values().cloned().collect()))
    }
}
