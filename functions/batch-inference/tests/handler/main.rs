//! The handler over ports in memory.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod files;
mod formats;
mod outliers;
mod selections;
mod world;
