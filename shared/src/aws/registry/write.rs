//! Registering and rejecting versions and moving aliases, each in one transaction.

use async_trait::async_trait;

use super::DynamoRegistry;
use super::item::{self, META};
use super::transaction::{AliasMove, Meta, Run};
use crate::name::{Alias, ModelName, Version};
use crate::port_error::PortError;
use crate::registry::{
    AliasRecord, Cause, Move, Movement, NewVersion, Pinned, Promotion, ReadRegistry, Registered,
    RejectionRecord, Sharing, Traffic, WriteError, WriteRegistry, may_be_rejected,
};

/// How often a registration tries again after losing a race for its number.
const ATTEMPTS: usize = 20;

#[async_trait]
impl WriteRegistry for DynamoRegistry {
    async fn register(
        &self,
        version: NewVersion,
        promotion: Option<Promotion>,
    ) -> Result<Registered, WriteError> {
        let model = version.model.clone();
        let run_key = item::run_key(&version.run);
        let mut lost = None;
        for _ in 0..ATTEMPTS {
            if let Some(Run { version }) = self.get(&model, &run_key).await? {
                return Ok(Registered { version, newly: false });
            }
            if let Some(promotion) = &promotion {
                self.expect_alias(&model, &promotion.alias, promotion.expected).await?;
            }
            let newest: Option<Meta> = self.get(&model, META).await?;
            let newest = newest.map(|meta| meta.newest);
            let number = newest.map_or(Version::FIRST, Version::next);
            let writes = self.registration(&version, number, newest, promotion.as_ref())?;
            match self.transact(writes).await {
                Ok(()) => return Ok(Registered { version: number, newly: true }),
                Err(error) if error.cancelled => lost = Some(error.source),
                Err(error) => return Err(WriteError::Port(error.source)),
            }
        }
        Err(WriteError::Port(self.lost(&model, lost)))
    }

    async fn move_alias(&self, wish: Move) -> Result<AliasRecord, WriteError> {
        let Move { model, alias, expected, to, cause, force } = wish;
        let Some(version) = self.version(&model, to).await? else {
            return Err(WriteError::UnknownVersion { model, version: to });
        };
        if !force {
            self.expect_no_rejection(&model, to).await?;
        }
        self.expect_alias(&model, &alias, expected).await?;
        let at = self.clock.now();
        let artifact = version.artifact.clone();
        let movement = AliasMove {
            model: &model,
            alias: &alias,
            from: expected,
            to,
            artifact: &artifact,
            cause: &cause,
            at,
        };
        match self.transact(self.movement(&movement, force)?).await {
            Ok(()) => {
                let traffic = Traffic::default();
                Ok(AliasRecord { model, alias, version: to, artifact, moved_at: at, traffic })
            }
            Err(error) => {
                // A cancelled transaction means that somebody else was faster.
                if !force {
                    self.expect_no_rejection(&model, to).await?;
                }
                self.expect_alias(&model, &alias, expected).await?;
                Err(WriteError::Port(error.source))
            }
        }
    }

    async fn share(&self, wish: Sharing) -> Result<AliasRecord, WriteError> {
        wish.validate()?;
        let Sharing { alias: read, traffic, cause, force } = wish;
        let decision = Movement {
            model: read.model.clone(),
            alias: read.alias.clone(),
            from: Some(read.version),
            to: read.version,
            traffic: traffic.clone(),
            at: self.clock.now(),
            cause,
        };
        let shared = AliasRecord { traffic, ..read.clone() };
        let mut lost = None;
        for _ in 0..ATTEMPTS {
            self.may_be_shared(&read, &shared, force).await?;
            match self.transact(self.sharing(&read, &shared, &decision, force)?).await {
                Ok(()) => return Ok(shared),
                // Somebody else was faster, or only in the way.
                Err(error) if error.cancelled => lost = Some(error.source),
                Err(error) => return Err(WriteError::Port(error.source)),
            }
        }
        Err(WriteError::Port(self.lost(&shared.model, lost)))
    }

    async fn reject(
        &self,
        model: &ModelName,
        version: Version,
        cause: Cause,
    ) -> Result<RejectionRecord, WriteError> {
        let at = self.clock.now();
        let record = RejectionRecord { model: model.clone(), version, at, cause };
        let mut lost = None;
        for _ in 0..ATTEMPTS {
            if self.version(model, version).await?.is_none() {
                return Err(WriteError::UnknownVersion { model: model.clone(), version });
            }
            let champion = self.alias(model, &Alias::champion()).await?;
            if let Some(champion) = &champion {
                may_be_rejected(champion, version)?;
            }
            if let Some(record) = self.find_rejection(model, version).await? {
                return Ok(record);
            }
            match self.transact(self.rejection(&record, champion.as_ref())?).await {
                Ok(()) => return Ok(record),
                Err(error) if error.cancelled => lost = Some(error.source),
                Err(error) => return Err(WriteError::Port(error.source)),
            }
        }
        Err(WriteError::Port(self.lost(model, lost)))
    }
}

impl DynamoRegistry {
    async fn expect_alias(
        &self,
        model: &ModelName,
        alias: &Alias,
        expected: Option<Version>,
    ) -> Result<(), WriteError> {
        let found = self.alias(model, alias).await?.map(|record| record.version);
        if found == expected {
            return Ok(());
        }
        Err(WriteError::Conflict { model: model.clone(), alias: alias.clone(), expected, found })
    }

    async fn expect_no_rejection(
        &self,
        model: &ModelName,
        version: Version,
    ) -> Result<(), WriteError> {
        match self.find_rejection(model, version).await? {
            None => Ok(()),
            Some(RejectionRecord { cause: Cause { reason, .. }, .. }) => {
                Err(WriteError::Rejected { model: model.clone(), version, reason })
            }
        }
    }

    /// Refuses what cannot be shared, as the registry is now.
    async fn may_be_shared(
        &self,
        read: &AliasRecord,
        shared: &AliasRecord,
        force: bool,
    ) -> Result<(), WriteError> {
        let model = &read.model;
        for Pinned { version, artifact } in shared.traffic.pinned() {
            let known = self.version(model, *version).await?;
            if known.is_none_or(|record| record.artifact != *artifact) {
                return Err(WriteError::UnknownVersion { model: model.clone(), version: *version });
            }
            if !force {
                self.expect_no_rejection(model, *version).await?;
            }
        }
        if self.alias(model, &read.alias).await?.as_ref() == Some(read) {
            return Ok(());
        }
        Err(WriteError::Changed { model: model.clone(), alias: read.alias.clone() })
    }

    /// The failure of who lost every race.
    fn lost(&self, model: &ModelName, last: Option<PortError>) -> PortError {
        let action = self.action("write", model, META);
        last.unwrap_or_else(|| PortError::retryable(action, "too many writers"))
    }

    async fn find_rejection(
        &self,
        model: &ModelName,
        version: Version,
    ) -> Result<Option<RejectionRecord>, PortError> {
        self.get(model, &item::rejection_key(version)).await
    }
}
