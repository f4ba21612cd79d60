//! `promote`, `reject` and `rollback`: which version serves, as a person decides.

use clap::Args;
use model_factory::events::{Event, EventKind, PublishEvents};
use model_factory::name::{Alias, ModelName, Version};
use model_factory::registry::{
    Actor, Cause, Move, Movement, ReadRegistry, Traffic, WriteRegistry, ended,
};
use serde_json::json;

use crate::client::Client;
use crate::error::CliError;
use crate::terminal::say;

#[derive(Debug, Args)]
pub(super) struct Promote {
    /// The model's name
    pub(super) model: ModelName,
    /// The version [default: the challenger, which waits for approval]
    pub(super) version: Option<Version>,
    /// The alias that is moved
    #[arg(long, default_value = "champion")]
    pub(super) alias: Alias,
    /// Why, for the history
    #[arg(long, default_value = "promoted by hand")]
    pub(super) reason: String,
    /// Promote it although it was rejected
    #[arg(long)]
    pub(super) force: bool,
}

impl Promote {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, version, alias, reason, force } = self;
        let to = match version {
            Some(version) => version,
            None => {
                client
                    .registry
                    .alias(&model, &Alias::challenger())
                    .await?
                    .ok_or_else(|| CliError::NoChallenger(model.clone()))?
                    .version
            }
        };
        let expected = client.registry.alias(&model, &alias).await?.map(|record| record.version);
        let cause = Cause { by: Actor::Cli, reason };
        if expected == Some(to) {
            return promote_again(client, &model, &alias, &cause).await;
        }
        let wish = Move { model, alias, expected, to, cause, force };
        carry_out(client, wish, EventKind::ModelPromoted).await
    }
}

#[derive(Debug, Args)]
pub(super) struct Reject {
    /// The model's name
    pub(super) model: ModelName,
    /// The version that must not serve
    pub(super) version: Version,
    /// Why, for the history
    #[arg(long, default_value = "rejected by hand")]
    pub(super) reason: String,
}

impl Reject {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, version, reason } = self;
        let cause = Cause { by: Actor::Cli, reason };
        let record = client.registry.reject(&model, version, cause).await?;
        let reason = &record.cause.reason;
        // The first rejection stays: telling of it again is telling the same.
        let event = Event {
            id: format!("{model}/rejected/{version}"),
            kind: EventKind::ModelRejected,
            subject: model.to_string(),
            time: record.at,
            data: json!({"model": model, "version": version, "reasons": [reason]}),
        };
        client.events.publish(&[event]).await?;
        say(format!("version {version} of `{model}` is rejected: {reason}"))
    }
}

#[derive(Debug, Args)]
pub(super) struct Rollback {
    /// The model's name
    model: ModelName,
    /// Why, for the history
    #[arg(long, default_value = "rolled back by hand")]
    reason: String,
    /// Go back even to a version that was rejected
    #[arg(long)]
    force: bool,
}

impl Rollback {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, reason, force } = self;
        let alias = Alias::champion();
        let Some(current) = client.registry.alias(&model, &alias).await? else {
            return Err(CliError::NoChampion(model));
        };
        let history = client.registry.history(&model).await?;
        let to = before(&history, &alias, current.version)
            .ok_or_else(|| CliError::NothingBefore(model.clone()))?;
        let (expected, cause) = (Some(current.version), Cause { by: Actor::Cli, reason });
        let wish = Move { model, alias, expected, to, cause, force };
        carry_out(client, wish, EventKind::ModelRolledBack).await
    }
}

/// Where an alias was before it came to `version`.
fn before(history: &[Movement], alias: &Alias, version: Version) -> Option<Version> {
    history
        .iter()
        .rev()
        // From a version to itself, only its traffic was shared otherwise.
        .filter(|movement| movement.from != Some(movement.to))
        .find(|movement| movement.alias == *alias && movement.to == version)
        .and_then(|movement| movement.from)
}

/// Moves an alias, and tells of it.
pub(super) async fn carry_out(
    client: &Client,
    wish: Move,
    kind: EventKind,
) -> Result<(), CliError> {
    let moved = client.registry.move_alias(wish.clone()).await?;
    let Move { model, alias, expected, to, cause, .. } = wish;
    let (at, traffic) = (moved.moved_at, Traffic::default());
    let movement = Movement { model, alias, from: expected, to, traffic, at, cause };
    client.events.publish(&[event(&movement, kind)]).await?;
    let from = expected.map_or_else(|| "nowhere".to_owned(), |from| format!("at version {from}"));
    let history = client.registry.history(&movement.model).await?;
    let ended = ended(&history, &movement)
        .map(|traffic| format!("; its traffic to {traffic} has ended"))
        .unwrap_or_default();
    let Movement { model, alias, .. } = movement;
    say(format!("`{alias}` of `{model}` is at version {to}; it was {from}{ended}"))
}

/// The alias is there already. When it is there by the same command, that command may
/// have died before it published its event: the same event is published once more.
async fn promote_again(
    client: &Client,
    model: &ModelName,
    alias: &Alias,
    cause: &Cause,
) -> Result<(), CliError> {
    let history = client.registry.history(model).await?;
    let Some(last) = history.iter().rev().find(|movement| movement.alias == *alias) else {
        return Ok(());
    };
    if last.cause == *cause {
        client.events.publish(&[event(last, EventKind::ModelPromoted)]).await?;
    }
    say(format!("`{alias}` of `{model}` is at version {} already", last.to))
}

fn event(movement: &Movement, kind: EventKind) -> Event {
    let Movement { model, alias, from, to, at, cause, .. } = movement;
    Event {
        id: format!("{model}/{alias}/{at}"),
        kind,
        subject: model.to_string(),
        time: *at,
        data: json!({
            "model": model,
            "alias": alias,
            "version": to,
            "from": from,
            "reasons": [cause.reason],
        }),
    }
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
            traffic: Traffic::default(),
            at: jiff::Timestamp::UNIX_EPOCH,
            cause: Cause { by: Actor::Cli, reason: String::new() },
        };
        let mut history = vec![movement(None, 1), movement(Some(1), 2)];
        let champion = Alias::champion();
        assert_eq!(before(&history, &champion, version(2)), Some(version(1)));
        history.push(movement(Some(2), 1));
        assert_eq!(before(&history, &champion, version(1)), Some(version(2)));
        history.push(movement(Some(1), 1));
        assert_eq!(before(&history, &champion, version(1)), Some(version(2)), "only shared");
        assert_eq!(before(&history[..1], &champion, version(1)), None);
    }
}
