//! `CompleteMultipartUpload`.

use std::io;

use bytes::Bytes;
use futures::stream::{self, Stream, TryStreamExt};
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use super::Gateway;
use super::convert::{checksum_headers, etag, set_checksum, write_condition};
use crate::aws::s3::blobs::{self, BlobStore};
use crate::aws::s3::checksum::{Algorithm, Checksum as StoredChecksum, Coverage};
use crate::aws::s3::error::RequestError;
use crate::aws::s3::ingest::ingest;
use crate::aws::s3::records::{self, Reason};
use crate::aws::s3::store::{Assembly, NewObject};

/// The least size of every part but the last.
const MIN_PART: u64 = 5 * 1024 * 1024;

impl Gateway {
    pub(super) async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        let input = request.input;
        let condition = write_condition(input.if_match, input.if_none_match)?;
        let claimed = checksum_headers!(input);
        let (bucket, key, id) = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
        let find = self.store.run(move |store| store.upload_with_parts(&bucket, &key, &id));
        let (upload, stored) = find.await?;
        let wanted = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
        if wanted.is_empty() {
            return Err(s3_error!(MalformedXML, "name at least one part"));
        }
        let parts = choose(&wanted, stored)?;
        if let Some(expected) = input.mpu_object_size.and_then(|size| u64::try_from(size).ok())
            && expected != parts.iter().map(|part| part.size).sum::<u64>()
        {
            return Err(s3_error!(InvalidRequest, "the parts do not add up to {expected} bytes"));
        }
        let whole = concatenation(self.store.blobs().clone(), parts.clone());
        let content = ingest(self.store.blobs(), whole, upload.algorithm).await?;
        let checksum = match upload.coverage {
            Coverage::FullObject => content.checksum.clone(),
            Coverage::Composite => composite(upload.algorithm, &parts)?,
        };
        verify(&claimed, &checksum)?;
        let object = NewObject {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            size: content.size,
            etag: tag(&parts)?,
            checksum,
            blob: content.blob,
            attributes: upload.attributes,
            part_sizes: parts.iter().map(|part| part.size).collect(),
            reason: Reason::CompleteUpload,
            condition,
        };
        let assembly = Assembly { upload: upload.id, parts, object };
        let object = self.store.run(move |store| store.complete(assembly)).await?;
        let mut output = CompleteMultipartUploadOutput {
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(etag(&object.etag)),
            checksum_type: Some(ChecksumType::from_static(object.checksum.coverage.name())),
            ..CompleteMultipartUploadOutput::default()
        };
        set_checksum!(output, object.checksum);
        Ok(output)
    }
}

/// The stored parts that the client names, which must be as it names them.
fn choose(
    wanted: &[CompletedPart],
    stored: Vec<records::Part>,
) -> Result<Vec<records::Part>, RequestError> {
    let mut stored = stored.into_iter();
    let mut parts: Vec<records::Part> = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        let number = wanted.part_number.unwrap_or(0);
        if let Some(last) = parts.last() {
            if last.number >= number {
                return Err(RequestError::InvalidPartOrder);
            }
            if last.size < MIN_PART {
                return Err(RequestError::PartTooSmall { number: last.number, size: last.size });
            }
        }
        let part = stored.find(|part| part.number == number);
        let part = part.filter(|part| is_same(wanted, part));
        parts.push(part.ok_or(RequestError::InvalidPart { number })?);
    }
    Ok(parts)
}

fn is_same(wanted: &CompletedPart, part: &records::Part) -> bool {
    let values = checksum_headers!(wanted.clone());
    let mut checksums = Algorithm::present_in(&values)
        .filter(|(algorithm, _)| *algorithm == part.checksum.algorithm);
    wanted.e_tag.as_ref().is_some_and(|tag| tag.value() == part.etag)
        && checksums.all(|(_, value)| value == part.checksum.value)
}

/// The bytes of all parts.
fn concatenation(
    blobs: BlobStore,
    parts: Vec<records::Part>,
) -> impl Stream<Item = Result<Bytes, RequestError>> {
    let open = move |part: records::Part| {
        let file = blobs.read(&part.blob).map_err(|error| match error.kind() {
            // The part was replaced meanwhile, or the upload has ended.
            io::ErrorKind::NotFound => RequestError::InvalidPart { number: part.number },
            _ => RequestError::Blob(error),
        })?;
        Ok::<_, RequestError>(blobs::stream(file, 0..part.size)?.map_err(RequestError::Blob))
    };
    stream::iter(parts.into_iter().map(open)).try_flatten()
}

/// The tag of the whole: the digest of the parts' digests, and their number.
fn tag(parts: &[records::Part]) -> S3Result<String> {
    let mut md5 = Md5::new();
    for part in parts {
        let digest = hex::decode(&part.etag);
        md5.update(&digest.map_err(|error| s3_error!(error, InternalError))?);
    }
    Ok(format!("{}-{}", hex::encode(md5.finalize()), parts.len()))
}

fn composite(algorithm: Algorithm, parts: &[records::Part]) -> S3Result<StoredChecksum> {
    let checksums = parts.iter().map(|part| &part.checksum);
    StoredChecksum::composite(algorithm, checksums).map_err(|error| s3_error!(error, InternalError))
}

/// Compares the checksum of the whole with what the client says about it.
fn verify(claimed: &Checksum, found: &StoredChecksum) -> Result<(), RequestError> {
    let mut claims = Algorithm::present_in(claimed);
    let holds = claims.all(|(algorithm, value)| {
        // Clients may leave the number of parts out.
        let is_value = value == found.value
            || found.value.rsplit_once('-').is_some_and(|(digest, _)| digest == value);
        algorithm == found.algorithm && is_value
    });
    if holds { Ok(()) } else { Err(RequestError::BadDigest { what: found.algorithm.name() }) }
}
