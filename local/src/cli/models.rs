//! `models` and `versions`: what is registered.

use clap::Args;
use model_factory::name::{Alias, ModelName};
use model_factory::registry::ReadRegistry;
use serde_json::json;

use super::output::{Output, say_json};
use crate::client::Client;
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
    /// Print who moved which alias and who rejected which version, and why
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    output: Output,
}

impl Versions {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let (registry, model) = (&client.registry, &self.model);
        let versions = registry.versions(model).await?;
        let aliases = registry.aliases(model).await?;
        let history = registry.history(model).await?;
        let rejections = registry.rejections(model).await?;
        if self.output.is_json() {
            return say_json(&json!({
                "model": model,
                "versions": versions,
                "aliases": aliases,
                "history": history,
                "rejections": rejections,
            }));
        }
        if versions.is_empty() {
            return say(format!("model `{model}` has no version yet: `train` it"));
        }
        if self.history {
            return say(tables::history(&history, &rejections).to_string());
        }
        say(tables::versions(&versions, &aliases, &rejections).to_string())
    }
}
