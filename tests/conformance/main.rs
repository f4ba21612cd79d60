//! One suite for each port, held by both of its adapters: the one in memory, on which
//! the handlers are tested, and the one on AWS.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod adapters;
mod delivery_stream;
mod drift_log;
mod idempotency;
mod objects;
mod powertools;
mod queue;
mod registry;
#[path = "../sdk.rs"]
mod sdk;
