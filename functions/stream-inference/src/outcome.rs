//! What comes of a record.

use std::sync::Arc;

use model_factory::name::{ModelName, Reference};
use model_factory::protocol::RowAnswer;
use model_factory::serving::ServedModel;

/// What comes of a record.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A model has answered.
    Answered(Box<Answered>),
    /// There is nothing to predict.
    Nothing,
    /// No delivery of it can be answered, for this reason.
    Poison(String),
    /// A later delivery may be answered.
    Failed,
}

/// A row and what a model says of it.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The client's own id of the record.
    pub(crate) id: Option<String>,
    pub(crate) model: ModelName,
    pub(crate) variant: Reference,
    pub(crate) served: Arc<ServedModel>,
    /// The row's own request, as it is captured.
    pub(crate) request: String,
    /// What the model says of it.
    pub(crate) told: RowAnswer,
    /// What a shadow would have answered.
    pub(crate) shadow: Option<Shadowed>,
}

/// What a shadow says of a row, for the record only.
#[derive(Debug)]
pub(crate) struct Shadowed {
    pub(crate) served: Arc<ServedModel>,
    pub(crate) told: RowAnswer,
}
