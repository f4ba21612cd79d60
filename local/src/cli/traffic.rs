//! `traffic`: which other versions see an alias's requests.

use std::str::FromStr;

use clap::Args;
use model_factory::events::{Event, EventKind, PublishEvents};
use model_factory::name::{Alias, ModelName, Version};
use model_factory::registry::{
    Actor, Cause, Pinned, ReadRegistry, Sharing, Traffic, Variant, WriteError, WriteRegistry,
};
use serde_json::json;

use super::output::{Output, say_json};
use crate::client::Client;
use crate::error::CliError;
use crate::terminal::say;

#[derive(Debug, Args)]
pub(super) struct Share {
    /// The model's name
    model: ModelName,
    /// A version that answers a share of the requests, such as `8:5` for 5 of 100. It is
    /// called `challenger`; several need names: `green=9:10`. What is not named ends
    #[arg(long, value_name = "[NAME=]VERSION:PERCENT")]
    canary: Vec<Canary>,
    /// A version that answers each request too, for the record only
    #[arg(long, value_name = "VERSION")]
    shadow: Option<Version>,
    /// End canaries and shadow
    #[arg(long, conflicts_with_all = ["canary", "shadow"])]
    end: bool,
    /// The alias whose requests are shared
    #[arg(long, default_value = "champion")]
    alias: Alias,
    /// Why, for the history
    #[arg(long, default_value = "shared by hand")]
    reason: String,
    /// Let even a version take part that was rejected
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    output: Output,
}

/// A canary as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Canary {
    name: Alias,
    version: Version,
    percent: u8,
}

impl FromStr for Canary {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) = match text.split_once('=') {
            Some((name, rest)) => (name.parse().map_err(|error| format!("{error}"))?, rest),
            None => (Alias::challenger(), text),
        };
        let (version, percent) = rest
            .split_once(':')
            .ok_or("write the version, a colon, and how many of 100 requests it answers")?;
        let percent = percent.trim_end_matches('%');
        Ok(Self {
            name,
            version: version.parse().map_err(|error| format!("{error}"))?,
            percent: percent
                .parse()
                .map_err(|_| format!("`{percent}` is not a whole number of 100 requests"))?,
        })
    }
}

impl Share {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let Some(alias) = client.registry.alias(&self.model, &self.alias).await? else {
            return Err(CliError::NoAlias { model: self.model, alias: self.alias });
        };
        if self.canary.is_empty() && self.shadow.is_none() && !self.end {
            if self.output.is_json() {
                return say_json(&alias);
            }
            return say(words(&self.model, &self.alias, alias.version, &alias.traffic));
        }
        let traffic = self.traffic(client).await?;
        let cause = Cause { by: Actor::Cli, reason: self.reason };
        let wish = Sharing { alias, traffic, cause: cause.clone(), force: self.force };
        let shared = client.registry.share(wish).await?;
        let at = client.clock.now();
        let event = Event {
            id: format!("{}/{}/{at}", self.model, self.alias),
            kind: EventKind::TrafficShared,
            subject: self.model.to_string(),
            time: at,
            data: json!({
                "model": self.model,
                "alias": self.alias,
                "version": shared.version,
                "traffic": shared.traffic,
                "reasons": [cause.reason],
            }),
        };
        client.events.publish(&[event]).await?;
        if self.output.is_json() {
            return say_json(&shared);
        }
        say(words(&self.model, &self.alias, shared.version, &shared.traffic))
    }

    /// What is asked for, with each version's artifact.
    async fn traffic(&self, client: &Client) -> Result<Traffic, CliError> {
        let pinned = async |version: Version| {
            let model = &self.model;
            let record = client.registry.version(model, version).await?;
            let artifact = record.map(|record| record.registered.artifact);
            let unknown = || WriteError::UnknownVersion { model: model.clone(), version };
            Ok::<_, CliError>(Pinned { version, artifact: artifact.ok_or_else(unknown)? })
        };
        let mut traffic = Traffic::default();
        for Canary { name, version, percent } in &self.canary {
            let (name, pinned) = (name.clone(), pinned(*version).await?);
            traffic.variants.push(Variant { name, percent: *percent, pinned });
        }
        if let Some(version) = self.shadow {
            traffic.shadow = Some(pinned(version).await?);
        }
        Ok(traffic)
    }
}

fn words(model: &ModelName, alias: &Alias, version: Version, traffic: &Traffic) -> String {
    match traffic.is_plain() {
        true => format!("all requests of `{alias}` of `{model}` go to version {version}"),
        false => format!("requests of `{alias}` of `{model}` go to version {version}, {traffic}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_a_version_and_a_share_and_may_have_a_name() {
        let canary = |text: &str| {
            let Canary { name, version, percent } = text.parse().unwrap();
            (name.to_string(), version.number(), percent)
        };
        assert_eq!(canary("8:5"), ("challenger".to_owned(), 8, 5));
        assert_eq!(canary("green=9:10%"), ("green".to_owned(), 9, 10));
        for bad in ["8", "8:", ":5", "v8:5", "8:0.5", "8:300", "Green=8:5"] {
            assert!(bad.parse::<Canary>().is_err(), "{bad}");
        }
    }
}
