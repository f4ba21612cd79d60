//! The embedded S3 as clients see it: the AWS SDK over HTTP on loopback.

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
