//! MLflow's stages of versions, as aliases and decisions tell them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::records::{AliasRecord, Movement, RejectionRecord};
use crate::name::{Alias, Version};

/// Where a version stands, in MLflow's words. Nothing stores it: it follows from the aliases,
/// so that there is exactly one version in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// Registered, and nothing more.
    None,
    /// The challenger, which waits for a person's approval.
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
            aliases.iter().any(|record| record.version == version && record.alias == *alias)
        };
        let champion = Alias::champion();
        let was_champion = || {
            let moves = history.iter().filter(|movement| movement.alias == champion);
            moves.into_iter().any(|it| it.to == version || it.from == Some(version))
        };
        if at(&champion) {
            Self::Production
        } else if at(&Alias::challenger()) {
            Self::Staging
        } else if was_champion() || rejections.iter().any(|it| it.version == version) {
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
    use jiff::Timestamp;

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

    fn pointing(alias: Alias, to: u64) -> AliasRecord {
        AliasRecord {
            model: model(),
            alias,
            version: version(to),
            artifact: String::new(),
            moved_at: Timestamp::UNIX_EPOCH,
            traffic: Traffic::default(),
        }
    }

    #[test]
    fn a_stage_follows_from_aliases_their_history_and_rejections() {
        let aliases = [pointing(Alias::champion(), 2), pointing(Alias::challenger(), 4)];
        let moved = |from: Option<u64>, to: u64| Movement {
            model: model(),
            alias: Alias::champion(),
            from: from.map(version),
            to: version(to),
            traffic: Traffic::default(),
            at: Timestamp::UNIX_EPOCH,
            cause: cause(),
        };
        let history = [moved(None, 1), moved(Some(1), 2)];
        let rejected = RejectionRecord {
            model: model(),
            version: version(3),
            at: Timestamp::UNIX_EPOCH,
            cause: cause(),
        };
        let stages = (1..=5).map(|number| {
            Stage::of(version(number), &aliases, &history, std::slice::from_ref(&rejected)).name()
        });
        let expected = ["Archived", "Production", "Archived", "Staging", "None"];
        assert_eq!(stages.collect::<Vec<_>>(), expected);
        assert_eq!("production".parse(), Ok(Stage::Production));
        assert_eq!("live".parse::<Stage>(), Err(UnknownStage("live".to_owned())));
    }
}
