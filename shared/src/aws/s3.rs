//! Objects in an S3 bucket.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use bytes::Bytes;
use jiff::Timestamp;

use super::error::port_error;
use crate::port_error::PortError;
use crate::storage::{Listed, Object, ReadObjects, WriteObjects};

/// A bucket.
#[derive(Debug, Clone)]
pub struct S3Bucket {
    client: Client,
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

    fn uri(&self, verb: &str, key: &str) -> String {
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
}

fn timestamp(time: &DateTime) -> Timestamp {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).unwrap_or_default())
        .unwrap_or_default()
}
