//! Whole files: each row of a table with what a model answers for it, in bounded memory.
//!
//! The rows are checked by the rules of a request and answered by the model that serves, so
//! that a file and the API cannot disagree.

mod answers;
mod error;
mod outliers;
mod plan;
mod rejected;
mod score;
mod summary;
mod texts;
mod wishes;

pub use error::ScoreError;
pub use outliers::Outliers;
pub use rejected::{LISTED, RejectedRow};
pub use score::{Part, score};
pub use summary::{Answered, Summary};
pub use texts::TextSummary;
pub use wishes::{TextWish, Wishes};
