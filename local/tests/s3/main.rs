//! The embedded S3 as clients see it: the AWS SDK over HTTP on loopback.

// Clippy takes only functions with `#[test]` for tests, not their helpers.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used)]

mod buckets;
mod checksums;
mod conditions;
mod durability;
mod events;
mod keys;
mod listing;
mod multipart;
mod objects;
mod server;
mod signing;
