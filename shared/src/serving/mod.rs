//! Models in memory, ready to answer.

mod answer;
mod cache;
mod lru;
mod model;

pub use answer::AnswerError;
pub use cache::{CacheSettings, LoadError, ModelCache};
pub use model::ServedModel;
