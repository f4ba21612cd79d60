//! Amazon Resource Names of the one account that the embedded AWS knows.

/// The account that owns everything in the embedded AWS.
pub const ACCOUNT_ID: &str = "000000000000";

/// The name of a Lambda function in `region`.
#[must_use]
pub fn function(region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{name}")
}

/// The name of a bucket.
#[must_use]
pub fn bucket(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

/// The name of an EventBridge rule in `region`.
#[must_use]
pub fn rule(region: &str, name: &str) -> String {
    format!("arn:aws:events:{region}:{ACCOUNT_ID}:rule/{name}")
}

/// The name of an SQS queue in `region`.
#[must_use]
pub fn queue(region: &str, name: &str) -> String {
    format!("arn:aws:sqs:{region}:{ACCOUNT_ID}:{name}")
}
