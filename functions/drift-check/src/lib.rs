//! `drift-check`: compares a window of captured traffic with the profile that the
//! training of the version behind it stored, writes a report, and where the two differ,
//! tells people and decides about a retraining.
//!
//! [`handler::handle`] is a pure function over [`ports::Ports`]; [`run`] wires them
//! to AWS.

mod check;
mod errors;
mod findings;
mod forecasts;
pub mod handler;
mod hours;
mod labels;
mod metrics;
pub mod ports;
mod reference;
pub mod report;
pub mod request;

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use model_factory::aws::Services;
use model_factory::runtime::emf::MetricLog;
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
        metrics: Arc::new(MetricLog::from_env()),
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        handler::handle(ports, event.payload).await.map_err(Diagnostic::from)
    }))
    .await
}
