//! `batch-inference`: whole files are scored by the model that serves, when they arrive, when
//! their day is over, or when somebody asks for it.
//!
//! [`handler::handle`] is a pure function over [`ports::Ports`]; [`run`] wires them
//! to AWS.

mod announce;
mod file;
pub mod handler;
pub mod identity;
pub mod invocation;
pub mod manifest;
pub mod ports;
pub mod report;
pub mod request;
mod run;
mod selection;
mod stop;
mod stream;
mod writing;

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use model_factory::aws::Services;
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
        write_objects: Arc::clone(&bucket) as _,
        upload_objects: bucket,
        registry: services.registry(),
        idempotency: services.idempotency(),
        events: services.events(),
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
