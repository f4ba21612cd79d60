//! What every function needs: settings from the environment, logs, metrics, and errors
//! that the Lambda runtime can report.

pub mod emf;
mod failure;
pub mod memory;
mod record;
mod settings;

use std::error::Error;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

pub use failure::Failure;
pub use record::write_json;
pub use settings::{MissingSetting, Settings};

use crate::port_error::chain;

/// Sends logs to standard output, one JSON object a line; `RUST_LOG` filters them
/// (default `info`).
pub fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
}

/// How a function's process ends: with a line in its log that says why, unless all is well.
#[must_use]
pub fn exit_code(ended: Result<(), Box<dyn Error + Send + Sync>>) -> ExitCode {
    let Err(error) = ended else { return ExitCode::SUCCESS };
    if !tracing::dispatcher::has_been_set() {
        start_logging();
    }
    tracing::error!(error = chain(error.as_ref()), "the function cannot go on");
    ExitCode::FAILURE
}
