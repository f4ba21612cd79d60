//! EventBridge: a durable event bus with rules and schedules, and the queue
//! of asynchronous invocations that stands before Lambda.
//!
//! An event that matches a rule becomes a *delivery*: a row in a database that
//! stays until the function has succeeded or the delivery is in the
//! dead-letter folder. So a crash loses nothing, and a function may see an
//! event twice. Order is not promised.

mod bus;
mod courier;
mod dead_letter;
mod error;
mod event;
mod object_created;
mod outbox;
mod pattern;
mod put_events;
mod schedule;
mod scheduler;
mod store;

pub use bus::{BusConfig, EventBus, Rule};
pub use dead_letter::DeadLetter;
pub use error::BusError;
pub use event::Event;
pub use outbox::forward_objects;
pub use pattern::{EventPattern, PatternError};
pub use put_events::{PutEventsError, PutEventsRequest, PutEventsResponse};
pub use schedule::{Rate, RateError, Schedule};
