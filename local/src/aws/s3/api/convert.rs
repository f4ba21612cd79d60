//! Small conversions between the protocol's values and ours.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{self, ETag, ETagCondition};
use s3s::{S3Result, s3_error};

use crate::aws::s3::attributes::Attributes;
use crate::aws::s3::condition::WriteCondition;

/// How much metadata an object may have, in bytes.
const MAX_METADATA: usize = 2048;

/// What is encoded in listings: all but unreserved characters and the slash.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// The attributes in an input that creates an object.
macro_rules! attributes {
    ($input:expr) => {
        $crate::aws::s3::attributes::Attributes {
            cache_control: $input.cache_control,
            content_disposition: $input.content_disposition,
            content_encoding: $input
                .content_encoding
                .and_then($crate::aws::s3::api::convert::lasting_encoding),
            content_language: $input.content_language,
            content_type: $input.content_type,
            expires: $input.expires,
            metadata: $input.metadata.unwrap_or_default(),
        }
    };
}

/// The checksum headers in an input.
macro_rules! checksum_headers {
    ($input:expr) => {
        s3s::dto::Checksum {
            checksum_crc32: $input.checksum_crc32,
            checksum_crc32c: $input.checksum_crc32c,
            checksum_crc64nvme: $input.checksum_crc64nvme,
            checksum_sha1: $input.checksum_sha1,
            checksum_sha256: $input.checksum_sha256,
            checksum_type: None,
        }
    };
}

/// Puts a checksum's value into an output.
macro_rules! set_checksum {
    ($output:expr, $checksum:expr) => {{
        let values = $checksum.to_dto();
        $output.checksum_crc32 = values.checksum_crc32;
        $output.checksum_crc32c = values.checksum_crc32c;
        $output.checksum_crc64nvme = values.checksum_crc64nvme;
        $output.checksum_sha1 = values.checksum_sha1;
        $output.checksum_sha256 = values.checksum_sha256;
    }};
}

pub(super) use {attributes, checksum_headers, set_checksum};

/// The encoding of the content, without the one of its transfer.
pub(crate) fn lasting_encoding(header: String) -> Option<String> {
    let codings = header.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked");
    let codings: Vec<_> = codings.filter(|coding| !coding.is_empty()).collect();
    (!codings.is_empty()).then(|| codings.join(", "))
}

/// Refuses more metadata than S3 stores.
pub(super) fn check_metadata(attributes: &Attributes) -> S3Result<()> {
    let size: usize =
        attributes.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size <= MAX_METADATA {
        return Ok(());
    }
    Err(s3_error!(MetadataTooLarge, "the metadata has {size} bytes, {MAX_METADATA} are allowed"))
}

pub(super) fn etag(tag: &str) -> ETag {
    ETag::Strong(tag.to_owned())
}

pub(super) fn timestamp(time: Timestamp) -> dto::Timestamp {
    let since_epoch = Duration::from_millis(time.as_millisecond().unsigned_abs());
    (SystemTime::UNIX_EPOCH + since_epoch).into()
}

/// The time in whole seconds, as headers have it.
pub(super) fn header_timestamp(time: Timestamp) -> dto::Timestamp {
    let since_epoch = Duration::from_secs(time.as_second().unsigned_abs());
    (SystemTime::UNIX_EPOCH + since_epoch).into()
}

pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A count that comes from outside, as `name`, and is at most `most`.
pub(super) fn limit(name: &str, count: Option<i32>, most: i32) -> S3Result<i32> {
    match count.unwrap_or(most) {
        count if count < 0 => Err(s3_error!(InvalidArgument, "{name} must not be negative")),
        count => Ok(count.min(most)),
    }
}

/// Hides where a listing goes on: clients must not rely on what it says.
pub(super) fn to_token(after: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(after)
}

/// Reads what [`to_token`] wrote.
pub(super) fn from_token(token: &str) -> S3Result<String> {
    let after = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    let after = after.and_then(|after| String::from_utf8(after).ok());
    after.ok_or_else(|| s3_error!(InvalidArgument, "the continuation token is not one of ours"))
}

/// A key or a prefix as the client wants to have it.
pub(super) fn encoded(text: &str, encoding: Option<&dto::EncodingType>) -> String {
    match encoding {
        Some(_) => utf8_percent_encode(text, ENCODED).to_string(),
        None => text.to_owned(),
    }
}

/// Refuses a version other than the only one: buckets are not versioned.
pub(super) fn check_version(version: Option<&str>) -> S3Result<()> {
    match version {
        None | Some("null") => Ok(()),
        Some(version) => Err(s3_error!(NoSuchVersion, "the version `{version}` does not exist")),
    }
}

/// The condition for a write.
pub(super) fn write_condition(
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
) -> S3Result<WriteCondition> {
    match (if_match, if_none_match) {
        (None, None) => Ok(WriteCondition::Always),
        (Some(wanted), None) => Ok(WriteCondition::Present(wanted)),
        (None, Some(ETagCondition::Any)) => Ok(WriteCondition::Absent),
        (None, Some(ETagCondition::ETag(_))) => {
            Err(s3_error!(NotImplemented, "If-None-Match of a write must be `*`"))
        }
        (Some(_), Some(_)) => {
            Err(s3_error!(NotImplemented, "If-Match and If-None-Match exclude each other"))
        }
    }
}

/// The condition for a write whose input does not carry it.
pub(super) fn write_condition_in(headers: &HeaderMap) -> S3Result<WriteCondition> {
    let condition = |name: HeaderName| {
        let value =
            headers.get(&name).map(|value| ETagCondition::parse_http_header(value.as_bytes()));
        let invalid = |error| s3_error!(error, InvalidArgument, "{name} is no entity tag");
        value.transpose().map_err(invalid)
    };
    write_condition(condition(IF_MATCH)?, condition(IF_NONE_MATCH)?)
}
