//! Learners, the metrics that judge them, and other libraries' model files.

pub mod exchange;
pub mod learners;
pub mod metrics;
