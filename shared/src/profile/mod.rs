//! What the values of a model's columns look like: counts and moments that are
//! exact, small, the same bytes for the same data, and mergeable by addition.
//!
//! A [`Profile`] is the reference, computed once from the training data. An
//! [`Observation`] counts later data in the reference's bins and levels, in any
//! order and in any number of parts, without holding a row.

pub mod bins;
pub mod column;
pub mod constraints;
pub mod joint;
pub mod levels;
pub mod moments;
mod numbers;
pub mod observation;
mod outputs;
pub mod performance;
pub mod reference;
pub mod statistics;
pub mod texts;

#[cfg(test)]
mod tests;

pub use bins::{Bins, Layout, Tail};
pub use column::{Column, Summary};
pub use constraints::Constraints;
pub use joint::{Joint, JointCounts, Reconstruction, Sample};
pub use levels::Levels;
pub use moments::Moments;
pub use numbers::Numbers;
pub use observation::{Incompatible, Observation};
pub use outputs::{PREDICTION, SCORE};
pub use performance::{Baseline, ErrorModel, Estimator, Expected, FittedEstimator, Performance};
pub use reference::Profile;
pub use statistics::Statistics;
pub use texts::Texts;
