//! The functions, and how this program becomes one of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use model_factory::runtime::exit_code;

use super::{Options, STREAM_DEAD_LETTERS, STREAM_RESULTS};
use crate::aws::arn::ACCOUNT_ID;
use crate::aws::lambda::FunctionSpec;

pub(super) const TRAINING_TRIGGER: &str = "training-trigger";
pub(super) const INFERENCE: &str = "inference";
pub(super) const STREAM_INFERENCE: &str = "stream-inference";
pub(super) const BATCH_INFERENCE: &str = "batch-inference";
pub(super) const DRIFT_CHECK: &str = "drift-check";

/// Files that have all root certificates of a system, as `template.yaml` names that of Lambda's.
const ROOT_CERTIFICATES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Memory, time and concurrency are those of `template.yaml`, but for the number of
/// sandboxes, which fits one machine.
pub(super) fn specs(
    options: &Options,
    environment: &BTreeMap<String, String>,
) -> Vec<FunctionSpec> {
    let mut environment = environment.clone();
    if let Some(file) = ROOT_CERTIFICATES.into_iter().find(|file| Path::new(file).is_file()) {
        environment.insert("SSL_CERT_FILE".to_owned(), file.to_owned());
    }
    let spec = |name: &str, memory_mb, seconds, concurrency| FunctionSpec {
        name: name.to_owned(),
        command: options.program.clone(),
        args: Vec::new(),
        environment: environment.clone(),
        memory_mb,
        timeout: Duration::from_secs(seconds),
        concurrency,
    };
    vec![
        spec(TRAINING_TRIGGER, 3008, 900, 2),
        keeping(spec(INFERENCE, 512, 29, options.serving.processes)),
        spec(DRIFT_CHECK, 1024, 300, 2),
        streaming(spec(STREAM_INFERENCE, 512, 60, 2)),
        spec(BATCH_INFERENCE, 3008, 900, 2),
    ]
}

/// The function whose allocator keeps what a request has freed for the next one.
fn keeping(mut spec: FunctionSpec) -> FunctionSpec {
    let variables =
        [("MALLOC_TRIM_THRESHOLD_", "67108864"), ("MALLOC_MMAP_THRESHOLD_", "33554432")];
    spec.environment.extend(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    spec
}

/// The function that answers the records of queues and streams, with its queues.
fn streaming(mut spec: FunctionSpec) -> FunctionSpec {
    // Clients find a queue by the end of its URL, whatever its start.
    let url = |queue: &str| format!("http://localhost/{ACCOUNT_ID}/{queue}");
    let variables = [
        ("MODEL_FACTORY_STREAM_DEAD_LETTERS_URL", url(STREAM_DEAD_LETTERS)),
        ("MODEL_FACTORY_STREAM_RESULTS_URL", url(STREAM_RESULTS)),
    ];
    spec.environment.extend(variables.map(|(name, value)| (name.to_owned(), value)));
    spec
}

/// Runs as the function of that name until its sandbox ends.
#[must_use]
pub fn run_function(name: &str) -> ExitCode {
    let runtime = match name {
        // As its own bootstrap does.
        INFERENCE => tokio::runtime::Builder::new_current_thread().enable_all().build(),
        _ => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
    };
    let ended = match runtime {
        Err(error) => Err(error.into()),
        Ok(runtime) => runtime.block_on(async {
            match name {
                TRAINING_TRIGGER => training_trigger::run().await,
                INFERENCE => inference::run().await,
                DRIFT_CHECK => drift_check::run().await,
                STREAM_INFERENCE => stream_inference::run().await,
                BATCH_INFERENCE => batch_inference::run().await,
                _ => Err(format!("there is no function `{name}`").into()),
            }
        }),
    };
    exit_code(ended)
}
