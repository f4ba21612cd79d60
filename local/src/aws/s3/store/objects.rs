//! Objects.

use std::fs::File;
use std::io;

use jiff::Timestamp;
use rusqlite::Connection;

use super::Store;
use crate::aws::s3::attributes::Attributes;
use crate::aws::s3::blobs::StoredBlob;
use crate::aws::s3::checksum::Checksum;
use crate::aws::s3::condition::WriteCondition;
use crate::aws::s3::error::RequestError;
use crate::aws::s3::index::listing::{self, Page, Query};
use crate::aws::s3::index::{buckets, objects, outbox};
use crate::aws::s3::records::{Object, Reason};

/// An object that is about to be created.
#[derive(Debug)]
pub(crate) struct NewObject {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) blob: StoredBlob,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) checksum: Checksum,
    pub(crate) attributes: Attributes,
    pub(crate) part_sizes: Vec<u64>,
    pub(crate) reason: Reason,
    pub(crate) condition: WriteCondition,
}

impl Store {
    /// Creates an object, or replaces the one with the same key.
    pub(crate) fn put(&self, new: NewObject) -> Result<Object, RequestError> {
        let (object, old) = self.index.write(|index| create(index, &new))?;
        self.created(new.blob, old);
        Ok(object)
    }

    /// What follows the commit of a new object.
    pub(super) fn created(&self, blob: StoredBlob, old: Option<String>) {
        blob.keep();
        if let Some(old) = old {
            self.blobs.remove(&old);
        }
        self.committed.notify_one();
    }

    /// Finds an object.
    pub(crate) fn find(&self, bucket: &str, key: &str) -> Result<Object, RequestError> {
        self.index.read(|index| {
            let missing = || RequestError::NoSuchKey { key: key.to_owned() };
            buckets::require(index, bucket)?;
            objects::find(index, bucket, key)?.ok_or_else(missing)
        })
    }

    /// Finds an object and opens its bytes.
    pub(crate) fn open_object(
        &self,
        bucket: &str,
        key: &str,
    ) -> Result<(Object, File), RequestError> {
        let mut object = self.find(bucket, key)?;
        loop {
            match self.blobs.read(&object.blob) {
                Ok(file) => return Ok((object, file)),
                // It was replaced or deleted after it had been found, or the
                // file is lost.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let again = self.find(bucket, key)?;
                    if again.blob == object.blob {
                        return Err(error.into());
                    }
                    object = again;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Lists a page of a bucket.
    pub(crate) fn list(&self, bucket: &str, query: &Query) -> Result<Page, RequestError> {
        self.index.read(|index| {
            buckets::require(index, bucket)?;
            Ok(listing::page(index, bucket, query)?)
        })
    }

    /// Deletes objects; each has an outcome of its own.
    pub(crate) fn delete(
        &self,
        bucket: &str,
        targets: &[(String, WriteCondition)],
    ) -> Result<Vec<Result<(), RequestError>>, RequestError> {
        let mut blobs = Vec::new();
        let outcomes = self.index.write(|index| {
            buckets::require(index, bucket)?;
            let mut outcomes = Vec::with_capacity(targets.len());
            for (key, condition) in targets {
                let present = objects::present(index, bucket, key)?;
                let outcome = condition.check(key, present.as_ref().map(|(etag, _)| etag.as_str()));
                if outcome.is_ok() {
                    objects::delete(index, bucket, key)?;
                    blobs.extend(present.map(|(_, blob)| blob));
                }
                outcomes.push(outcome);
            }
            Ok::<_, RequestError>(outcomes)
        })?;
        blobs.iter().for_each(|blob| self.blobs.remove(blob));
        Ok(outcomes)
    }
}

/// Puts an object and its event into the index; also returns the blob of the
/// object that it replaces.
pub(super) fn create(
    index: &Connection,
    new: &NewObject,
) -> Result<(Object, Option<String>), RequestError> {
    buckets::require(index, &new.bucket)?;
    let old = objects::present(index, &new.bucket, &new.key)?;
    new.condition.check(&new.key, old.as_ref().map(|(etag, _)| etag.as_str()))?;
    let object = Object {
        key: new.key.clone(),
        blob: new.blob.id().to_owned(),
        size: new.size,
        etag: new.etag.clone(),
        modified: Timestamp::now(),
        checksum: new.checksum.clone(),
        attributes: new.attributes.clone(),
        part_sizes: new.part_sizes.clone(),
    };
    objects::put(index, &new.bucket, &object)?;
    outbox::note(index, &new.bucket, &object, new.reason)?;
    Ok((object, old.map(|(_, blob)| blob)))
}
