//! The model store: the registry says which artifact, the bucket has it.

use bytes::Bytes;

use crate::artifact::{Artifact, ArtifactError};
use crate::name::{ModelName, Reference, Version};
use crate::port_error::PortError;
use crate::registry::{ReadRegistry, resolve};
use crate::storage::{ReadObjects, WriteObjects, keys};

/// A version's artifact, fetched.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The version.
    pub version: Version,
    /// The SHA-256 that the artifact's name promises.
    pub sha256: String,
    /// The artifact's bytes.
    pub bytes: Bytes,
}

/// An artifact could not be had.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Registry or bucket could not be asked.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The registry names an artifact that the bucket does not have.
    #[error("the artifact `{0}` does not exist: restore it")]
    NoArtifact(String),
    /// The artifact is damaged.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

impl Stored {
    /// Opens the artifact.
    ///
    /// # Errors
    /// When its bytes are others than promised, or no artifact.
    pub fn open(&self) -> Result<Artifact<'_>, StoreError> {
        Ok(Artifact::open(&self.bytes, &self.sha256)?)
    }
}

/// The artifact that a reference stands for; `None` when it stands for none.
///
/// # Errors
/// When registry or bucket cannot be asked, or the artifact does not exist.
pub async fn find<R, O>(
    registry: &R,
    objects: &O,
    model: &ModelName,
    reference: &Reference,
) -> Result<Option<Stored>, StoreError>
where
    R: ReadRegistry + ?Sized,
    O: ReadObjects + ?Sized,
{
    match resolve(registry, model, reference).await? {
        Some((version, sha256)) => fetch(objects, model, version, sha256).await.map(Some),
        None => Ok(None),
    }
}

/// The artifact of a version.
///
/// # Errors
/// When the bucket cannot be asked or does not have it.
pub async fn fetch<O: ReadObjects + ?Sized>(
    objects: &O,
    model: &ModelName,
    version: Version,
    sha256: String,
) -> Result<Stored, StoreError> {
    let key = keys::artifact(model, &sha256);
    let object = objects.get(&key).await?.ok_or(StoreError::NoArtifact(key))?;
    Ok(Stored { version, sha256, bytes: object.bytes })
}

/// Stores an artifact, and tells its key. Nothing points at it yet.
///
/// # Errors
/// When the bucket cannot be asked or refuses.
pub async fn put(
    objects: &dyn WriteObjects,
    model: &ModelName,
    sha256: &str,
    bytes: Bytes,
) -> Result<String, PortError> {
    let key = keys::artifact(model, sha256);
    objects.put(&key, "application/octet-stream", bytes).await?;
    Ok(key)
}
