//! One call of the function.

use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::Context;
use model_factory::learners::Deadline;

/// The share of the time that is left which a search leaves to what comes after it:
/// fitting the winner, measuring, storing and registering it.
const RESERVED_SHARE: f64 = 0.15;

/// The share of the function's memory that one candidate may need; the rest is for the
/// data and all else.
const MEMORY_SHARE: f64 = 0.75;

/// The least that it leaves.
const LEAST_RESERVE: Duration = Duration::from_secs(10);

/// One call of the function.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its id.
    pub request_id: String,
    /// When Lambda ends it; `None` when nobody does.
    pub deadline: Option<Instant>,
    /// How much memory the function has; `None` when nobody bounds it.
    pub memory_bytes: Option<u64>,
}

impl Invocation {
    /// When a search that begins now has to end.
    #[must_use]
    pub fn search_deadline(&self) -> Deadline {
        let now = Instant::now();
        self.deadline.map_or_else(Deadline::default, |end| {
            let left = end.saturating_duration_since(now);
            let reserve = left.mul_f64(RESERVED_SHARE).max(LEAST_RESERVE);
            Deadline::at(now + left.saturating_sub(reserve))
        })
    }

    /// When Lambda ends it.
    pub(crate) fn end(&self) -> Deadline {
        self.deadline.map_or_else(Deadline::default, Deadline::at)
    }

    /// The most bytes that one candidate of a search may need.
    pub(crate) fn search_memory(&self) -> Option<u64> {
        self.memory_bytes.map(|bytes| (bytes as f64 * MEMORY_SHARE) as u64)
    }
}

impl From<&Context> for Invocation {
    fn from(context: &Context) -> Self {
        // The runtime tells a time of day; what is measured against it must not jump.
        let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let mebibytes = u64::try_from(context.env_config.memory).ok();
        Self {
            request_id: context.request_id.clone(),
            deadline: Some(Instant::now() + left),
            memory_bytes: mebibytes.filter(|&mebibytes| mebibytes > 0).map(|it| it << 20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_leaves_time_for_what_comes_after_it() {
        let left = |seconds| {
            let deadline = Some(Instant::now() + Duration::from_secs(seconds));
            Invocation { request_id: String::new(), deadline, memory_bytes: None }.search_deadline()
        };
        assert!(left(9).has_passed());
        assert!(!left(20).has_passed());
        let after = |seconds| Deadline::at(Instant::now() + Duration::from_secs(seconds));
        let is_between = |deadline: Deadline, from, to| {
            deadline.earlier(after(from)) != deadline && deadline.earlier(after(to)) == deadline
        };
        assert!(is_between(left(900), 760, 770));
        assert!(is_between(left(30), 18, 21));
    }

    #[test]
    fn an_invocation_that_nobody_ends_has_no_deadline() {
        let invocation =
            Invocation { request_id: String::new(), deadline: None, memory_bytes: Some(4 << 30) };
        assert_eq!(invocation.search_deadline(), Deadline::default());
        assert_eq!(invocation.search_memory(), Some(3 << 30));
    }
}
