//! `card`: what a version is made of and how good it is, on a page.

use std::path::PathBuf;

use clap::Args;
use model_factory::name::{ModelName, Reference};
use model_factory::registry::{ReadRegistry, resolve};
use model_factory::storage::{ReadObjects, keys};

use crate::client::Client;
use crate::error::CliError;
use crate::terminal::{say, write};

#[derive(Debug, Args)]
pub(super) struct Card {
    /// The model's name
    model: ModelName,
    /// The version or alias
    #[arg(default_value = "champion")]
    version: Reference,
    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "model-card.html")]
    output: PathBuf,
}

impl Card {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, version: reference, output } = self;
        let registry = &client.registry;
        let record = match resolve(registry, &model, &reference).await? {
            Some((version, _)) => registry.version(&model, version).await?,
            None => None,
        };
        let Some(record) = record else {
            return Err(CliError::UnknownVersion { model, reference });
        };
        let key = keys::run(&model, &record.run, keys::MODEL_CARD);
        let page = client.bucket.get(&key).await?.ok_or(CliError::NoArtifact(key))?;
        write(&output, &page.bytes)?;
        say(format!(
            "the card of version {} of `{model}` is in `{}`; `runs show {model} {}` tells the rest \
             of its run",
            record.version,
            output.display(),
            record.run
        ))
    }
}
