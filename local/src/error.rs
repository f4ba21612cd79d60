//! Why a command failed.

use std::io;
use std::path::PathBuf;

use model_factory::dataset::Rejection;
use model_factory::exchange::ExportError;
use model_factory::learners::PredictError;
use model_factory::name::{Alias, ModelName, Reference, Version};
use model_factory::port_error::PortError;
use model_factory::queue::Unsent;
use model_factory::registry::{Stage, WriteError};
use model_factory::store::StoreError;
use model_factory::window::EmptyWindow;

use crate::aws::stack::StackError;

/// A command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("`{path}` cannot be {verb}", path = path.display())]
    File { path: PathBuf, verb: &'static str, source: io::Error },
    #[error("standard output cannot be written")]
    Output(#[from] io::Error),
    #[error("the local factory cannot start")]
    Stack(#[from] StackError),
    #[error("the local factory cannot be described: {0}")]
    Description(String),
    #[error(transparent)]
    Port(#[from] PortError),
    #[error("not all records could be sent")]
    Unsent(#[source] Unsent),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("model `{model}` has no version or alias `{reference}`; `versions {model}` lists them")]
    UnknownVersion { model: ModelName, reference: Reference },
    #[error(
        "`{path}` is named like no model: XGBoost's end in .json or .ubj, LightGBM's in .txt",
        path = .0.display()
    )]
    NotAModel(PathBuf),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("model `{model}` has no alias `{alias}`: `train` it or `promote` a version first")]
    NoAlias { model: ModelName, alias: Alias },
    #[error("model `{0}` has no champion yet: `train` it first")]
    NoChampion(ModelName),
    #[error(
        "model `{0}` has no challenger that waits for approval: name a version, `versions {0}` \
         lists them"
    )]
    NoChallenger(ModelName),
    #[error(
        "model `{model}` has not one run whose id starts with `{run}`; `runs {model}` lists them"
    )]
    UnknownRun { model: ModelName, run: String },
    #[error(
        "version {version} is the champion of model `{model}`, in Production: roll back or promote \
         another version, then stage it"
    )]
    StagedChampion { model: ModelName, version: Version },
    #[error(
        "version {version} is in {from}, and nothing leads from there to {to}: decisions stay. \
         A version waits in Staging or is Archived; `promote --force` lets even a rejected one \
         serve"
    )]
    NoWayBack { version: Version, from: Stage, to: Stage },
    #[error("the champion of model `{0}` has never been another version")]
    NothingBefore(ModelName),
    #[error("no window of `{1}` of model `{0}` has a verdict yet: `drift check {0}`")]
    NotChecked(ModelName, Reference),
    #[error(
        "model `{0}` forecasts series: its checks have no page, `drift history {0}` lists how its \
         forecasts came true"
    )]
    NoPage(ModelName),
    #[error("there is no model `{0}`: `models` lists them")]
    NoModel(ModelName),
    #[error("no training of model `{0}` has ended yet: `train` it")]
    NoRun(ModelName),
    #[error("model `{0}` forecasts series, and has no answer for rows: ask `forecast {0}`")]
    Series(ModelName),
    #[error(
        "`{path}` is no CSV, which is all that `predict` reads: `batch {model} {path}` also takes \
         JSON lines, Parquet and packed files",
        path = .path.display()
    )]
    NotCsv { model: ModelName, path: PathBuf },
    #[error("the artifact `{0}` does not exist")]
    NoArtifact(String),
    #[error(transparent)]
    Rows(#[from] Rejection),
    #[error(transparent)]
    Predict(#[from] PredictError),
    #[error("{0}")]
    Training(String),
    #[error(transparent)]
    Window(#[from] EmptyWindow),
    #[error("{what} did not come within {seconds} seconds; `{state}/logs` may tell why")]
    Timeout { what: String, seconds: u64, state: String },
    #[error("an answer of the factory cannot be read")]
    Answer(#[from] serde_json::Error),
    #[error("{0}")]
    Http(String),
}
