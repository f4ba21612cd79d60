//! `stage`: MLflow's stages, set by the decisions that they stand for.

use clap::Args;
use model_factory::events::EventKind;
use model_factory::name::{Alias, ModelName, Reference, Version};
use model_factory::registry::{Actor, Cause, Move, ReadRegistry, Stage};

use super::decisions::{Promote, Reject, carry_out};
use crate::client::{Client, Standing};
use crate::error::CliError;
use crate::terminal::say;

#[derive(Debug, Args)]
pub(super) struct SetStage {
    /// The model's name
    model: ModelName,
    /// The version
    version: Version,
    /// Where it shall stand: staging (the challenger), production (the champion) or archived
    /// (rejected, where it was not the champion before)
    stage: Stage,
    /// Why, for the history [default: that it was put there by hand]
    #[arg(long)]
    reason: Option<String>,
    /// Put it into production although it was rejected
    #[arg(long)]
    force: bool,
}

impl SetStage {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, version, stage, reason, force } = self;
        if client.registry.version(&model, version).await?.is_none() {
            return Err(CliError::UnknownVersion { model, reference: Reference::Version(version) });
        }
        let standing = Standing::read(client, &model).await?;
        let found = standing.stage(version);
        let reason = reason.unwrap_or_else(|| format!("put into {stage} by hand"));
        match (stage, found) {
            (Stage::None, Stage::None) | (Stage::Archived, Stage::Archived) => {}
            (Stage::Staging, Stage::Production) => {
                return Err(CliError::StagedChampion { model, version });
            }
            (Stage::Staging, _) if standing.is_rejected(version) => {
                return Err(CliError::NoWayBack { version, from: found, to: stage });
            }
            (Stage::None, _) => {
                return Err(CliError::NoWayBack { version, from: found, to: stage });
            }
            (Stage::Archived, _) => {
                Reject { model: model.clone(), version, reason }.run(client).await?;
            }
            // The alias may be there already, from before the version was decided about.
            (Stage::Staging, Stage::None | Stage::Archived) => {
                let alias = Alias::challenger();
                let at = standing.aliases.iter().find(|record| record.alias == alias);
                let expected = at.map(|record| record.version);
                let (cause, model) = (Cause { by: Actor::Cli, reason }, model.clone());
                let wish = Move { model, alias, expected, to: version, cause, force };
                carry_out(client, wish, EventKind::ModelPromoted).await?;
            }
            (Stage::Production | Stage::Staging, _) => {
                let alias = match stage {
                    Stage::Production => Alias::champion(),
                    _ => Alias::challenger(),
                };
                let (model, version) = (model.clone(), Some(version));
                Promote { model, version, alias, reason, force }.run(client).await?;
            }
        }
        match stage == found {
            true => say(format!("version {version} of `{model}` is in {stage} already")),
            false => {
                say(format!("version {version} of `{model}` is in {stage}; it was in {found}"))
            }
        }
    }
}
