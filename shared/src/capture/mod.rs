//! What was asked and answered, kept for drift checks and for late labels.
//!
//! The lines are those of SageMaker's data capture and ground truth, so that its
//! tools read ours and ours read theirs. Pure functions without I/O.

mod encoding;
mod error;
mod forecast_redaction;
mod ground_truth;
mod join;
mod key;
mod labels;
mod line;
mod lines;
mod redaction;
mod rows;
mod sample;
mod upload;

pub use encoding::Encoding;
pub use error::CaptureError;
pub use forecast_redaction::redact_forecast;
pub use ground_truth::GroundTruth;
pub use join::{JoinCounts, Joined, join};
pub use key::{hour_prefix, key};
pub use line::{CaptureLine, Exchange, Mode, Origin, Payload};
pub use lines::read_lines;
pub use redaction::{hidden, redact, redact_answer};
pub use rows::Rows;
pub use sample::is_sampled;
pub use upload::{BadRow, BadRows, UploadError, read_csv, read_upload, unknown_classes};

#[cfg(test)]
mod tests;
