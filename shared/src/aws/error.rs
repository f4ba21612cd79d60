//! Which failures of the AWS SDK a later call may not meet.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::port_error::PortError;

/// Codes with which services ask to be called again later.
const THROTTLING: [&str; 8] = [
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// The failure of `action`, with the SDK's error as its source.
pub(super) fn port_error<E>(
    action: impl Into<String>,
    error: SdkError<E, HttpResponse>,
) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let retryable = match &error {
        SdkError::ServiceError(context) => {
            context.raw().status().is_server_error()
                || context.err().code().is_some_and(|code| THROTTLING.contains(&code))
        }
        SdkError::ConstructionFailure(_) => false,
        _ => true,
    };
    PortError { action: action.into(), retryable, source: Box::new(error) }
}
