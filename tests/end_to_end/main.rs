//! The factory from outside: real AWS clients and plain HTTP before the embedded
//! AWS with the real function processes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod bad_data;
mod bad_events;
mod bad_requests;
mod book;
mod command_line;
mod crash;
mod deliveries;
mod forecasting;
mod pictures;
mod sample_events;
#[path = "../sdk.rs"]
mod sdk;
mod serving;
mod streaming;
mod support;
mod tasks;
mod tracing;
mod whole_loop;
