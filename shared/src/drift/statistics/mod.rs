//! Tests and distances between a reference and a current sample.
//!
//! Every statistic is a pure function. `samples` works on raw values, `binned` on
//! a profile's counts; `shares` and `contingency` on counts of the same groups.

pub mod binned;
pub mod contingency;
pub mod kolmogorov;
pub mod multiplicity;
pub mod novelty;
pub mod samples;
pub mod shares;
