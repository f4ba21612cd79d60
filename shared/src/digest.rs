//! A hash of several texts.

use sha2::{Digest, Sha256};

/// The SHA-256 of the parts in hexadecimal. Each goes in with its length, so that no other
/// division of the same bytes has the same hash.
pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hex::encode(hasher.finalize())
}
