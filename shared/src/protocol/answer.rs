//! An answer as every protocol takes it.

use super::extras::Extras;
use super::output::Output;
use crate::learners::Predictions;
use crate::name::{ModelName, Version};

/// The predictions for a request, and which model made them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer<'a> {
    /// The model that answered.
    pub model: &'a ModelName,
    /// The version of the model that answered.
    pub version: Version,
    /// The client's own name of the request.
    pub id: Option<&'a str>,
    /// What to tell, in this order.
    pub outputs: &'a [Output],
    /// The predictions.
    pub predictions: &'a Predictions,
    /// What is told beside them.
    pub extras: &'a Extras,
}
