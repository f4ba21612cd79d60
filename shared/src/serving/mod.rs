//! Models in memory, ready to answer.

mod cache;
mod lru;
mod model;

pub use cache::{CacheSettings, LoadError, ModelCache};
pub use model::ServedModel;
