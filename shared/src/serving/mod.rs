//! Models in memory, ready to answer.

mod answer;
mod belief;
mod cache;
mod damage;
mod lru;
mod model;

pub use answer::AnswerError;
pub use cache::{Assigned, CachePorts, CacheSettings, LoadError, ModelCache};
pub use model::ServedModel;
