//! The embedded AWS with real parts: child processes, SDK clients, state on
//! disk.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod dynamodb;
mod endpoint;
mod events;
mod firehose;
mod http_api;
mod lambda;
mod lifecycle;
mod sqs;
mod support;
