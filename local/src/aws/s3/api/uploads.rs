//! Multipart uploads: begun, filled and aborted. Their completion has a module
//! of its own.

use futures::TryStreamExt;
use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};
use uuid::Uuid;

use super::Gateway;
use super::content::Content;
use super::convert::{attributes, check_metadata, checksum_headers, etag, set_checksum, timestamp};
use super::copy::source;
use super::selection::bytes;
use crate::aws::s3::blobs;
use crate::aws::s3::checksum::{Algorithm, Coverage};
use crate::aws::s3::claim::Claim;
use crate::aws::s3::condition::ReadCondition;
use crate::aws::s3::error::RequestError;
use crate::aws::s3::ingest::{Ingested, ingest};
use crate::aws::s3::records::{self, Upload};
use crate::aws::s3::store::NewPart;

/// Part numbers are from 1 to this.
const MAX_PART: i32 = 10_000;

impl Gateway {
    pub(super) async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<CreateMultipartUploadOutput> {
        let input = request.input;
        if input.tagging.is_some() || input.sse_customer_key.is_some() {
            return Err(s3_error!(NotImplemented, "neither tags nor customer keys are supported"));
        }
        let (algorithm, coverage) =
            checksum(input.checksum_algorithm.as_ref(), input.checksum_type.as_ref())?;
        let attributes = attributes!(input);
        check_metadata(&attributes)?;
        let upload = Upload {
            // Ids that are made later are greater: uploads are listed in order.
            id: Uuid::now_v7().simple().to_string(),
            key: input.key.clone(),
            initiated: jiff::Timestamp::now(),
            algorithm,
            coverage,
            attributes,
        };
        let (bucket, id) = (input.bucket.clone(), upload.id.clone());
        self.store.run(move |store| store.create_upload(&bucket, &upload)).await?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            checksum_algorithm: Some(ChecksumAlgorithm::from_static(algorithm.name())),
            checksum_type: Some(ChecksumType::from_static(coverage.name())),
            ..CreateMultipartUploadOutput::default()
        })
    }

    pub(super) async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<UploadPartOutput> {
        let S3Request { input, headers, trailing_headers, .. } = request;
        check_number(input.part_number)?;
        let values = checksum_headers!(input);
        let wanted = input.checksum_algorithm.as_ref();
        let claim = Claim::read(&values, wanted, &headers, trailing_headers)?;
        let place = Place { bucket: input.bucket, key: input.key, upload: input.upload_id };
        let upload = self.upload(&place).await?;
        if upload.coverage == Coverage::Composite
            && claim.algorithm().is_some_and(|claimed| claimed != upload.algorithm)
        {
            let expected = upload.algorithm.name();
            return Err(s3_error!(InvalidRequest, "the upload's checksum algorithm is {expected}"));
        }
        let content = Content {
            body: input.body,
            length: input.content_length,
            md5: input.content_md5,
            claim,
        };
        let content = self.receive(content, upload.algorithm).await?;
        let part = self.add_part(place, input.part_number, content).await?;
        let mut output =
            UploadPartOutput { e_tag: Some(etag(&part.etag)), ..UploadPartOutput::default() };
        set_checksum!(output, part.checksum);
        Ok(output)
    }

    pub(super) async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<UploadPartCopyOutput> {
        let input = request.input;
        check_number(input.part_number)?;
        let place = Place { bucket: input.bucket, key: input.key, upload: input.upload_id };
        let upload = self.upload(&place).await?;
        let condition = ReadCondition {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        let (bucket, key) = source(&input.copy_source)?;
        let (object, file) = self.open_source(bucket, key, &condition).await?;
        let invalid = |error| s3_error!(error, InvalidArgument, "the source range is not readable");
        let range = input.copy_source_range.as_deref().map(Range::parse);
        let range = match range.transpose().map_err(invalid)? {
            Some(range) => bytes(&range, object.size)?,
            None => 0..object.size,
        };
        let content = blobs::stream(file, range).map_err(RequestError::Blob)?;
        let content = content.map_err(RequestError::Blob);
        let content = ingest(self.store.blobs(), content, upload.algorithm).await?;
        let part = self.add_part(place, input.part_number, content).await?;
        let mut result = CopyPartResult {
            e_tag: Some(etag(&part.etag)),
            last_modified: Some(timestamp(part.modified)),
            ..CopyPartResult::default()
        };
        set_checksum!(result, part.checksum);
        Ok(UploadPartCopyOutput {
            copy_part_result: Some(result),
            ..UploadPartCopyOutput::default()
        })
    }

    pub(super) async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<AbortMultipartUploadOutput> {
        let AbortMultipartUploadInput { bucket, key, upload_id, .. } = request.input;
        self.store.run(move |store| store.abort(&bucket, &key, &upload_id)).await?;
        Ok(AbortMultipartUploadOutput::default())
    }

    async fn upload(&self, place: &Place) -> Result<Upload, RequestError> {
        let Place { bucket, key, upload } = place.clone();
        self.store.run(move |store| store.upload(&bucket, &key, &upload)).await
    }

    async fn add_part(
        &self,
        place: Place,
        number: i32,
        content: Ingested,
    ) -> Result<records::Part, RequestError> {
        let part = NewPart {
            number,
            size: content.size,
            etag: content.etag(),
            checksum: content.checksum,
            blob: content.blob,
        };
        let Place { bucket, key, upload } = place;
        self.store.run(move |store| store.put_part(&bucket, &key, &upload, part)).await
    }
}

/// Where a part goes.
#[derive(Clone)]
struct Place {
    bucket: String,
    key: String,
    upload: String,
}

/// The checksum that the object will have.
fn checksum(
    algorithm: Option<&ChecksumAlgorithm>,
    coverage: Option<&ChecksumType>,
) -> S3Result<(Algorithm, Coverage)> {
    let algorithm = match algorithm {
        None => Algorithm::DEFAULT,
        Some(name) => Algorithm::from_name(name.as_str())
            .ok_or_else(|| s3_error!(InvalidArgument, "the checksum algorithm is unknown"))?,
    };
    let coverage = match coverage {
        None => algorithm.default_coverage(),
        Some(name) => Coverage::from_name(name.as_str())
            .ok_or_else(|| s3_error!(InvalidArgument, "the checksum type is unknown"))?,
    };
    if algorithm.allows(coverage) {
        return Ok((algorithm, coverage));
    }
    let (algorithm, coverage) = (algorithm.name(), coverage.name());
    Err(s3_error!(InvalidRequest, "{algorithm} cannot be used with the checksum type {coverage}"))
}

fn check_number(number: i32) -> S3Result<()> {
    if (1..=MAX_PART).contains(&number) {
        return Ok(());
    }
    Err(s3_error!(InvalidArgument, "part numbers are from 1 to {MAX_PART}"))
}
