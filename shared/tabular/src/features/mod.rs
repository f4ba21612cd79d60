//! Features: how the columns of a table become the numbers that a learner reads.
//!
//! A [`Recipe`] says how; fitting it to the training rows gives a [`Pipeline`],
//! which alone can transform. The pipeline travels inside the artifact, so that
//! training and serving compute the same features.

mod choice;
mod encoding;
mod levels;
mod matrix;
mod pipeline;
mod recipe;
mod step;
mod transform_error;
mod upright;

pub use encoding::Encoding;
pub use matrix::{Element, Matrix};
pub use pipeline::Pipeline;
pub use recipe::Recipe;
pub use transform_error::TransformError;
pub use upright::set_upright;

#[cfg(test)]
mod tests;
