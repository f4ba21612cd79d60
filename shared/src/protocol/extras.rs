//! What is told beside the predictions.

use super::row_errors::RowErrors;
use super::top_contributions::TopContributions;
use crate::learners::Intervals;

/// What is told beside the predictions; nothing unless it was asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extras {
    /// Between which numbers the true values lie.
    pub intervals: Option<Intervals>,
    /// Which inputs contribute most to each row's answer.
    pub contributions: Option<TopContributions>,
    /// Which rows do not fit: their other outputs are told as missing.
    pub errors: RowErrors,
}
