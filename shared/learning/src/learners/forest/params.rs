//! The hyper-parameters of forests.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The hyper-parameters of a random forest or of extra trees, under scikit-learn's
/// names and with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForestParams {
    /// The number of trees. Default 100.
    pub n_estimators: usize,
    /// The depth of each tree; 0 is no limit. Default 0.
    pub max_depth: usize,
    /// The least rows of a leaf, by weight: a row drawn twice counts twice. Default 1.
    pub min_samples_leaf: usize,
    /// How many features a split chooses from. Default `sqrt` for classes, all for
    /// numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_features: Option<MaxFeatures>,
    /// Whether each tree sees rows drawn with replacement. Default: a random forest
    /// does, extra trees do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<bool>,
}

/// How many features a split chooses from, of those that vary among its rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MaxFeatures {
    /// A share of all.
    Share(f64),
    /// A function of their number.
    Named(NamedShare),
}

/// A function of the number of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NamedShare {
    /// The square root.
    Sqrt,
    /// The logarithm to the base 2.
    Log2,
}

impl Default for ForestParams {
    fn default() -> Self {
        Self {
            n_estimators: 100,
            max_depth: 0,
            min_samples_leaf: 1,
            max_features: None,
            bootstrap: None,
        }
    }
}

impl MaxFeatures {
    /// The number of features of `all`: at least one.
    pub(super) fn of(self, all: usize) -> usize {
        let count = match self {
            Self::Share(share) => share * all as f64,
            Self::Named(NamedShare::Sqrt) => (all as f64).sqrt(),
            Self::Named(NamedShare::Log2) => (all as f64).log2(),
        };
        (count as usize).clamp(1, all.max(1))
    }
}

/// The number of trees, and what else is not the default.
impl fmt::Display for ForestParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "n_estimators={}", self.n_estimators)?;
        let default = Self::default();
        let counts = [
            ("max_depth", self.max_depth, default.max_depth),
            ("min_samples_leaf", self.min_samples_leaf, default.min_samples_leaf),
        ];
        for (name, value, _) in counts.into_iter().filter(|(_, value, usual)| value != usual) {
            write!(formatter, " {name}={value}")?;
        }
        match self.max_features {
            None => {}
            Some(MaxFeatures::Share(share)) => write!(formatter, " max_features={share}")?,
            Some(MaxFeatures::Named(NamedShare::Sqrt)) => {
                formatter.write_str(" max_features=sqrt")?;
            }
            Some(MaxFeatures::Named(NamedShare::Log2)) => {
                formatter.write_str(" max_features=log2")?;
            }
        }
        match self.bootstrap {
            None => Ok(()),
            Some(bootstrap) => write!(formatter, " bootstrap={bootstrap}"),
        }
    }
}
