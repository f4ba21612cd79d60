//! Lambda: functions as child processes behind the real Runtime API.
//!
//! A [`FunctionSpec`] describes a function, [`Lambda`] invokes it. Each
//! concurrent invocation has a *sandbox* of its own: one child process and one
//! loopback listener that serves it the Runtime API and the Extensions API, as
//! on AWS. A sandbox starts on demand, is used again while it is healthy, and
//! goes when it dies, exceeds its deadline or has been idle for some minutes.

mod call;
mod environment;
mod error;
mod extensions_api;
mod function;
mod limits;
mod logs;
mod process;
mod runtime_api;
mod sandbox;
mod service;
mod session;
mod spec;
mod turn;

#[cfg(test)]
mod tests;

pub use call::Call;
pub use error::{FunctionError, InvokeError};
pub use limits::{ASYNCHRONOUS_PAYLOAD_LIMIT, SYNCHRONOUS_PAYLOAD_LIMIT};
pub use logs::{LogLine, LogListener};
pub use service::{Lambda, LambdaConfig};
pub use spec::FunctionSpec;
