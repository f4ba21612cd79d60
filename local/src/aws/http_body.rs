//! Bodies of requests, read within limits.

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;

/// How much of a body that is too large is read all the same, in multiples of
/// its limit: most clients look for an answer only when they have sent all.
const PATIENCE: usize = 8;

/// Why a body cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body has more than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the body breaks off")]
    Broken(#[from] axum::Error),
}

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(mut body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut bytes = Vec::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let data = frame?.into_data().unwrap_or_default();
        size += data.len();
        if size <= limit {
            bytes.extend_from_slice(&data);
        } else if size > limit.saturating_mul(PATIENCE) {
            break;
        }
    }
    if size > limit { Err(BodyError::TooLarge { limit }) } else { Ok(bytes.into()) }
}
