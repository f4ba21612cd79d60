//! An object in parts.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};

use super::S3Bucket;
use super::error::port_error;
use crate::port_error::PortError;
use crate::storage::{Upload, WriteObjects};

/// How large a part is, but for the last: S3 takes no less than 5 MiB, and 10,000 of them.
const PART: usize = 16 << 20;

/// An object that is being written. One of less than a part is put at once.
pub(super) struct S3Upload {
    bucket: S3Bucket,
    key: String,
    content_type: String,
    pending: BytesMut,
    /// The upload's id, when its first part has been sent.
    id: Option<String>,
    parts: Vec<CompletedPart>,
}

impl S3Upload {
    pub(super) fn new(bucket: S3Bucket, key: &str, content_type: &str) -> Self {
        Self {
            bucket,
            key: key.to_owned(),
            content_type: content_type.to_owned(),
            pending: BytesMut::new(),
            id: None,
            parts: Vec::new(),
        }
    }

    /// The upload's id; begins it if it has not begun.
    async fn begun(&mut self) -> Result<String, PortError> {
        if let Some(id) = &self.id {
            return Ok(id.clone());
        }
        let Self { bucket, key, content_type, .. } = self;
        let create = bucket.client.create_multipart_upload().bucket(bucket.name()).key(&*key);
        let created = create.content_type(&*content_type).send().await;
        let created = created.map_err(|error| port_error(bucket.uri("upload", key), error))?;
        let id = created.upload_id.unwrap_or_default();
        self.id = Some(id.clone());
        Ok(id)
    }

    async fn send(&mut self, bytes: Bytes) -> Result<(), PortError> {
        let id = self.begun().await?;
        let Self { bucket, key, parts, .. } = self;
        let number = i32::try_from(parts.len() + 1).unwrap_or(i32::MAX);
        let upload = bucket.client.upload_part().bucket(bucket.name()).key(&*key).upload_id(id);
        let sent = upload.part_number(number).body(ByteStream::from(bytes)).send().await;
        let sent = sent.map_err(|error| port_error(bucket.uri("upload a part of", key), error))?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build();
        parts.push(part);
        Ok(())
    }
}

#[async_trait]
impl Upload for S3Upload {
    async fn write(&mut self, bytes: Bytes) -> Result<(), PortError> {
        self.pending.extend_from_slice(&bytes);
        while self.pending.len() >= PART {
            let part = self.pending.split_to(PART).freeze();
            self.send(part).await?;
        }
        Ok(())
    }

    async fn complete(mut self: Box<Self>) -> Result<(), PortError> {
        let last = std::mem::take(&mut self.pending).freeze();
        if self.id.is_none() {
            return self.bucket.put(&self.key, &self.content_type, last).await;
        }
        if !last.is_empty() {
            self.send(last).await?;
        }
        let Self { bucket, key, id, parts, .. } = *self;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete = bucket.client.complete_multipart_upload().bucket(bucket.name()).key(&key);
        let complete = complete.set_upload_id(id).multipart_upload(parts);
        match complete.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(port_error(bucket.uri("complete", &key), error)),
        }
    }

    async fn abort(self: Box<Self>) -> Result<(), PortError> {
        let Self { bucket, key, id: Some(id), .. } = *self else { return Ok(()) };
        let abort = bucket.client.abort_multipart_upload().bucket(bucket.name()).key(&key);
        match abort.upload_id(id).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(port_error(bucket.uri("abort", &key), error)),
        }
    }
}
