//! Models in memory, ready to answer.

mod answer;
mod belief;
mod cache;
mod damage;
mod lru;
mod model;
mod ports;

pub use answer::AnswerError;
pub use cache::{Assigned, CacheSettings, LoadError, ModelCache, Unusable};
pub use model::ServedModel;
pub use ports::CachePorts;
