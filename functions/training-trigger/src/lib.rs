//! `training-trigger`: a data set lands, traffic drifts, or somebody asks, and a
//! model is trained, registered and, if it is better, promoted.
//!
//! [`handler::handle`] is a pure function over [`ports::Ports`]; [`run`] wires them
//! to AWS.

mod account;
mod admission;
mod age;
mod announce;
mod blame;
mod blocking;
mod captured;
mod challenge;
mod dataset;
pub mod handler;
mod import;
pub mod invocation;
mod job;
pub mod ports;
pub mod progress;
mod quarantine;
pub mod record;
mod registration;
pub mod report;
mod results;
mod rows;
mod series;
mod source;
mod stop;
mod training;
mod uploads;
mod watched;
mod work;
mod writing;

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use model_factory::aws::Services;
use model_factory::runtime::emf::MetricLog;
use model_factory::runtime::{Settings, start_logging};
use serde_json::Value;

use invocation::Invocation;
use ports::Ports;

/// Serves events from the Lambda runtime until the sandbox ends.
///
/// # Errors
/// When a setting is absent or the runtime cannot be reached.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let services = Services::load(Settings::from_env()?).await;
    let bucket = services.bucket();
    let ports = &Ports {
        read_objects: Arc::clone(&bucket) as _,
        write_objects: bucket,
        registry: services.registry(),
        idempotency: services.idempotency(),
        events: services.events(),
        metrics: Arc::new(MetricLog::from_env()),
        clock: services.clock(),
        bucket: services.settings().bucket.clone(),
        lease: services.settings().lease,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        handler::handle(ports, event.payload, &Invocation::from(&event.context))
            .await
            .map_err(Diagnostic::from)
    }))
    .await
}
