//! The handler over ports in memory.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod forecasts;
mod hours;
mod labels;
mod not_checked;
mod retraining;
mod schema;
mod telling;
mod world;
