//! Whether later data still looks like the training data.
//!
//! A column has drifted when a test says that the difference is no accident
//! (after Benjamini–Hochberg over all tests of the window) *and* its size is above
//! a floor: with many rows everything is significant, with few rows much is large.
//! Missing values, values of another type, numbers out of range and new categories are
//! tested of their own.
//!
//! Whole rows are compared, too, and how well the model does: by labels that have come
//! in, and by an estimate that needs none.
//!
//! A window is a [`Timeline`]: its chunks are compared on their own, too, so that a
//! change in a part of it shows.

pub mod alert;
pub mod check;
mod column;
pub mod concept;
pub mod forecasts;
pub mod history;
pub mod html;
mod multivariate;
mod observer;
mod outcomes;
mod performance;
pub mod report;
pub mod retraining;
pub mod statistics;
mod terms;
pub mod timeline;
mod trend;

#[cfg(test)]
mod tests;

pub use alert::Alert;
pub use check::{Seen, check};
pub use forecasts::{CapturedForecasts, ForecastReport, Truth};
pub use observer::Observer;
pub use outcomes::Outcomes;
pub use report::{ColumnReport, Report, Severity, Subject, Verdict};
pub use terms::Terms;
pub use timeline::{Chunk, Timeline};
