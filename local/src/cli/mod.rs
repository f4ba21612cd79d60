//! The `model-factory` command line.

mod batch;
mod card;
mod decisions;
mod drift;
mod exchange;
mod forecast;
mod models;
mod output;
mod predict;
mod runs;
mod stage;
mod stream;
mod traffic;
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
    /// Register a model that XGBoost or LightGBM trained, judged by the same gate
    Import(exchange::Import),
    /// Write a version's trees in XGBoost's format
    Export(exchange::Export),
    /// Predict the rows of a CSV file with a registered version
    Predict(predict::Predict),
    /// Forecast a series with a registered version
    Forecast(forecast::Forecast),
    /// Score whole files, with the predictions and a manifest in the bucket
    Batch(batch::Batch),
    /// Send the rows of a file to the stream, and show what is answered
    Stream(stream::Stream),
    /// List the models with their champions
    Models(models::Models),
    /// List a model's versions and aliases, or the decisions about them
    Versions(models::Versions),
    /// Write a version's model card as a page that any browser opens
    Card(card::Card),
    /// List the trainings, or show one with its leaderboard and lineage
    Runs(runs::Runs),
    /// Make a version the champion: the challenger, which waits for approval, or another
    Promote(decisions::Promote),
    /// Decide that a version must not serve
    Reject(decisions::Reject),
    /// Move the champion back to the version before it
    Rollback(decisions::Rollback),
    /// Put a version into Staging, Production or Archived, as MLflow calls it
    Stage(stage::SetStage),
    /// Share the champion's requests with a canary or shadow, or show how they are shared
    Traffic(traffic::Share),
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
    match runtime.block_on(command.run(&place)) {
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

impl Command {
    async fn run(self, place: &Place) -> Result<(), CliError> {
        let connect = || Client::connect(place);
        match self {
            Self::Demo(demo) => demo.run(place).await,
            Self::Up(up) => up.run(place).await,
            Self::Train(train) => train.run(&connect().await?).await,
            Self::Import(import) => import.run(&connect().await?).await,
            Self::Export(export) => export.run(&connect().await?).await,
            Self::Predict(predict) => predict.run(&connect().await?).await,
            Self::Forecast(forecast) => forecast.run(&connect().await?).await,
            Self::Batch(batch) => batch.run(&connect().await?).await,
            Self::Stream(stream) => stream.run(&connect().await?).await,
            Self::Models(models) => models.run(&connect().await?).await,
            Self::Versions(versions) => versions.run(&connect().await?).await,
            Self::Card(card) => card.run(&connect().await?).await,
            Self::Runs(runs) => runs.run(&connect().await?).await,
            Self::Promote(promote) => promote.run(&connect().await?).await,
            Self::Reject(reject) => reject.run(&connect().await?).await,
            Self::Rollback(rollback) => rollback.run(&connect().await?).await,
            Self::Stage(stage) => stage.run(&connect().await?).await,
            Self::Traffic(share) => share.run(&connect().await?).await,
            Self::Drift(drift) => drift.run(&connect().await?).await,
        }
    }
}
