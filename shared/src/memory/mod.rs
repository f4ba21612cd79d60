//! The ports in memory, with the semantics of those on AWS: one conformance suite
//! holds for both.

mod delivery_stream;
mod events;
mod idempotency;
mod objects;
mod outage;
mod queue;
mod registry;

pub use delivery_stream::MemoryStream;
pub use events::MemoryEvents;
pub use idempotency::MemoryIdempotency;
pub use objects::MemoryObjects;
pub use outage::{Call, Fate};
pub use queue::MemoryQueue;
pub use registry::MemoryRegistry;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The guarded value, also after a panic in another thread: each change is made by
/// one statement, so that none is half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
