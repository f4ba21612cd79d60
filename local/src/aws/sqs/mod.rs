//! SQS: durable queues with visibility timeouts, dead-letter queues and FIFO order, and
//! the event source mappings that hand their messages to functions.
//!
//! A message stays on disk until its receiver deletes it. What was being received when the
//! process ended can be received again as soon as it starts: nobody else held it.

mod api;
mod attributes;
mod digest;
mod error;
mod mapping;
mod message;
mod queues;
mod settings;
mod store;

pub use error::SqsError;
pub use mapping::EventSourceMapping;
pub use queues::Queues;
pub use settings::QueueSpec;

pub(super) use api::handle;
pub(super) use mapping::Poller;
