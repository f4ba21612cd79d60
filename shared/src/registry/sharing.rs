//! Changes of how the requests of an alias are shared.

use std::collections::BTreeSet;

use super::records::{AliasRecord, Cause, Movement};
use super::traffic::Traffic;
use crate::name::{Alias, SHADOW, Version};

/// The wish to share an alias's requests otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharing {
    /// The alias, as the one who wishes has read it.
    pub alias: AliasRecord,
    /// How its requests shall be shared; none for all to its own version.
    pub traffic: Traffic,
    /// Who wishes it, and why.
    pub cause: Cause,
    /// Whether even a version that was rejected may take part.
    pub force: bool,
}

/// Traffic that cannot be shared so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTraffic {
    /// A share out of its range.
    #[error(
        "the variants get {0} of a hundred requests: give each at least 1, and leave at least 1 \
         to the alias's own version"
    )]
    Shares(u32),
    /// Two answers would be captured as the same.
    #[error("`{0}` cannot be a variant's name here: it is taken")]
    Name(Alias),
    /// A version takes part twice.
    #[error("version {0} takes part twice: name another one")]
    Version(Version),
}

impl Sharing {
    /// Checks shares, names and versions.
    ///
    /// # Errors
    /// When a share is out of range, or a name or version stands twice.
    pub fn validate(&self) -> Result<(), InvalidTraffic> {
        let Self { alias, traffic, .. } = self;
        let total: u32 = traffic.variants.iter().map(|variant| u32::from(variant.percent)).sum();
        if total > 99 || traffic.variants.iter().any(|variant| variant.percent == 0) {
            return Err(InvalidTraffic::Shares(total));
        }
        let mut names = BTreeSet::from([alias.alias.as_str(), SHADOW]);
        if let Some(taken) = traffic.variants.iter().find(|it| !names.insert(it.name.as_str())) {
            return Err(InvalidTraffic::Name(taken.name.clone()));
        }
        let mut versions = BTreeSet::from([alias.version]);
        match traffic.pinned().find(|pinned| !versions.insert(pinned.version)) {
            Some(pinned) => Err(InvalidTraffic::Version(pinned.version)),
            None => Ok(()),
        }
    }
}

/// How the requests of `model`'s `alias` were shared before the last record of it in
/// `history`: what a move of the alias has ended.
#[must_use]
pub fn ended<'a>(history: &'a [Movement], movement: &Movement) -> Option<&'a Traffic> {
    let Movement { model, alias, at, .. } = movement;
    let of_alias = |it: &&Movement| it.model == *model && it.alias == *alias && it.at < *at;
    let before = history.iter().rev().find(of_alias)?;
    (movement.traffic != before.traffic && !before.traffic.is_plain()).then_some(&before.traffic)
}
