//! What a data set must be to be trained on: the constraints that the champion's
//! training data set, duplicate rows, and columns that give the target away.
//!
//! A hard break keeps the data set from training, a soft one is a warning. The
//! thresholds are those of the spec's `[constraints]`.

mod admission;
mod baseline;
mod columns;
mod duplicates;
mod finding;
mod leakage;
mod observed;
mod outline;
mod target;
mod violations;

#[cfg(test)]
mod tests;

pub use admission::{Admission, admit};
pub use baseline::Baseline;
pub use observed::observed;
pub use violations::Violations;
