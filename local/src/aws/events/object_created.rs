//! The event that S3 sends when an object has been created.

#[cfg(test)]
mod tests;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::event::Event;
use crate::aws::arn::{self, ACCOUNT_ID};
use crate::aws::s3::ObjectCreated;

/// The event in EventBridge's shape. Its id depends on the object only, so
/// that a notification which is forwarded twice is the same event.
pub(super) fn event(created: &ObjectCreated, region: &str) -> Event {
    let id = identity(created);
    let detail = json!({
        "version": "0",
        "bucket": {"name": created.bucket},
        "object": {
            "key": created.key,
            "size": created.size,
            "etag": created.etag,
            "sequencer": created.sequencer,
        },
        "request-id": id,
        "requester": ACCOUNT_ID,
        "source-ip-address": "127.0.0.1",
        "reason": created.reason,
    });
    let resources = vec![arn::bucket(&created.bucket)];
    Event { id, resources, detail, ..Event::new("aws.s3", "Object Created", region, created.time) }
}

fn identity(created: &ObjectCreated) -> String {
    let parts = [&created.bucket, &created.key, &created.sequencer];
    let mut digest = Sha256::new();
    for part in parts {
        // The length keeps neighbouring parts apart.
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let mut id = [0; 16];
    id.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    uuid::Builder::from_custom_bytes(id).into_uuid().to_string()
}
