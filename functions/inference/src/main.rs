//! The bootstrap of `inference`.

use std::process::ExitCode;

use model_factory::runtime::exit_code;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    exit_code(inference::run().await)
}
