//! One thing that is wrong with a data set, and how much that matters.

use crate::dataset::Defect;
use crate::spec::Severity;

/// The share of a threshold above which a break is a soft one.
const SOFT: f64 = 0.25;

/// What shares may differ by rounding.
const ROUNDING: f64 = 1e-9;

/// One thing that is wrong with a data set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    pub(super) defect: Defect,
}

impl Finding {
    /// A soft break in a column.
    pub(super) fn soft(code: &str, column: &str, message: String) -> Self {
        Self { severity: Severity::Warn, defect: Defect::new(code, message).in_column(column) }
    }

    /// A hard break in a column.
    pub(super) fn hard(code: &str, column: &str, message: String) -> Self {
        Self { severity: Severity::Reject, defect: Defect::new(code, message).in_column(column) }
    }

    /// A break in a column as hard as `excess` is large: nothing up to a quarter of
    /// `limit`, soft up to `limit`, hard above.
    pub(super) fn graded(
        (excess, limit): (f64, f64),
        code: &str,
        column: &str,
        message: impl FnOnce() -> String,
    ) -> Option<Self> {
        if excess > limit + ROUNDING {
            Some(Self::hard(code, column, message()))
        } else {
            noteworthy(excess, limit).then(|| Self::soft(code, column, message()))
        }
    }
}

/// Whether a share is more than a quarter of `limit`.
pub(super) fn noteworthy(excess: f64, limit: f64) -> bool {
    excess > SOFT * limit + ROUNDING
}

/// A share in per cent, for a message.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
