//! `inference`: answers the Open Inference Protocol and MLflow's scoring protocol
//! with the champion or any version, and captures what it answered.
//!
//! [`handler::Inference`] is a pure function over ports; [`run`] wires them to AWS.
//! What was captured is written after the response has gone out, by an internal
//! extension, so that no caller waits for it and no frozen sandbox holds it back.

mod answer;
pub mod captures;
mod catalogue;
mod encoding;
mod exchange;
mod flush;
mod gateway;
pub mod handler;
pub mod invocation;
pub mod ports;
mod predict;
mod route;
mod wiring;

pub use wiring::run;
