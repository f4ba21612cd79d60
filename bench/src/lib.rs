//! What the measurements share.

mod measure;

pub use measure::Figures;
