//! `CopyObject`, and what copies of parts share with it.

use std::fs::File;

use futures::TryStreamExt;
use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::Gateway;
use super::convert::{
    attributes, check_metadata, check_version, etag, header_timestamp, set_checksum, timestamp,
    write_condition_in,
};
use crate::aws::s3::blobs;
use crate::aws::s3::checksum::Algorithm;
use crate::aws::s3::condition::{ReadCondition, Verdict};
use crate::aws::s3::error::RequestError;
use crate::aws::s3::ingest::ingest;
use crate::aws::s3::records::{Object, Reason};
use crate::aws::s3::store::NewObject;

impl Gateway {
    pub(super) async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<CopyObjectOutput> {
        let S3Request { input, headers, .. } = request;
        if input.sse_customer_key.is_some() || input.copy_source_sse_customer_key.is_some() {
            return Err(s3_error!(NotImplemented, "customer keys are not supported"));
        }
        let replaces = input
            .metadata_directive
            .as_ref()
            .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
        let (bucket, key) = source(&input.copy_source)?;
        if !replaces && bucket == input.bucket && key == input.key {
            return Err(s3_error!(
                InvalidRequest,
                "an object can be copied to itself only with new metadata"
            ));
        }
        let condition = ReadCondition {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        let (object, file) = self.open_source(bucket, key, &condition).await?;
        let attributes = if replaces { attributes!(input) } else { object.attributes };
        check_metadata(&attributes)?;
        let wanted = input.checksum_algorithm.as_ref();
        let wanted = wanted.and_then(|wanted| Algorithm::from_name(wanted.as_str()));
        let algorithm = wanted.unwrap_or(object.checksum.algorithm);
        let content = blobs::stream(file, 0..object.size).map_err(RequestError::Blob)?;
        let content = content.map_err(RequestError::Blob);
        let content = ingest(self.store.blobs(), content, algorithm).await?;
        let new = NewObject {
            bucket: input.bucket,
            key: input.key,
            size: content.size,
            etag: content.etag(),
            checksum: content.checksum,
            blob: content.blob,
            attributes,
            part_sizes: Vec::new(),
            reason: Reason::Copy,
            condition: write_condition_in(&headers)?,
        };
        let object = self.store.run(move |store| store.put(new)).await?;
        let mut result = CopyObjectResult {
            e_tag: Some(etag(&object.etag)),
            last_modified: Some(timestamp(object.modified)),
            checksum_type: Some(ChecksumType::from_static(object.checksum.coverage.name())),
            ..CopyObjectResult::default()
        };
        set_checksum!(result, object.checksum);
        Ok(CopyObjectOutput { copy_object_result: Some(result), ..CopyObjectOutput::default() })
    }

    /// Opens the object to copy from, if the condition holds.
    pub(super) async fn open_source(
        &self,
        bucket: String,
        key: String,
        condition: &ReadCondition,
    ) -> S3Result<(Object, File)> {
        let (object, file) = self.store.run(move |store| store.open_object(&bucket, &key)).await?;
        match condition.judge(&object.etag, &header_timestamp(object.modified)) {
            Verdict::Read => Ok((object, file)),
            Verdict::NotModified | Verdict::Failed => {
                Err(RequestError::PreconditionFailed { key: object.key }.into())
            }
        }
    }
}

/// The bucket and the key of the object to copy from.
pub(super) fn source(source: &CopySource) -> S3Result<(String, String)> {
    match source {
        CopySource::Bucket { bucket, key, version_id } => {
            check_version(version_id.as_deref())?;
            Ok((bucket.to_string(), key.to_string()))
        }
        CopySource::AccessPoint { .. } | CopySource::Outpost { .. } => {
            Err(s3_error!(NotImplemented, "objects can be copied from buckets only"))
        }
    }
}
