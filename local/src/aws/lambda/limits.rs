//! Lambda's quotas.

use std::time::Duration;

/// The largest request or response of a synchronous invocation, in bytes.
pub const SYNCHRONOUS_PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// The largest event of an asynchronous invocation, in bytes.
pub const ASYNCHRONOUS_PAYLOAD_LIMIT: usize = 1024 * 1024;

/// How long a sandbox may take from its start to its first request for work;
/// a function whose own timeout is longer has that long.
pub(super) const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How long a sandbox may go on after SIGTERM.
pub(super) const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);
