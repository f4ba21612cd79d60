//! How rare classes are made to count: only ever on the rows that a learner is fitted
//! to, so that no held-out row has a part in it.

mod roles;
mod smote;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Examples, FitContext, FitError};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::features::{Element, Pipeline};

/// How rare classes are made to count. Numbers are left as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// Not at all.
    #[default]
    None,
    /// Each row counts `rows / (classes · rows of its class)`, as scikit-learn's
    /// `class_weight="balanced"`.
    ClassWeight,
    /// Each class gets synthetic rows up to the number of the most frequent one (SMOTE).
    Smote,
}

impl Balance {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::None, Self::ClassWeight, Self::Smote];

    /// Its name in a spec and in a record.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClassWeight => "class_weight",
            Self::Smote => "smote",
        }
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// The examples with weights or rows that balance them.
    pub(super) fn apply<T: Element>(
        self,
        pipeline: &Pipeline,
        mut examples: Examples<T>,
        context: &FitContext<'_>,
    ) -> Result<Examples<T>, FitError> {
        match self {
            Self::None => Ok(examples),
            Self::ClassWeight => {
                examples.weights = class_weights(&examples.target, examples.weights.as_deref());
                Ok(examples)
            }
            Self::Smote => smote::oversample(pipeline, examples, context),
        }
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The weights, each times that of its row's class; the same for numbers.
pub(super) fn class_weights(target: &Target, weights: Option<&[f64]>) -> Option<Vec<f64>> {
    let Target::Classes { classes, labels } = target else {
        return weights.map(<[f64]>::to_vec);
    };
    let counts = counts(labels, classes.len());
    let present = counts.iter().filter(|&&count| count > 0).count();
    let balanced = |label: usize| {
        let count = counts.get(label).copied().unwrap_or(1);
        labels.len() as f64 / (present * count) as f64
    };
    let given = super::algebra::weights_from(weights, 0);
    Some(labels.iter().zip(given).map(|(&label, weight)| weight * balanced(label)).collect())
}

/// The rows of each class.
fn counts(labels: &[usize], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for &label in labels {
        if let Some(count) = counts.get_mut(label) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod bank_tests;
#[cfg(test)]
mod tests;
