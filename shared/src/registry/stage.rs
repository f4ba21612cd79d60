//! MLflow's stages of versions, as aliases and decisions tell them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::records::{AliasRecord, Movement, RejectionRecord};
use crate::name::{Alias, Version};

/// Where a version stands, in MLflow's words. Nothing stores it: it follows from the aliases,
/// so that there is exactly one version in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// Registered, and nothing more.
    None,
    /// The challenger, which waits for a person's decision.
    Staging,
    /// The champion.
    Production,
    /// Once the champion, or rejected.
    Archived,
}

/// A word that is no stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no stage: none, staging, production or archived")]
pub struct UnknownStage(String);

impl Stage {
    /// All of them, in the order of a version's life.
    pub const ALL: [Self; 4] = [Self::None, Self::Staging, Self::Production, Self::Archived];

    /// Where a version stands.
    #[must_use]
    pub fn of(
        version: Version,
        aliases: &[AliasRecord],
        history: &[Movement],
        rejections: &[RejectionRecord],
    ) -> Self {
        let at = |alias: &Alias| {
            aliases.iter().find(|record| record.version == version && record.alias == *alias)
        };
        let champion = Alias::champion();
        let was_champion_since = |since: Option<Timestamp>| {
            history.iter().any(|movement| {
                movement.alias == champion
                    && (movement.to == version || movement.from == Some(version))
                    && since.is_none_or(|since| movement.at >= since)
            })
        };
        if at(&champion).is_some() {
            Self::Production
        } else if rejections.iter().any(|rejection| rejection.version == version) {
            Self::Archived
        // Who was approved does not wait any more, though the alias still points there.
        } else if at(&Alias::challenger()).is_some_and(|it| !was_champion_since(Some(it.moved_at)))
        {
            Self::Staging
        } else if was_champion_since(None) {
            Self::Archived
        } else {
            Self::None
        }
    }

    /// The stage in MLflow's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Staging => "Staging",
            Self::Production => "Production",
            Self::Archived => "Archived",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|stage| stage.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| UnknownStage(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::ModelName;
    use crate::registry::{Actor, Cause, Traffic};

    fn model() -> ModelName {
        "taxi".parse().unwrap()
    }

    fn version(number: u64) -> Version {
        number.to_string().parse().unwrap()
    }

    fn cause() -> Cause {
        Cause { by: Actor::Cli, reason: String::new() }
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn pointing(alias: Alias, to: u64, since: i64) -> AliasRecord {
        AliasRecord {
            model: model(),
            alias,
            version: version(to),
            artifact: String::new(),
            moved_at: second(since),
            traffic: Traffic::default(),
        }
    }

    fn moved(from: Option<u64>, to: u64, at: i64) -> Movement {
        Movement {
            model: model(),
            alias: Alias::champion(),
            from: from.map(version),
            to: version(to),
            traffic: Traffic::default(),
            at: second(at),
            cause: cause(),
        }
    }

    fn rejected(number: u64) -> RejectionRecord {
        RejectionRecord {
            model: model(),
            version: version(number),
            at: Timestamp::UNIX_EPOCH,
            cause: cause(),
        }
    }

    #[test]
    fn a_stage_follows_from_aliases_their_history_and_rejections() {
        let aliases = [pointing(Alias::champion(), 2, 2), pointing(Alias::challenger(), 4, 3)];
        let history = [moved(None, 1, 1), moved(Some(1), 2, 2)];
        let rejections = [rejected(3)];
        let stages = (1..=5)
            .map(|number| Stage::of(version(number), &aliases, &history, &rejections).name());
        let expected = ["Archived", "Production", "Archived", "Staging", "None"];
        assert_eq!(stages.collect::<Vec<_>>(), expected);
        assert_eq!("production".parse(), Ok(Stage::Production));
        assert_eq!("live".parse::<Stage>(), Err(UnknownStage("live".to_owned())));
    }

    #[test]
    fn who_was_decided_about_waits_no_more() {
        let stage = |challenger: AliasRecord, rejections: &[RejectionRecord]| {
            let (at, aliases) =
                (challenger.version, [pointing(Alias::champion(), 3, 5), challenger]);
            let history = [moved(None, 1, 1), moved(Some(1), 2, 3), moved(Some(2), 3, 5)];
            Stage::of(at, &aliases, &history, rejections)
        };
        let challenger = |number, since| pointing(Alias::challenger(), number, since);
        assert_eq!(stage(challenger(2, 2), &[]), Stage::Archived, "approved, then replaced");
        assert_eq!(stage(challenger(2, 6), &[]), Stage::Staging, "staged again");
        assert_eq!(stage(challenger(4, 4), &[]), Stage::Staging);
        assert_eq!(stage(challenger(4, 4), &[rejected(4)]), Stage::Archived);
        assert_eq!(stage(challenger(3, 4), &[]), Stage::Production, "approved");
    }
}
