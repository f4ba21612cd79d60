//! `models`, `promote` and `rollback`: what is registered, and which version serves.

use clap::Args;
use model_factory::events::{Event, EventKind, PublishEvents};
use model_factory::name::{Alias, ModelName, Version};
use model_factory::registry::{AliasRecord, Movement, ReadRegistry, VersionRecord, WriteRegistry};
use serde_json::json;

use crate::client::Client;
use crate::error::CliError;
use crate::terminal::{say, tables};

#[derive(Debug, Args)]
pub(super) struct Models {
    /// The model; all models without it
    model: Option<ModelName>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Models {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let models = match self.model {
            Some(model) => vec![model],
            None => client.registry.models().await?,
        };
        if models.is_empty() && !self.json {
            return say("no model is registered yet: `train` one");
        }
        let mut all = Vec::new();
        for model in models {
            let versions = client.registry.versions(&model).await?;
            let aliases = client.registry.aliases(&model).await?;
            if self.json {
                all.push(json!({"model": model, "versions": versions, "aliases": aliases}));
            } else {
                print(&model, &versions, &aliases)?;
            }
        }
        if self.json { say(serde_json::to_string_pretty(&all)?) } else { Ok(()) }
    }
}

fn print(
    model: &ModelName,
    versions: &[VersionRecord],
    aliases: &[AliasRecord],
) -> Result<(), CliError> {
    if versions.is_empty() {
        return say(format!("model `{model}` has no version yet: `train` it"));
    }
    say(format!("{model}\n{}", tables::versions(versions, aliases)))
}

#[derive(Debug, Args)]
pub(super) struct Promote {
    /// The model's name
    model: ModelName,
    /// The version
    version: Version,
    /// The alias that is moved
    #[arg(long, default_value = "champion")]
    alias: Alias,
    /// Why, for the history
    #[arg(long, default_value = "promoted by hand")]
    reason: String,
}

impl Promote {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, version, alias, reason } = self;
        let expected = client.registry.alias(&model, &alias).await?.map(|record| record.version);
        let kind = EventKind::ModelPromoted;
        move_alias(client, &model, &alias, version, expected, &reason, kind).await
    }
}

#[derive(Debug, Args)]
pub(super) struct Rollback {
    /// The model's name
    model: ModelName,
    /// Why, for the history
    #[arg(long, default_value = "rolled back by hand")]
    reason: String,
}

impl Rollback {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, reason } = self;
        let champion = Alias::champion();
        let Some(current) = client.registry.alias(&model, &champion).await? else {
            return Err(CliError::NoChampion(model));
        };
        let history = client.registry.history(&model).await?;
        let before = before(&history, &champion, current.version)
            .ok_or_else(|| CliError::NothingBefore(model.clone()))?;
        let (expected, kind) = (Some(current.version), EventKind::ModelRolledBack);
        move_alias(client, &model, &champion, before, expected, &reason, kind).await
    }
}

/// Where an alias was before it came to `version`.
fn before(history: &[Movement], alias: &Alias, version: Version) -> Option<Version> {
    history
        .iter()
        .rev()
        .find(|movement| movement.alias == *alias && movement.to == version)
        .and_then(|movement| movement.from)
}

async fn move_alias(
    client: &Client,
    model: &ModelName,
    alias: &Alias,
    to: Version,
    expected: Option<Version>,
    reason: &str,
    kind: EventKind,
) -> Result<(), CliError> {
    let moved = client.registry.move_alias(model, alias, to, expected, reason).await?;
    let event = Event {
        id: format!("{model}/{alias}/{}", moved.moved_at),
        kind,
        subject: model.to_string(),
        time: moved.moved_at,
        data: json!({"model": model, "alias": alias, "version": to, "from": expected, "reasons": [reason]}),
    };
    client.events.publish(&[event]).await?;
    let from = expected.map_or_else(|| "nowhere".to_owned(), |from| format!("version {from}"));
    say(format!("`{alias}` of `{model}` is at version {to}; it was at {from}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rollback_can_itself_be_rolled_back() {
        let version = |number| Version::try_from(number).unwrap();
        let movement = |from: Option<u64>, to| Movement {
            model: "taxi".parse().unwrap(),
            alias: Alias::champion(),
            from: from.map(version),
            to: version(to),
            at: jiff::Timestamp::UNIX_EPOCH,
            reason: String::new(),
        };
        let mut history = vec![movement(None, 1), movement(Some(1), 2)];
        let champion = Alias::champion();
        assert_eq!(before(&history, &champion, version(2)), Some(version(1)));
        history.push(movement(Some(2), 1));
        assert_eq!(before(&history, &champion, version(1)), Some(version(2)));
        assert_eq!(before(&history[..1], &champion, version(1)), None);
    }
}
