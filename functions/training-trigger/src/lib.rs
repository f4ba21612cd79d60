//! `training-trigger`: a data set lands, traffic drifts, or somebody asks, and a
//! model is trained, registered and, if it is better, promoted.
//!
//! [`handler::handle`] is a pure function over [`ports::Ports`]; [`run`] wires them
//! to AWS.

mod announce;
mod captured;
pub mod handler;
pub mod ports;
mod quarantine;
mod registration;
pub mod report;
mod source;
mod stop;
mod work;

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use model_factory::aws::{DynamoIdempotency, DynamoRegistry, EventBridge, S3Bucket, sdk_config};
use model_factory::clock::SystemClock;
use model_factory::runtime::{Settings, start_logging};
use serde_json::Value;

use ports::Ports;

/// Serves events from the Lambda runtime until the sandbox ends.
///
/// # Errors
/// When a setting is absent or the runtime cannot be reached.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let settings = Settings::from_env()?;
    let config = sdk_config().await;
    let clock = Arc::new(SystemClock);
    let bucket = Arc::new(S3Bucket::new(&config, &settings.bucket));
    let ports = Ports {
        read_objects: Arc::clone(&bucket) as _,
        write_objects: bucket,
        registry: Arc::new(DynamoRegistry::new(
            &config,
            &settings.registry_table,
            Arc::clone(&clock) as _,
        )),
        idempotency: Arc::new(DynamoIdempotency::new(
            &config,
            &settings.idempotency_table,
            Arc::clone(&clock) as _,
        )),
        events: Arc::new(EventBridge::new(&config, &settings.event_bus)),
        clock,
        bucket: settings.bucket,
        lease: settings.lease,
    };
    let ports = &ports;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        handler::handle(ports, event.payload, &event.context.request_id)
            .await
            .map_err(Diagnostic::from)
    }))
    .await
}
