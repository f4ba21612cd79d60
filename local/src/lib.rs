//! The embedded AWS and the `model-factory` command line.
//!
//! [`aws`] is an AWS in one process; [`factory`] puts the Model Factory on it, as
//! `template.yaml` puts it on the real one; [`cli`] is the command line, which works
//! with either.

pub mod aws;
pub mod cli;
mod client;
mod demo;
mod error;
pub mod factory;
mod host;
mod terminal;
