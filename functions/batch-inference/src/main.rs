//! The bootstrap of `batch-inference`.

use std::process::ExitCode;

use model_factory::runtime::exit_code;

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(batch_inference::run().await)
}
