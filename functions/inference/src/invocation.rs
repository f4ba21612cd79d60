//! One invocation of the function.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::Context;
use model_factory::protocol::problem::{Kind, Problem};

/// What is left of an invocation's time for writing and sending the answer.
const RESERVE: Duration = Duration::from_millis(400);

/// One invocation of the function.
#[derive(Debug, Clone, Copy)]
pub struct Invocation<'a> {
    /// Its id.
    pub request_id: &'a str,
    /// The X-Ray header that it came with; the SDK sends it on by itself.
    pub trace_id: Option<&'a str>,
    /// Until when it must have an answer.
    pub deadline: Instant,
}

impl<'a> Invocation<'a> {
    /// The invocation that the runtime hands over.
    #[must_use]
    pub fn of(context: &'a Context) -> Self {
        Self {
            request_id: &context.request_id,
            trace_id: context.xray_trace_id.as_deref(),
            deadline: before(context.deadline(), RESERVE),
        }
    }
}

/// So much earlier than the function is stopped, by a clock that is never set.
pub(crate) fn before(stopped: SystemTime, reserve: Duration) -> Instant {
    let left = stopped.duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(reserve)
}

/// The time is over.
pub(crate) fn too_late() -> Problem {
    Problem::new(
        Kind::Timeout,
        "there was not enough time to answer: send fewer rows, or the same request again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_due_before_the_function_is_stopped() {
        let mut context = Context::default();
        let soon = SystemTime::now() + Duration::from_secs(10);
        let since = soon.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        context.deadline = u64::try_from(since.as_millis()).unwrap();
        let left = Invocation::of(&context).deadline - Instant::now();
        assert!(left > Duration::from_secs(9) && left < Duration::from_millis(9_700), "{left:?}");
        // A clock that is ahead leaves no time, and is no reason to panic.
        context.deadline = 0;
        assert!(Invocation::of(&context).deadline <= Instant::now());
    }
}
