//! The ports on AWS: S3, DynamoDB and EventBridge.

mod error;
mod event_bridge;
mod idempotency;
mod registry;
mod s3;
mod services;

pub use event_bridge::EventBridge;
pub use idempotency::DynamoIdempotency;
pub use registry::DynamoRegistry;
pub use s3::S3Bucket;
pub use services::Services;
