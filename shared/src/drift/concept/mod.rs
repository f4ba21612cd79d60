//! Whether a model has begun to err more, told from the stream of its errors as labels
//! come in.
//!
//! The detectors are those of river 0.26, number for number. Their states are plain
//! values that are kept between checks.

mod adwin;
mod ddm;
mod page_hinkley;
mod stream;

pub use adwin::Adwin;
pub use ddm::Ddm;
pub use page_hinkley::PageHinkley;
pub use stream::{Alarm, ConceptReport, Detector, ErrorStream};

#[cfg(test)]
mod tests;
