//! One call of the function.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::Context;

/// What is left of the time for what comes after the last row.
const RESERVE: Duration = Duration::from_secs(15);

/// One call of the function.
#[derive(Debug, Clone, Copy)]
pub struct Invocation {
    /// Until when rows may be scored.
    pub deadline: Instant,
}

impl From<&Context> for Invocation {
    fn from(context: &Context) -> Self {
        // The runtime tells a time of day; what is measured against it must not jump.
        let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        Self { deadline: Instant::now() + left.saturating_sub(RESERVE) }
    }
}
