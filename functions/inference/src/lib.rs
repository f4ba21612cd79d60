//! `inference`: answers the Open Inference Protocol, MLflow's scoring protocol and requests
//! for forecasts with the champion or any version, captures what it answered, and passes
//! requests for trainings on.
//!
//! [`handler::Inference`] is a pure function over ports; [`run`] wires them to AWS.
//! Captures, metrics, the shadow's answers and whatever the model cache has put off are done
//! after the response has gone out, in the time of an internal extension, so that no caller
//! waits for them and no frozen sandbox holds them back.

mod after;
mod answer;
mod assignment;
pub mod captures;
mod catalogue;
mod encoding;
pub mod exchange;
mod flush;
mod forecast;
pub mod gateway;
mod ground_truth;
pub mod handler;
mod images;
mod inference_id;
pub mod invocation;
mod kept;
mod picture;
pub mod ports;
mod predict;
mod route;
mod settle;
mod shadow;
mod telemetry;
pub mod training;
mod wiring;

pub use wiring::run;
