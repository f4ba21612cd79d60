//! An AWS in one process, on loopback: S3, DynamoDB, SQS, Firehose, Lambda, EventBridge
//! and API Gateway speak their real protocols, so unmodified clients work with it.

pub mod arn;
pub mod dynamodb;
pub mod endpoint;
pub mod events;
pub mod firehose;
pub mod http_api;
mod http_body;
mod http_server;
pub mod lambda;
pub mod s3;
pub mod sqs;
pub mod stack;
