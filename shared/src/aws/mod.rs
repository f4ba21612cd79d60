//! The ports on AWS: S3, DynamoDB, EventBridge, SQS and Firehose.

mod batches;
mod connector;
mod error;
mod event_bridge;
mod firehose;
mod idempotency;
mod registry;
mod s3;
mod s3_upload;
mod services;
mod sqs;

pub use event_bridge::EventBridge;
pub use firehose::DeliveryStream;
pub use idempotency::DynamoIdempotency;
pub use registry::DynamoRegistry;
pub use s3::S3Bucket;
pub use services::Services;
pub use sqs::SqsQueue;
