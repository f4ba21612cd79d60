//! How the requests of an alias are shared between versions.

use serde::{Deserialize, Serialize};

use crate::name::{Alias, ModelName, Version};

/// A version with its artifact, so that one read finds both.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pinned {
    /// The version.
    pub version: Version,
    /// The SHA-256 of its artifact.
    pub artifact: String,
}

/// A version that answers a share of an alias's requests: a canary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// What its answers are captured and measured as, such as `challenger`.
    pub name: Alias,
    /// How many of a hundred requests it answers, at least 1.
    pub percent: u8,
    /// The version that answers.
    #[serde(flatten)]
    pub pinned: Pinned,
}

/// Which versions beside an alias's own see its requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// The versions that answer some of them; the alias's own answers the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// The version that answers each of them too, for the record only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Pinned>,
}

impl Traffic {
    /// Whether all requests go to the alias's own version, and to no other.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.variants.is_empty() && self.shadow.is_none()
    }

    /// The versions that take part beside the alias's own.
    pub fn pinned(&self) -> impl Iterator<Item = &Pinned> {
        self.variants.iter().map(|variant| &variant.pinned).chain(&self.shadow)
    }

    /// The variant that answers the requests with `point`, of a hundred; `None` for the
    /// alias's own version. Who raises the first variant's share keeps those in that
    /// it had.
    #[must_use]
    pub fn variant_at(&self, point: u8) -> Option<&Variant> {
        let mut end = 0u8;
        self.variants.iter().find(|variant| {
            end = end.saturating_add(variant.percent);
            point < end
        })
    }
}

/// The words for who takes part: `version 8 (5 %) and version 9 (shadow)`.
impl std::fmt::Display for Traffic {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let variants = self
            .variants
            .iter()
            .map(|it| format!("version {} ({} %)", it.pinned.version, it.percent));
        let shadow = self.shadow.iter().map(|it| format!("version {} (shadow)", it.version));
        let words: Vec<String> = variants.chain(shadow).collect();
        match words.is_empty() {
            true => formatter.write_str("no other version"),
            false => formatter.write_str(&words.join(" and ")),
        }
    }
}

/// The point, of a hundred, at which a request with an id stands among a model's
/// requests: the same id always at the same one, and each model's in an order of its own.
#[must_use]
pub fn point(model: &ModelName, id: &str) -> u8 {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::new().chain_update(model.as_str()).chain_update([0]).chain_update(id);
    let bytes: [u8; 32] = digest.finalize().into();
    let head = bytes.iter().take(8).fold(0u64, |all, &byte| all << 8 | u64::from(byte));
    u8::try_from(head % 100).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinned(version: u64) -> Pinned {
        Pinned { version: version.try_into().unwrap(), artifact: String::new() }
    }

    fn variant(name: &str, version: u64, percent: u8) -> Variant {
        Variant { name: name.parse().unwrap(), percent, pinned: pinned(version) }
    }

    #[test]
    fn ids_are_spread_evenly_and_stay_where_they_are() {
        let (taxi, tram) = ("taxi".parse().unwrap(), "tram".parse().unwrap());
        let mut counts = [0u32; 100];
        for id in 0..50_000 {
            let id = id.to_string();
            let at = point(&taxi, &id);
            assert_eq!(at, point(&taxi, &id));
            counts[usize::from(at)] += 1;
        }
        // Of 500 each, give or take six standard deviations.
        assert!(counts.iter().all(|count| (366..=634).contains(count)), "{counts:?}");
        assert!(
            (0..20).any(|id: u8| point(&taxi, &id.to_string()) != point(&tram, &id.to_string()))
        );
    }

    #[test]
    fn a_larger_share_keeps_those_that_it_had() {
        let split = |percent| Traffic { variants: vec![variant("new", 8, percent)], shadow: None };
        let (small, large) = (split(5), split(30));
        for at in 0..100 {
            assert_eq!(small.variant_at(at).is_some(), at < 5);
            assert!(small.variant_at(at).is_none() || large.variant_at(at).is_some());
        }
        let two = Traffic { variants: vec![variant("a", 8, 5), variant("b", 9, 10)], shadow: None };
        let names: Vec<_> =
            [4, 5, 14, 15].map(|at| two.variant_at(at).map(|it| it.name.as_str())).into();
        assert_eq!(names, [Some("a"), Some("b"), Some("b"), None]);
    }
}
