//! The bootstrap of `stream-inference`.

use std::process::ExitCode;

use model_factory::runtime::exit_code;

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(stream_inference::run().await)
}
