//! How columns are encoded where the spec says nothing.

use serde::{Deserialize, Serialize};

/// How columns are encoded where the spec says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// For trees: numbers as they are, categories as codes (with very many levels by
    /// target encoding), missing as `NaN`.
    Native,
    /// For trees: as `Native`, but every category of more than a few levels by target
    /// encoding.
    Target,
    /// For linear models: numbers imputed by the median and standardised, very skewed
    /// ones by their logarithm, with an indicator where training saw missing values;
    /// categories one-hot, with many levels by target encoding.
    Standardised,
    /// For linear models and neighbours: as `Standardised`, but numbers by their quantile
    /// as that of a normal distribution.
    Normalised,
    /// For what finds clusters and anomalies: as `Standardised`, but no number by its
    /// logarithm, which would draw in what lies far out.
    Scaled,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 5] =
        [Self::Native, Self::Target, Self::Standardised, Self::Normalised, Self::Scaled];

    /// The encoding's name in a record.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Target => "target",
            Self::Standardised => "standardised",
            Self::Normalised => "normalised",
            Self::Scaled => "scaled",
        }
    }

    /// Whether it is for trees: features keep their scale, may be missing, and may be a
    /// category's code.
    #[must_use]
    pub fn is_for_trees(self) -> bool {
        matches!(self, Self::Native | Self::Target)
    }
}
