//! Takes content in: from a stream into a blob, with its digests.

use bytes::Bytes;
use futures::{Stream, StreamExt};
use s3s::crypto::{Checksum as _, Md5};

use super::blobs::{BlobStore, StoredBlob};
use super::checksum::{Algorithm, Checksum, Coverage, Hasher};
use super::error::RequestError;

/// Content that lies in a blob.
#[derive(Debug)]
pub(super) struct Ingested {
    pub(super) blob: StoredBlob,
    pub(super) size: u64,
    pub(super) md5: [u8; 16],
    pub(super) checksum: Checksum,
}

impl Ingested {
    /// The tag of an object that consists of this content only.
    pub(super) fn etag(&self) -> String {
        hex::encode(self.md5)
    }
}

/// Writes `content` to a blob and computes its digests on the way.
pub(super) async fn ingest(
    blobs: &BlobStore,
    content: impl Stream<Item = Result<Bytes, RequestError>>,
    algorithm: Algorithm,
) -> Result<Ingested, RequestError> {
    let mut blob = blobs.create().await?;
    let mut size = 0;
    let mut md5 = Md5::new();
    let mut hasher = Hasher::new(algorithm);
    let mut content = std::pin::pin!(content);
    while let Some(chunk) = content.next().await {
        let chunk = chunk?;
        size += chunk.len() as u64;
        md5.update(&chunk);
        hasher.update(&chunk);
        blob.write(&chunk).await?;
    }
    let checksum = Checksum { algorithm, coverage: Coverage::FullObject, value: hasher.finish() };
    Ok(Ingested { blob: blob.finish().await?, size, md5: md5.finalize(), checksum })
}
