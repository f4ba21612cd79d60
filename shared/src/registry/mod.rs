//! The model registry: versions, aliases and their history, as ports.
//!
//! A version never changes once it is registered; an alias moves by a conditional
//! write; every move and every rejection is a record, so that history only grows and
//! an undo can be undone.

mod records;
mod sharing;
mod stage;
mod traffic;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::name::{Alias, ModelName, Reference, Version};
use crate::port_error::PortError;

pub use records::{
    Actor, AliasRecord, Baselines, Cause, ColumnTrend, DriftRecord, Move, Movement, NewVersion,
    Promotion, Registered, RejectionRecord, RetrainingDecision, ScoreTrend, VersionRecord,
};
pub use sharing::{InvalidTraffic, Sharing, ended};
pub use stage::{Stage, UnknownStage};
pub use traffic::{Pinned, Traffic, Variant, point};

/// Reads the registry.
#[async_trait]
pub trait ReadRegistry: Send + Sync {
    /// The names of all models, sorted.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn models(&self) -> Result<Vec<ModelName>, PortError>;

    /// A version; `None` when it does not exist.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn version(
        &self,
        model: &ModelName,
        version: Version,
    ) -> Result<Option<VersionRecord>, PortError>;

    /// All versions of a model, the oldest first.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn versions(&self, model: &ModelName) -> Result<Vec<VersionRecord>, PortError>;

    /// Where an alias points; `None` when it points nowhere.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn alias(
        &self,
        model: &ModelName,
        alias: &Alias,
    ) -> Result<Option<AliasRecord>, PortError>;

    /// All aliases of a model, sorted.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn aliases(&self, model: &ModelName) -> Result<Vec<AliasRecord>, PortError>;

    /// Every move of every alias of a model, the oldest first.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn history(&self, model: &ModelName) -> Result<Vec<Movement>, PortError>;

    /// Every rejection of a version of a model, by the version's number.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn rejections(&self, model: &ModelName) -> Result<Vec<RejectionRecord>, PortError>;
}

/// Writes the registry.
#[async_trait]
pub trait WriteRegistry: ReadRegistry {
    /// Registers a version under the next number and, with a promotion, moves an
    /// alias to it: both in one transaction, or nothing. A run registers once: for a
    /// run that has done so already the answer is its version of then.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when the alias is not where the promotion expects it.
    async fn register(
        &self,
        version: NewVersion,
        promotion: Option<Promotion>,
    ) -> Result<Registered, WriteError>;

    /// Moves an alias to a version, if it still is where the mover believes it to be.
    /// All of its requests go there then: a canary or shadow ends.
    ///
    /// # Errors
    /// [`WriteError::Conflict`] when it is elsewhere, [`WriteError::UnknownVersion`]
    /// when the version does not exist, [`WriteError::Rejected`] when it was rejected
    /// and nothing forces the move.
    async fn move_alias(&self, wish: Move) -> Result<AliasRecord, WriteError>;

    /// Shares an alias's requests with other versions, if it still is as the one who
    /// wishes has read it.
    ///
    /// # Errors
    /// [`WriteError::Traffic`] for shares that cannot be, [`WriteError::Changed`] when
    /// the alias is not as it was read, [`WriteError::UnknownVersion`] when a version
    /// does not exist, [`WriteError::Rejected`] when one was rejected and nothing forces
    /// the wish.
    async fn share(&self, wish: Sharing) -> Result<AliasRecord, WriteError>;

    /// Rejects a version. Of several rejections the first one stays, and is the
    /// answer.
    ///
    /// # Errors
    /// [`WriteError::UnknownVersion`] when the version does not exist,
    /// [`WriteError::Serving`] when it is the champion, [`WriteError::Sharing`] when it
    /// sees the champion's requests.
    async fn reject(
        &self,
        model: &ModelName,
        version: Version,
        cause: Cause,
    ) -> Result<RejectionRecord, WriteError>;
}

/// The record of drift checks.
#[async_trait]
pub trait DriftLog: Send + Sync {
    /// Records the verdict on a window. A window of the same variant that is checked
    /// again against the same version replaces its record.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn record_drift(&self, record: &DriftRecord) -> Result<(), PortError>;

    /// The recorded windows of a model that start at `since` or later, or all, the
    /// oldest first; those of the same window by variant and version.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    async fn drift_records(
        &self,
        model: &ModelName,
        since: Option<Timestamp>,
    ) -> Result<Vec<DriftRecord>, PortError>;
}

/// A write was refused.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The alias is not where the writer believed it to be.
    #[error(
        "alias `{alias}` of model `{model}` is at {}, not at {}: read it again",
        place(.found), place(.expected)
    )]
    Conflict {
        /// The model.
        model: ModelName,
        /// The alias.
        alias: Alias,
        /// Where the writer believed it to be.
        expected: Option<Version>,
        /// Where it is.
        found: Option<Version>,
    },
    /// The alias is not as the writer has read it.
    #[error("alias `{alias}` of model `{model}` was changed meanwhile: read it again")]
    Changed {
        /// The model.
        model: ModelName,
        /// The alias.
        alias: Alias,
    },
    /// Requests cannot be shared so.
    #[error(transparent)]
    Traffic(#[from] InvalidTraffic),
    /// The version that is to be rejected sees the champion's requests.
    #[error(
        "version {version} takes part in the champion's traffic of model `{model}`: end that, \
         then reject it"
    )]
    Sharing {
        /// The model.
        model: ModelName,
        /// The version.
        version: Version,
    },
    /// The version does not exist.
    #[error("model `{model}` has no version {version}")]
    UnknownVersion {
        /// The model.
        model: ModelName,
        /// The version.
        version: Version,
    },
    /// The version was rejected.
    #[error(
        "version {version} of model `{model}` was rejected ({reason}): choose another version, \
         or force it"
    )]
    Rejected {
        /// The model.
        model: ModelName,
        /// The version.
        version: Version,
        /// Why it was rejected.
        reason: String,
    },
    /// The version that is to be rejected serves.
    #[error(
        "version {version} is the champion of model `{model}`: roll back or promote another \
         version, then reject it"
    )]
    Serving {
        /// The model.
        model: ModelName,
        /// The version.
        version: Version,
    },
    /// The registry could not be asked.
    #[error(transparent)]
    Port(#[from] PortError),
}

fn place(version: &Option<Version>) -> String {
    version.map_or_else(|| "no version".to_owned(), |version| format!("version {version}"))
}

/// Refuses to reject a version that the champion's requests come to.
pub(crate) fn may_be_rejected(champion: &AliasRecord, version: Version) -> Result<(), WriteError> {
    let model = champion.model.clone();
    if champion.version == version {
        return Err(WriteError::Serving { model, version });
    }
    match champion.traffic.pinned().any(|pinned| pinned.version == version) {
        true => Err(WriteError::Sharing { model, version }),
        false => Ok(()),
    }
}

/// The version and artifact that a reference stands for; `None` when it stands for
/// none.
///
/// # Errors
/// When the registry cannot be asked.
pub async fn resolve<R: ReadRegistry + ?Sized>(
    registry: &R,
    model: &ModelName,
    reference: &Reference,
) -> Result<Option<(Version, String)>, PortError> {
    Ok(match reference {
        Reference::Version(version) => registry
            .version(model, *version)
            .await?
            .map(|record| (record.version, record.registered.artifact)),
        Reference::Alias(alias) => {
            registry.alias(model, alias).await?.map(|record| (record.version, record.artifact))
        }
    })
}
