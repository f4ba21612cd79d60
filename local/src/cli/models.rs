//! `models` and `versions`: what is registered.

use clap::Args;
use model_factory::name::{Alias, ModelName};
use model_factory::registry::{ReadRegistry, Stage, VersionRecord};
use serde::Serialize;
use serde_json::json;

use super::output::{Output, say_json};
use crate::client::{Client, Standing};
use crate::error::CliError;
use crate::terminal::{say, tables};

#[derive(Debug, Args)]
pub(super) struct Models {
    #[command(flatten)]
    output: Output,
}

impl Models {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let registry = &client.registry;
        let mut models = Vec::new();
        for model in registry.models().await? {
            let versions = registry.versions(&model).await?;
            let aliases = registry.aliases(&model).await?;
            models.push(tables::ModelRow { model, versions, aliases });
        }
        if self.output.is_json() {
            let models: Vec<_> = models
                .iter()
                .map(|tables::ModelRow { model, versions, aliases }| {
                    let champion = tables::pointed(versions, aliases, &Alias::champion());
                    json!({
                        "model": model,
                        "versions": versions.len(),
                        "aliases": aliases,
                        "champion": champion,
                    })
                })
                .collect();
            return say_json(&models);
        }
        if models.is_empty() {
            return say("no model is registered yet: `train` one");
        }
        say(tables::models(&models).to_string())
    }
}

#[derive(Debug, Args)]
pub(super) struct Versions {
    /// The model's name
    model: ModelName,
    /// List only the versions of a stage: none, staging, production or archived
    #[arg(long)]
    stage: Option<Stage>,
    /// Print who moved which alias and who rejected which version, and why
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    output: Output,
}

/// A version with its stage, for programs.
#[derive(Serialize)]
struct Staged<'a> {
    #[serde(flatten)]
    version: &'a VersionRecord,
    stage: &'a Stage,
}

impl Versions {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let (registry, model) = (&client.registry, &self.model);
        let versions = registry.versions(model).await?;
        let standing = Standing::read(client, model).await?;
        let mut staged: Vec<(VersionRecord, Stage)> = versions
            .into_iter()
            .map(|record| {
                let stage = standing.stage(record.version);
                (record, stage)
            })
            .collect();
        let Standing { aliases, history, rejections } = standing;
        let is_empty = staged.is_empty();
        staged.retain(|(_, stage)| self.stage.is_none_or(|wanted| wanted == *stage));
        if self.output.is_json() {
            let versions = staged.iter().map(|(version, stage)| Staged { version, stage });
            return say_json(&json!({
                "model": model,
                "versions": versions.collect::<Vec<_>>(),
                "aliases": aliases,
                "history": history,
                "rejections": rejections,
            }));
        }
        if is_empty {
            return say(format!("model `{model}` has no version yet: `train` it"));
        }
        if self.history {
            return say(tables::history(&history, &rejections).to_string());
        }
        say(tables::versions(&staged, &aliases, &rejections).to_string())
    }
}
