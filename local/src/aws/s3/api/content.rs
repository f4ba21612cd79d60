//! The content of a request.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::TryStreamExt;
use s3s::Body;
use s3s::dto::StreamingBlob;

use super::Gateway;
use crate::aws::s3::checksum::Algorithm;
use crate::aws::s3::claim::Claim;
use crate::aws::s3::error::RequestError;
use crate::aws::s3::ingest::{Ingested, ingest};

/// A body, and what the client says about it.
pub(super) struct Content {
    pub(super) body: Option<StreamingBlob>,
    pub(super) length: Option<i64>,
    /// In base64.
    pub(super) md5: Option<String>,
    pub(super) claim: Claim,
}

impl Gateway {
    /// Takes the content in if it is what the client says. `algorithm` is for
    /// the case that the client does not ask for one.
    pub(super) async fn receive(
        &self,
        content: Content,
        algorithm: Algorithm,
    ) -> Result<Ingested, RequestError> {
        let Content { body, length, md5, claim } = content;
        let body = body.unwrap_or_else(|| Body::empty().into()).map_err(RequestError::Body);
        let algorithm = claim.algorithm().unwrap_or(algorithm);
        let ingested = ingest(self.store.blobs(), body, algorithm).await?;
        if let Some(expected) = length.and_then(|length| u64::try_from(length).ok())
            && expected != ingested.size
        {
            return Err(RequestError::Length { found: ingested.size, expected });
        }
        if md5.is_some_and(|md5| md5.trim() != BASE64_STANDARD.encode(ingested.md5)) {
            return Err(RequestError::BadDigest { what: "MD5" });
        }
        claim.verify(&ingested.checksum)?;
        Ok(ingested)
    }
}
