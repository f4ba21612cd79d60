//! `drift-check`: compares a window of captured traffic with the profile that the
//! champion's training stored, writes a report, and asks for a retraining where the
//! two differ.
//!
//! [`handler::handle`] is a pure function over [`ports::Ports`]; [`run`] wires them
//! to AWS.

mod champion;
mod check;
mod findings;
pub mod handler;
pub mod ports;
pub mod report;
pub mod request;

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use model_factory::aws::Services;
use model_factory::runtime::{Settings, start_logging};
use serde_json::Value;

use ports::Ports;

/// Serves events from the Lambda runtime until the sandbox ends.
///
/// # Errors
/// When a setting is absent or the runtime cannot be reached.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let services = Services::load(Settings::from_env()?).await;
    let (bucket, registry) = (services.bucket(), services.registry());
    let ports = &Ports {
        read_objects: Arc::clone(&bucket) as _,
        write_objects: bucket,
        registry: Arc::clone(&registry) as _,
        drift_log: registry,
        events: services.events(),
        clock: services.clock(),
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        handler::handle(ports, event.payload).await.map_err(Diagnostic::from)
    }))
    .await
}
