//! Buckets.

use jiff::Timestamp;

use super::Store;
use crate::aws::s3::error::{RequestError, StorageError};
use crate::aws::s3::index::buckets::{self, Bucket};
use crate::aws::s3::index::uploads;

/// More uploads than there can be.
const ALL: usize = i32::MAX as usize;

impl Store {
    /// Creates a bucket unless it exists.
    pub(crate) fn ensure_bucket(&self, name: &str) -> Result<(), StorageError> {
        self.index.write(|index| buckets::create(index, name, Timestamp::now()))?;
        Ok(())
    }

    /// Creates a bucket, which must not exist.
    pub(crate) fn create_bucket(&self, name: &str) -> Result<(), RequestError> {
        let is_new = self.index.write(|index| buckets::create(index, name, Timestamp::now()))?;
        if is_new { Ok(()) } else { Err(RequestError::BucketExists { bucket: name.to_owned() }) }
    }

    /// Fails if the bucket does not exist.
    pub(crate) fn require_bucket(&self, name: &str) -> Result<(), RequestError> {
        self.index.read(|index| buckets::require(index, name))
    }

    /// See [`buckets::list`].
    pub(crate) fn list_buckets(
        &self,
        prefix: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Bucket>, RequestError> {
        Ok(self.index.read(|index| buckets::list(index, prefix, after, limit))?)
    }

    /// Deletes an empty bucket and aborts the uploads to it.
    pub(crate) fn delete_bucket(&self, name: &str) -> Result<(), RequestError> {
        let blobs = self.index.write(|index| {
            buckets::require(index, name)?;
            if !buckets::is_empty(index, name)? {
                return Err(RequestError::BucketNotEmpty { bucket: name.to_owned() });
            }
            let mut blobs = Vec::new();
            for upload in uploads::list(index, name, "", ("", ""), ALL)? {
                blobs.extend(super::uploads::remove(index, &upload.id)?);
            }
            buckets::delete(index, name)?;
            Ok(blobs)
        })?;
        blobs.iter().for_each(|blob| self.blobs.remove(blob));
        Ok(())
    }
}
