//! Names of models, versions and aliases: parsed once, then known to be valid.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The alias that answers when a request names no version.
pub const CHAMPION: &str = "champion";

/// The alias of the version that passed the gate and waits for a person's approval.
pub const CHALLENGER: &str = "challenger";

/// What the answers are captured as that nobody was given.
pub const SHADOW: &str = "shadow";

/// The name of a model: `[a-z0-9][a-z0-9-]{0,62}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelName(String);

/// The version of a model: 1, 2, 3, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Version(u64);

/// A name that points at a version, such as `champion`. Formed as a model's
/// name; `latest` and `v<number>` are reserved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alias(String);

/// What can stand where a version is asked for: its number or an alias.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Reference {
    /// A fixed version.
    Version(Version),
    /// The version that an alias points at.
    Alias(Alias),
}

/// A name that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Not a model's name.
    #[error(
        "`{0}` is not a model name: use 1 to 63 lower-case letters, digits and hyphens, \
         not starting with a hyphen"
    )]
    Model(String),
    /// Not a version.
    #[error("`{0}` is not a version: use a positive whole number")]
    Version(String),
    /// Not an alias.
    #[error(
        "`{0}` is not an alias: use 1 to 63 lower-case letters, digits and hyphens, \
         not starting with a hyphen; `latest` and `v1`, `v2`, … are reserved"
    )]
    Alias(String),
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= 63
        && text.bytes().next().is_some_and(allowed)
        && text.bytes().all(|byte| allowed(byte) || byte == b'-')
}

fn is_reserved(text: &str) -> bool {
    let numbered = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    text == "latest" || numbered(text) || text.strip_prefix('v').is_some_and(numbered)
}

impl ModelName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Version {
    /// The first version of a model.
    pub const FIRST: Self = Self(1);

    /// The version's number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Alias {
    /// The alias that serves by default.
    #[must_use]
    pub fn champion() -> Self {
        Self(CHAMPION.to_owned())
    }

    /// The alias of what waits for approval.
    #[must_use]
    pub fn challenger() -> Self {
        Self(CHALLENGER.to_owned())
    }

    /// What the answers are captured as that nobody was given.
    #[must_use]
    pub fn shadow() -> Self {
        Self(SHADOW.to_owned())
    }

    /// The alias as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::Alias(Alias::champion())
    }
}

impl FromStr for ModelName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::Model(text.to_owned()))
        }
    }
}

impl FromStr for Version {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName::Version(text.to_owned());
        let number: u64 = text.parse().map_err(|_| invalid())?;
        Self::try_from(number).map_err(|_| invalid())
    }
}

impl FromStr for Alias {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_name(text) && !is_reserved(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName::Alias(text.to_owned()))
        }
    }
}

impl FromStr for Reference {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            true => text.parse().map(Self::Version),
            false => text.parse().map(Self::Alias),
        }
    }
}

/// Reads `model`, `model@alias` or `model@version`: the champion where neither is named.
///
/// # Errors
/// When one of the names is none.
pub fn parse_asked(text: &str) -> Result<(ModelName, Reference), InvalidName> {
    match text.split_once('@') {
        Some((model, reference)) => Ok((model.parse()?, reference.parse()?)),
        None => Ok((text.parse()?, Reference::default())),
    }
}

impl TryFrom<String> for ModelName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl TryFrom<u64> for Version {
    type Error = InvalidName;

    fn try_from(number: u64) -> Result<Self, InvalidName> {
        if number == 0 { Err(InvalidName::Version(number.to_string())) } else { Ok(Self(number)) }
    }
}

impl TryFrom<String> for Alias {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl TryFrom<String> for Reference {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl From<ModelName> for String {
    fn from(name: ModelName) -> Self {
        name.0
    }
}

impl From<Version> for u64 {
    fn from(version: Version) -> Self {
        version.0
    }
}

impl From<Alias> for String {
    fn from(alias: Alias) -> Self {
        alias.0
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(formatter),
            Self::Alias(alias) => alias.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_names_are_lower_case_letters_digits_and_inner_hyphens() {
        for good in ["taxi", "a", "0", "ride-time-2", &"x".repeat(63)] {
            assert!(good.parse::<ModelName>().is_ok(), "{good}");
        }
        for bad in ["", "-taxi", "Taxi", "ta xi", "taxi/1", "..", "tä", &"x".repeat(64)] {
            assert_eq!(bad.parse::<ModelName>(), Err(InvalidName::Model(bad.to_owned())));
        }
    }

    #[test]
    fn a_reference_is_a_version_or_an_alias_and_reserved_names_are_neither() {
        assert_eq!("12".parse(), Ok(Reference::Version(Version(12))));
        assert_eq!("champion".parse(), Ok(Reference::Alias(Alias::champion())));
        for bad in ["0", "latest", "v3", "-1", "1.5", "CHAMPION", ""] {
            assert!(bad.parse::<Reference>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_validated_when_they_are_deserialised() {
        assert!(serde_json::from_str::<ModelName>("\"a b\"").is_err());
        assert!(serde_json::from_str::<Version>("0").is_err());
        assert_eq!(serde_json::from_str::<Version>("7").unwrap().number(), 7);
    }
}
