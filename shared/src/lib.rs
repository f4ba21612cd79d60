//! The life cycle of machine-learning models, as a library over ports.
//!
//! What is true of any table stands in `model-factory-tabular`, what learns from it in
//! `model-factory-learning`, and what is known of series in `model-factory-forecasting`;
//! all are compiled apart and are part of this library.

pub use model_factory_forecasting as forecasting;
pub use model_factory_learning::{exchange, learners, metrics};
pub use model_factory_tabular::{
    boolean, dataset, date, expression, features, json, nearest, plain, plural, spec,
};

pub mod artifact;
pub mod aws;
pub mod batch;
pub mod capture;
pub mod card;
pub mod clock;
pub mod delivery_stream;
pub mod digest;
pub mod drift;
pub mod events;
pub mod idempotency;
pub mod memory;
pub mod name;
mod page;
pub mod panic;
pub mod port_error;
pub mod profile;
pub mod protocol;
pub mod quality;
pub mod queue;
pub mod registry;
pub mod runtime;
pub mod serving;
#[cfg(test)]
mod splitmix;
pub mod storage;
pub mod store;
pub mod summary;
pub mod traffic;
pub mod training;
pub mod window;
mod words;
