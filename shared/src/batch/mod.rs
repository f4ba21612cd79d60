//! Whole files: each row of a table with what a model answers for it, in bounded memory.
//!
//! The rows are checked by the rules of a request and answered by the model that serves, so
//! that a file and the API cannot disagree.

mod answers;
mod rejected;
mod score;
mod summary;

pub use rejected::{LISTED, RejectedRow};
pub use score::{Part, ScoreError, Wishes, score};
pub use summary::{Answered, Summary};
