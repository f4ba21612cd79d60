//! Why a table cannot be transformed.

/// A table does not hold what a pipeline was fitted on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransformError {
    /// A column is absent.
    #[error("column `{0}` is missing")]
    MissingColumn(String),
    /// A column holds texts where training saw numbers, or the reverse.
    #[error("column `{0}` is not of the type that the model was trained on")]
    WrongType(String),
}
