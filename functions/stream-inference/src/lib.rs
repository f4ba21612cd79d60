//! `stream-inference`: predicts the records of SQS queues, Kinesis streams and DynamoDB
//! streams as they arrive, with the champion or any version.
//!
//! [`handler::Stream`] is a pure function over ports; [`run`] wires them to AWS. The rows of
//! a batch go through the request reader and the predictor of serving, together. What keeps
//! a record from being answered decides what becomes of it: a fault of the world lets it be
//! delivered again, in its order, and a fault of the record puts it into the dead-letter
//! queue, with the reason.

mod batch;
mod captures;
pub mod handler;
mod lanes;
mod letters;
mod outcome;
pub mod ports;
mod record;
mod results;
mod scoring;
pub mod settings;
mod wiring;

pub use wiring::run;
