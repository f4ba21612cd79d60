//! The `model-factory` command, and, where Lambda's `_HANDLER` names one, a function.

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::var("_HANDLER") {
        Ok(function) => model_factory_local::factory::run_function(&function),
        Err(_) => model_factory_local::cli::run(),
    }
}
