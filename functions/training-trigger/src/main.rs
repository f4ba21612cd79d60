//! The bootstrap of `training-trigger`.

use std::process::ExitCode;

use model_factory::runtime::exit_code;

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(training_trigger::run().await)
}
