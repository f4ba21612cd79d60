//! `GetObject` and `HeadObject`.

use http::header::{ETAG, LAST_MODIFIED};
use http::{HeaderMap, HeaderValue};
use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Result, s3_error};

use super::Gateway;
use super::convert::{check_version, etag, header_timestamp, set_checksum, signed, timestamp};
use super::selection::Selection;
use crate::aws::s3::blobs;
use crate::aws::s3::condition::{ReadCondition, Verdict};
use crate::aws::s3::error::RequestError;
use crate::aws::s3::records::Object;

/// What S3 says of objects that were stored without a type.
const DEFAULT_TYPE: &str = "binary/octet-stream";

impl Gateway {
    pub(super) async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<GetObjectOutput> {
        let input = request.input;
        check_version(input.version_id.as_deref())?;
        let condition = ReadCondition {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        let open = self.store.run(move |store| store.open_object(&input.bucket, &input.key));
        let (object, file) = open.await?;
        check(&condition, &object)?;
        let selection = Selection::of(&object, input.range, input.part_number)?;
        let content = blobs::stream(file, selection.range.clone()).map_err(RequestError::Blob)?;
        let with_part_count = input.part_number.is_some();
        let output = describe(object, &selection, input.checksum_mode.as_ref(), with_part_count);
        Ok(GetObjectOutput { body: Some(StreamingBlob::wrap(content)), ..output })
    }

    pub(super) async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<HeadObjectOutput> {
        let input = request.input;
        check_version(input.version_id.as_deref())?;
        let condition = ReadCondition {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        let object = self.store.run(move |store| store.find(&input.bucket, &input.key)).await?;
        check(&condition, &object)?;
        let selection = Selection::of(&object, input.range, input.part_number)?;
        let with_part_count = input.part_number.is_some();
        let output = describe(object, &selection, input.checksum_mode.as_ref(), with_part_count);
        Ok(without_body(output))
    }
}

/// Fails unless the object is to be read.
fn check(condition: &ReadCondition, object: &Object) -> S3Result<()> {
    match condition.judge(&object.etag, &header_timestamp(object.modified)) {
        Verdict::Read => Ok(()),
        Verdict::NotModified => Err(not_modified(object)),
        Verdict::Failed => Err(RequestError::PreconditionFailed { key: object.key.clone() }.into()),
    }
}

fn not_modified(object: &Object) -> S3Error {
    let mut error = s3_error!(NotModified, "the object has not been modified");
    let mut headers = HeaderMap::new();
    headers.extend(etag(&object.etag).to_http_header().ok().map(|value| (ETAG, value)));
    let mut date = Vec::new();
    if header_timestamp(object.modified).format(TimestampFormat::HttpDate, &mut date).is_ok() {
        headers.extend(HeaderValue::try_from(date).ok().map(|value| (LAST_MODIFIED, value)));
    }
    error.set_headers(headers);
    error
}

/// The headers of an answer.
fn describe(
    object: Object,
    selection: &Selection,
    checksum_mode: Option<&ChecksumMode>,
    with_part_count: bool,
) -> GetObjectOutput {
    let attributes = object.attributes;
    let part_count = i32::try_from(object.part_sizes.len()).ok().filter(|count| *count > 0);
    let mut output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: attributes.cache_control,
        content_disposition: attributes.content_disposition,
        content_encoding: attributes.content_encoding,
        content_language: attributes.content_language,
        content_length: Some(signed(selection.range.end - selection.range.start)),
        content_range: selection.content_range(object.size),
        content_type: attributes.content_type.or_else(|| Some(DEFAULT_TYPE.to_owned())),
        e_tag: Some(etag(&object.etag)),
        expires: attributes.expires,
        last_modified: Some(timestamp(object.modified)),
        metadata: Some(attributes.metadata).filter(|metadata| !metadata.is_empty()),
        parts_count: part_count.filter(|_| with_part_count),
        ..GetObjectOutput::default()
    };
    // The checksum is the whole object's: a client would compare it with the
    // bytes it gets.
    if checksum_mode.is_some() && !selection.is_partial {
        set_checksum!(output, object.checksum);
        output.checksum_type = Some(ChecksumType::from_static(object.checksum.coverage.name()));
    }
    output
}

fn without_body(output: GetObjectOutput) -> HeadObjectOutput {
    HeadObjectOutput {
        accept_ranges: output.accept_ranges,
        cache_control: output.cache_control,
        checksum_crc32: output.checksum_crc32,
        checksum_crc32c: output.checksum_crc32c,
        checksum_crc64nvme: output.checksum_crc64nvme,
        checksum_sha1: output.checksum_sha1,
        checksum_sha256: output.checksum_sha256,
        checksum_type: output.checksum_type,
        content_disposition: output.content_disposition,
        content_encoding: output.content_encoding,
        content_language: output.content_language,
        content_length: output.content_length,
        content_range: output.content_range,
        content_type: output.content_type,
        e_tag: output.e_tag,
        expires: output.expires,
        last_modified: output.last_modified,
        metadata: output.metadata,
        parts_count: output.parts_count,
        ..HeadObjectOutput::default()
    }
}
