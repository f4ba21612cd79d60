//! The life cycle of machine-learning models, as a library over ports.

pub mod artifact;
pub mod aws;
pub mod capture;
pub mod clock;
pub mod dataset;
pub mod drift;
pub mod events;
pub mod features;
pub mod idempotency;
pub mod learners;
pub mod memory;
pub mod metrics;
pub mod name;
pub mod port_error;
pub mod profile;
pub mod protocol;
pub mod quality;
pub mod registry;
pub mod runtime;
pub mod serving;
pub mod spec;
pub mod storage;
pub mod store;
pub mod traffic;
pub mod training;
pub mod window;
