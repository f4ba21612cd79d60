//! The ports on AWS: S3, DynamoDB and EventBridge.

mod error;
mod event_bridge;
mod idempotency;
mod registry;
mod s3;

pub use event_bridge::EventBridge;
pub use idempotency::DynamoIdempotency;
pub use registry::DynamoRegistry;
pub use s3::S3Bucket;

use aws_config::{BehaviorVersion, SdkConfig};

/// The SDK's configuration from the environment, loaded once a process.
pub async fn sdk_config() -> SdkConfig {
    aws_config::load_defaults(BehaviorVersion::latest()).await
}
