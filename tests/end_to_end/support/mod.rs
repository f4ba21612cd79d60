//! What the tests share.

mod data;
mod factory;
mod http;
mod processes;
mod program;
mod recorder;
mod samples;
mod wait;

pub(crate) use data::{Rows, Season, customers, digits, golden_model, points, rides};
pub(crate) use factory::{
    BATCH_INFERENCE, DRIFT_CHECK, Factory, INFERENCE, STREAM_INFERENCE, TRAINING_TRIGGER,
};
pub(crate) use http::Answer;
pub(crate) use processes::Processes;
pub(crate) use program::{Done, Program};
pub(crate) use recorder::Recorder;
pub(crate) use samples::samples;
pub(crate) use wait::{eventually, in_time};
