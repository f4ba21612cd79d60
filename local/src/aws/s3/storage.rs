//! The handle that the rest of the program has.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::validation::{AwsNameValidation, NameValidation};

use super::api::Gateway;
use super::attributes::Attributes;
use super::checksum::Algorithm;
use super::condition::WriteCondition;
use super::error::{OpenError, PutError, StorageError};
use super::ingest::ingest;
use super::records::{ObjectCreated, Reason};
use super::store::{NewObject, Store};

/// The object storage; clones share it.
#[derive(Clone, Debug)]
pub struct ObjectStorage {
    store: Arc<Store>,
}

/// The key that requests are signed with.
#[derive(Clone)]
pub struct Credentials {
    /// The public part, which names the key.
    pub access_key: String,
    /// The secret part.
    pub secret_key: String,
}

impl ObjectStorage {
    /// Opens the storage in the folder `state`, which is created if it is
    /// missing.
    ///
    /// # Errors
    ///
    /// If the folder cannot be used, if another process uses it, or if what
    /// lies in it is of another version.
    pub fn open(state: &Path) -> Result<Self, OpenError> {
        Ok(Self { store: Arc::new(Store::open(state)?) })
    }

    /// Creates a bucket unless it exists.
    ///
    /// # Errors
    ///
    /// If the name breaks the rules for buckets, or the index fails.
    pub fn ensure_bucket(&self, name: &str) -> Result<(), StorageError> {
        if !AwsNameValidation::new().validate_bucket_name(name) {
            return Err(StorageError::BucketName { name: name.to_owned() });
        }
        self.store.ensure_bucket(name)
    }

    /// The oldest events that are not acknowledged, oldest first, `limit` at
    /// most.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub async fn pending_events(&self, limit: usize) -> Result<Vec<ObjectCreated>, StorageError> {
        self.store.run(move |store| store.pending_events(limit)).await
    }

    /// Removes events that have been delivered.
    ///
    /// # Errors
    ///
    /// If the index fails; then all of them stay.
    pub async fn acknowledge(&self, ids: &[i64]) -> Result<(), StorageError> {
        let ids = ids.to_owned();
        self.store.run(move |store| store.acknowledge(&ids)).await
    }

    /// Waits until an event is committed; returns at once if one was committed
    /// since the last call. It is for one waiter: each event wakes one.
    pub async fn event_committed(&self) {
        self.store.event_committed().await;
    }

    /// Stores an object for another service, replacing one of the same key.
    ///
    /// # Errors
    ///
    /// If the bucket does not exist, or the disk or the index fails.
    pub(in crate::aws) async fn put(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        content: Bytes,
    ) -> Result<(), PutError> {
        let content = stream::iter([Ok(content)]);
        let content = ingest(self.store.blobs(), content, Algorithm::DEFAULT).await?;
        let new = NewObject {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            size: content.size,
            etag: content.etag(),
            checksum: content.checksum,
            blob: content.blob,
            attributes: Attributes {
                content_type: Some(content_type.to_owned()),
                ..Attributes::default()
            },
            part_sizes: Vec::new(),
            reason: Reason::Put,
            condition: WriteCondition::Always,
        };
        self.store.run(move |store| store.put(new)).await?;
        Ok(())
    }

    /// The HTTP service; it answers requests that are signed with
    /// `credentials`.
    #[must_use]
    pub fn service(&self, credentials: &Credentials) -> S3Service {
        let mut builder = S3ServiceBuilder::new(Gateway::new(Arc::clone(&self.store)));
        let Credentials { access_key, secret_key } = credentials.clone();
        builder.set_auth(SimpleAuth::from_single(access_key, secret_key));
        builder.build()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}
