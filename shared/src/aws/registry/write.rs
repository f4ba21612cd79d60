//! Registering and rejecting versions and moving aliases, each in one transaction.

use async_trait::async_trait;

use super::DynamoRegistry;
use super::item::{self, META};
use super::transaction::{AliasMove, Meta, Run};
use crate::name::{Alias, ModelName, Version};
use crate::port_error::PortError;
use crate::registry::{
    AliasRecord, Cause, Move, NewVersion, Promotion, ReadRegistry, Registered, RejectionRecord,
    WriteError, WriteRegistry,
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
        Err(WriteError::Port(lost.unwrap_or_else(|| {
            PortError::retryable(self.action("register", &model, META), "too many writers")
        })))
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
            Ok(()) => Ok(AliasRecord { model, alias, version: to, artifact, moved_at: at }),
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

    async fn reject(
        &self,
        model: &ModelName,
        version: Version,
        cause: Cause,
    ) -> Result<RejectionRecord, WriteError> {
        if let Some(record) = self.may_be_rejected(model, version).await? {
            return Ok(record);
        }
        let at = self.clock.now();
        let record = RejectionRecord { model: model.clone(), version, at, cause };
        match self.transact(self.rejection(&record)?).await {
            Ok(()) => Ok(record),
            Err(error) => match self.may_be_rejected(model, version).await? {
                Some(record) => Ok(record),
                None => Err(WriteError::Port(error.source)),
            },
        }
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

    /// Refuses what cannot be rejected; the rejection that there is already.
    async fn may_be_rejected(
        &self,
        model: &ModelName,
        version: Version,
    ) -> Result<Option<RejectionRecord>, WriteError> {
        if self.version(model, version).await?.is_none() {
            return Err(WriteError::UnknownVersion { model: model.clone(), version });
        }
        let champion = self.alias(model, &Alias::champion()).await?;
        if champion.is_some_and(|record| record.version == version) {
            return Err(WriteError::Serving { model: model.clone(), version });
        }
        Ok(self.find_rejection(model, version).await?)
    }

    async fn find_rejection(
        &self,
        model: &ModelName,
        version: Version,
    ) -> Result<Option<RejectionRecord>, PortError> {
        self.get(model, &item::rejection_key(version)).await
    }
}
