//! The environment variables that a function finds on Lambda.

use std::collections::BTreeMap;
use std::env;
use std::net::SocketAddr;

use super::spec::FunctionSpec;

/// What a function may see of our own environment. All else stays out, above
/// all the user's AWS profile, which would make it leave the embedded AWS.
const INHERITED: [&str; 6] =
    ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "RUST_BACKTRACE", "RUST_LOG", "LLVM_PROFILE_FILE"];

/// Every variable of one sandbox: Lambda's own, then `common` to all
/// functions, then the function's.
pub(super) fn variables(
    spec: &FunctionSpec,
    common: &BTreeMap<String, String>,
    sandbox: &str,
    runtime_api: SocketAddr,
) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> = INHERITED
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), env::var(name).ok()?)))
        .collect();
    let task_root = spec.command.parent().unwrap_or(&spec.command);
    let own = [
        ("AWS_LAMBDA_FUNCTION_NAME", spec.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mb.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", spec.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", sandbox.to_owned()),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
        ("LAMBDA_TASK_ROOT", task_root.to_string_lossy().into_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", spec.name.clone()),
    ];
    variables.extend(own.map(|(name, value)| (name.to_owned(), value)));
    variables.extend(common.clone());
    variables.extend(spec.environment.clone());
    variables
}
