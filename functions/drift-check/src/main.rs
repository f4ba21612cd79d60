//! The bootstrap of `drift-check`.

use std::process::ExitCode;

use model_factory::runtime::exit_code;

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(drift_check::run().await)
}
