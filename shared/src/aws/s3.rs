//! Objects in an S3 bucket.

use std::ops::Range;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::TaggingDirective;
use bytes::Bytes;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::port_error;
use super::s3_upload::S3Upload;
use crate::port_error::PortError;
use crate::storage::{Described, Listed, Object, ReadObjects, Upload, UploadObjects, WriteObjects};

/// A bucket.
#[derive(Debug, Clone)]
pub struct S3Bucket {
    pub(super) client: Client,
    name: String,
}

impl S3Bucket {
    /// The bucket called `name`.
    #[must_use]
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        Self { client: Client::new(config), name: name.into() }
    }

    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn uri(&self, verb: &str, key: &str) -> String {
        format!("{verb} s3://{}/{key}", self.name)
    }
}

#[async_trait]
impl ReadObjects for S3Bucket {
    async fn get(&self, key: &str) -> Result<Option<Object>, PortError> {
        let action = || self.uri("get", key);
        let response = match self.client.get_object().bucket(&self.name).key(key).send().await {
            Ok(response) => response,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                return Ok(None);
            }
            Err(error) => return Err(port_error(action(), error)),
        };
        let etag = response.e_tag().unwrap_or_default().trim_matches('"').to_owned();
        let bytes = response
            .body
            .collect()
            .await
            .map_err(|error| PortError::retryable(action(), error))?
            .into_bytes();
        Ok(Some(Object { bytes, etag }))
    }

    async fn describe(&self, key: &str) -> Result<Option<Described>, PortError> {
        match self.client.head_object().bucket(&self.name).key(key).send().await {
            Ok(head) => Ok(Some(Described {
                size: head.content_length().map_or(0, |size| size.max(0).cast_unsigned()),
                etag: head.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
                version: head.version_id,
            })),
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => {
                Ok(None)
            }
            Err(error) => Err(port_error(self.uri("head", key), error)),
        }
    }

    async fn get_range(
        &self,
        key: &str,
        etag: &str,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, PortError> {
        let bytes = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        let action = || format!("{} ({bytes})", self.uri("get", key));
        let get = self.client.get_object().bucket(&self.name).key(key).range(&bytes);
        let response = match get.if_match(quoted(etag)).send().await {
            Ok(response) => response,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(port_error(action(), error)),
        };
        let body = response.body.collect().await;
        Ok(Some(body.map_err(|error| PortError::retryable(action(), error))?.into_bytes()))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, PortError> {
        let mut pages =
            self.client.list_objects_v2().bucket(&self.name).prefix(prefix).into_paginator().send();
        let mut listed = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| port_error(self.uri("list", prefix), error))?;
            listed.extend(page.contents.unwrap_or_default().into_iter().map(|object| Listed {
                etag: object.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
                size: object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
                modified: object.last_modified().map(timestamp).unwrap_or_default(),
                key: object.key.unwrap_or_default(),
            }));
        }
        Ok(listed)
    }
}

#[async_trait]
impl WriteObjects for S3Bucket {
    async fn put(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), PortError> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(self.uri("put", key), error))
    }

    async fn copy(&self, from: &str, etag: &str, to: &str) -> Result<bool, PortError> {
        let path: Vec<String> = from
            .split('/')
            .map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string())
            .collect();
        let source = format!("{}/{}", self.name, path.join("/"));
        // Tags are left behind: to copy them takes a permission that nothing else needs.
        let copy = self.client.copy_object().bucket(&self.name).key(to).copy_source(source);
        let copy = copy.tagging_directive(TaggingDirective::Replace);
        match copy.copy_source_if_match(quoted(etag)).send().await {
            Ok(_) => Ok(true),
            Err(error) if is_gone(&error) => Ok(false),
            Err(error) => Err(port_error(self.uri("copy", from), error)),
        }
    }
}

#[async_trait]
impl UploadObjects for S3Bucket {
    async fn upload(&self, key: &str, content_type: &str) -> Result<Box<dyn Upload>, PortError> {
        Ok(Box::new(S3Upload::new(self.clone(), key, content_type)))
    }
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// Whether there is no such object, or it is not the one of the tag.
fn is_gone<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    matches!(code, Some("NoSuchKey" | "PreconditionFailed"))
}

fn timestamp(time: &DateTime) -> Timestamp {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).unwrap_or_default())
        .unwrap_or_default()
}
