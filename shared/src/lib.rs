//! The life cycle of machine-learning models, as a library over ports.

pub mod dataset;
pub mod features;
pub mod learners;
pub mod metrics;
pub mod name;
pub mod spec;
