//! Multipart uploads.

use jiff::Timestamp;
use rusqlite::Connection;

use super::Store;
use super::objects::{self, NewObject};
use crate::aws::s3::blobs::StoredBlob;
use crate::aws::s3::checksum::Checksum;
use crate::aws::s3::error::RequestError;
use crate::aws::s3::index::{buckets, uploads};
use crate::aws::s3::records::{Object, Part, Upload};

/// The greatest number of parts.
const MAX_PARTS: usize = 10_000;

/// A part that is about to be added.
#[derive(Debug)]
pub(crate) struct NewPart {
    pub(crate) number: i32,
    pub(crate) blob: StoredBlob,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) checksum: Checksum,
}

/// An object that was put together from parts.
#[derive(Debug)]
pub(crate) struct Assembly {
    pub(crate) upload: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) object: NewObject,
}

impl Store {
    /// Begins an upload.
    pub(crate) fn create_upload(&self, bucket: &str, upload: &Upload) -> Result<(), RequestError> {
        self.index.write(|index| {
            buckets::require(index, bucket)?;
            Ok(uploads::create(index, bucket, upload)?)
        })
    }

    /// Finds an upload.
    pub(crate) fn upload(&self, bucket: &str, key: &str, id: &str) -> Result<Upload, RequestError> {
        self.index.read(|index| find(index, bucket, key, id))
    }

    /// Finds an upload and its parts.
    pub(crate) fn upload_with_parts(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
    ) -> Result<(Upload, Vec<Part>), RequestError> {
        self.index.read(|index| {
            let upload = find(index, bucket, key, id)?;
            let parts = uploads::parts(index, id, 0, MAX_PARTS)?;
            Ok((upload, parts))
        })
    }

    /// See [`uploads::list`].
    pub(crate) fn list_uploads(
        &self,
        bucket: &str,
        prefix: &str,
        after: (&str, &str),
        limit: usize,
    ) -> Result<Vec<Upload>, RequestError> {
        self.index.read(|index| {
            buckets::require(index, bucket)?;
            Ok(uploads::list(index, bucket, prefix, after, limit)?)
        })
    }

    /// Adds a part to an upload, or replaces the one with the same number.
    pub(crate) fn put_part(
        &self,
        bucket: &str,
        key: &str,
        id: &str,
        new: NewPart,
    ) -> Result<Part, RequestError> {
        let part = Part {
            number: new.number,
            blob: new.blob.id().to_owned(),
            size: new.size,
            etag: new.etag,
            modified: Timestamp::now(),
            checksum: new.checksum,
        };
        let old = self.index.write(|index| {
            find(index, bucket, key, id)?;
            let old = uploads::part_blob(index, id, part.number)?;
            uploads::put_part(index, id, &part)?;
            Ok::<_, RequestError>(old)
        })?;
        new.blob.keep();
        if let Some(old) = old {
            self.blobs.remove(&old);
        }
        Ok(part)
    }

    /// Ends an upload with its object, provided that the upload and the parts
    /// are still there.
    pub(crate) fn complete(&self, assembly: Assembly) -> Result<Object, RequestError> {
        let Assembly { upload: id, parts, object: new } = assembly;
        let (object, old, blobs) = self.index.write(|index| {
            find(index, &new.bucket, &new.key, &id)?;
            for part in &parts {
                if uploads::part_blob(index, &id, part.number)?.as_ref() != Some(&part.blob) {
                    return Err(RequestError::InvalidPart { number: part.number });
                }
            }
            let (object, old) = objects::create(index, &new)?;
            Ok((object, old, remove(index, &id)?))
        })?;
        self.created(new.blob, old);
        blobs.iter().for_each(|blob| self.blobs.remove(blob));
        Ok(object)
    }

    /// Removes an upload and its parts.
    pub(crate) fn abort(&self, bucket: &str, key: &str, id: &str) -> Result<(), RequestError> {
        let blobs = self.index.write(|index| {
            find(index, bucket, key, id)?;
            remove(index, id)
        })?;
        blobs.iter().for_each(|blob| self.blobs.remove(blob));
        Ok(())
    }
}

fn find(index: &Connection, bucket: &str, key: &str, id: &str) -> Result<Upload, RequestError> {
    buckets::require(index, bucket)?;
    uploads::find(index, bucket, key, id)?.ok_or(RequestError::NoSuchUpload)
}

/// Removes an upload and returns the blobs of its parts.
pub(super) fn remove(index: &Connection, id: &str) -> Result<Vec<String>, RequestError> {
    let parts = uploads::parts(index, id, 0, MAX_PARTS)?;
    uploads::delete(index, id)?;
    Ok(parts.into_iter().map(|part| part.blob).collect())
}
