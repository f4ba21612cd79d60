//! Whether later data still looks like the training data.
//!
//! A column has drifted when a test says that the difference is no accident
//! (after Benjamini–Hochberg over all tests of the window) *and* its size is above
//! a floor: with many rows everything is significant, with few rows much is large.
//! Missing values and new categories are tested of their own.

pub mod alert;
pub mod check;
mod column;
pub mod history;
pub mod html;
pub mod report;
pub mod retraining;
pub mod statistics;
mod trend;

#[cfg(test)]
mod tests;

pub use alert::Alert;
pub use check::check;
pub use report::{ColumnReport, Report, Severity, Subject, Verdict};
