//! The `model-factory` command line.

mod drift;
mod models;
mod predict;
mod train;
mod up;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::client::{Client, Place};
use crate::demo::Demo;
use crate::error::CliError;

/// Train, serve and watch models without running a server.
///
/// `up` and `demo` start the whole factory on this machine, with an embedded AWS.
/// The other commands work with it, or with a factory on AWS: the environment and
/// `--endpoint` mean what they mean to the AWS command line.
#[derive(Debug, Parser)]
#[command(name = "model-factory", version, max_term_width = 96)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole loop on generated taxi rides: train, predict, drift, retrain
    Demo(Demo),
    /// Start the factory on this machine and serve until interrupted
    Up(up::Up),
    /// Upload a data set, and wait for the model that is trained on it
    Train(train::Train),
    /// Predict the rows of a CSV file with a registered version
    Predict(predict::Predict),
    /// List the models, or the versions and aliases of one
    Models(models::Models),
    /// Make a version the champion
    Promote(models::Promote),
    /// Move the champion back to the version before it
    Rollback(models::Rollback),
    /// Compare captured traffic with the training data, or list earlier checks
    Drift(drift::Drift),
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let Cli { place, command } = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match command {
            Command::Demo(demo) => demo.run(&place).await,
            Command::Up(up) => up.run(&place).await,
            Command::Train(train) => train.run(&Client::connect(&place).await?).await,
            Command::Predict(predict) => predict.run(&Client::connect(&place).await?).await,
            Command::Models(models) => models.run(&Client::connect(&place).await?).await,
            Command::Promote(promote) => promote.run(&Client::connect(&place).await?).await,
            Command::Rollback(rollback) => rollback.run(&Client::connect(&place).await?).await,
            Command::Drift(drift) => drift.run(&Client::connect(&place).await?).await,
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has seen enough.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}", model_factory::port_error::chain(&error));
            ExitCode::FAILURE
        }
    }
}
