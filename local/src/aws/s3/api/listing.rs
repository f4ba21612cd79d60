//! `ListObjectsV2` and its predecessor.

use s3s::dto::*;
use s3s::{S3Request, S3Result};

use super::Gateway;
use super::convert::{encoded, etag, from_token, limit, signed, timestamp, to_token};
use crate::aws::s3::error::RequestError;
use crate::aws::s3::index::listing::{Entry, Page, Query, Summary};

/// The greatest number of keys and common prefixes in an answer.
const MAX_KEYS: i32 = 1000;

impl Gateway {
    pub(super) async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<ListObjectsV2Output> {
        let input = request.input;
        let max_keys = limit("max-keys", input.max_keys, MAX_KEYS)?;
        let token = input.continuation_token.as_deref().map(from_token).transpose()?;
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
            after: token.or_else(|| input.start_after.clone()).unwrap_or_default(),
            limit: max_keys as usize,
        };
        let page = self.page(input.bucket.clone(), query).await?;
        let last = page.entries.last().filter(|_| page.is_truncated);
        let next_continuation_token = last.map(|entry| to_token(entry.name()));
        let encoding = input.encoding_type.as_ref();
        let text = |text: Option<String>| text.map(|text| encoded(&text, encoding));
        let key_count = i32::try_from(page.entries.len()).ok();
        let is_truncated = Some(page.is_truncated);
        let (contents, common_prefixes) = lines(page, encoding);
        Ok(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: text(Some(input.prefix.unwrap_or_default())),
            max_keys: Some(max_keys),
            key_count,
            continuation_token: input.continuation_token,
            is_truncated,
            next_continuation_token,
            contents: Some(contents),
            common_prefixes: Some(common_prefixes),
            delimiter: text(input.delimiter),
            start_after: text(input.start_after),
            request_charged: None,
            encoding_type: input.encoding_type,
        })
    }

    pub(super) async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<ListObjectsOutput> {
        let input = request.input;
        let max_keys = limit("max-keys", input.max_keys, MAX_KEYS)?;
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
            after: input.marker.clone().unwrap_or_default(),
            limit: max_keys as usize,
        };
        let page = self.page(input.bucket.clone(), query).await?;
        let encoding = input.encoding_type.as_ref();
        let text = |text: Option<String>| text.map(|text| encoded(&text, encoding));
        let last = page.entries.last().filter(|_| page.is_truncated);
        let next_marker = text(last.map(|entry| entry.name().to_owned()));
        let is_truncated = Some(page.is_truncated);
        let (contents, common_prefixes) = lines(page, encoding);
        Ok(ListObjectsOutput {
            name: Some(input.bucket),
            prefix: text(Some(input.prefix.unwrap_or_default())),
            marker: text(Some(input.marker.unwrap_or_default())),
            max_keys: Some(max_keys),
            is_truncated,
            contents: Some(contents),
            common_prefixes: Some(common_prefixes),
            delimiter: text(input.delimiter),
            next_marker,
            request_charged: None,
            encoding_type: input.encoding_type,
        })
    }

    async fn page(&self, bucket: String, query: Query) -> Result<Page, RequestError> {
        self.store.run(move |store| store.list(&bucket, &query)).await
    }
}

/// Objects and common prefixes, apart.
fn lines(page: Page, encoding: Option<&EncodingType>) -> (Vec<Object>, Vec<CommonPrefix>) {
    let (mut objects, mut prefixes) = (Vec::new(), Vec::new());
    for entry in page.entries {
        match entry {
            Entry::Object(summary) => objects.push(object(summary, encoding)),
            Entry::Group(prefix) => {
                prefixes.push(CommonPrefix { prefix: Some(encoded(&prefix, encoding)) });
            }
        }
    }
    (objects, prefixes)
}

fn object(summary: Summary, encoding: Option<&EncodingType>) -> Object {
    Object {
        key: Some(encoded(&summary.key, encoding)),
        size: Some(signed(summary.size)),
        e_tag: Some(etag(&summary.etag)),
        last_modified: Some(timestamp(summary.modified)),
        checksum_algorithm: Some(vec![ChecksumAlgorithm::from_static(summary.algorithm.name())]),
        checksum_type: Some(ChecksumType::from_static(summary.coverage.name())),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Object::default()
    }
}
