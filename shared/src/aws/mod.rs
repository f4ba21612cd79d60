//! The ports on AWS: S3, DynamoDB, EventBridge and SQS.

mod error;
mod event_bridge;
mod idempotency;
mod registry;
mod s3;
mod s3_upload;
mod services;
mod sqs;

pub use event_bridge::EventBridge;
pub use idempotency::DynamoIdempotency;
pub use registry::DynamoRegistry;
pub use s3::S3Bucket;
pub use services::Services;
pub use sqs::SqsQueue;
