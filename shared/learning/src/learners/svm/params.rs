//! The hyper-parameters of a support vector machine.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Kernel;
use crate::learners::FitError;
use crate::learners::algebra::Rows;

/// The hyper-parameters of a support vector machine, as scikit-learn names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SvmParams {
    /// How alike two rows are. Default `rbf`.
    pub kernel: KernelKind,
    /// How much an error costs, above 0. Default 1.
    #[serde(rename = "C")]
    pub c: f64,
    /// How fast likeness falls with distance. Default `scale`.
    pub gamma: Gamma,
    /// For numbers: an error that costs nothing, in standard deviations of the target,
    /// at least 0. Default 0.1.
    pub epsilon: f64,
}

/// The kernels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KernelKind {
    /// `exp(−gamma · squared distance)`.
    #[default]
    Rbf,
    /// The scalar product.
    Linear,
}

/// How fast likeness falls with distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Gamma {
    /// The factor of the squared distance, above 0.
    Value(f64),
    /// A rule by its name.
    Named(NamedGamma),
}

/// The rules for gamma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NamedGamma {
    /// `1 / (columns · variance of all features)`.
    Scale,
}

impl Default for SvmParams {
    fn default() -> Self {
        Self {
            kernel: KernelKind::Rbf,
            c: 1.0,
            gamma: Gamma::Named(NamedGamma::Scale),
            epsilon: 0.1,
        }
    }
}

impl fmt::Display for SvmParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kernel {
            KernelKind::Linear => write!(formatter, "kernel=linear C={}", self.c)?,
            KernelKind::Rbf => write!(formatter, "kernel=rbf C={}", self.c)?,
        }
        match (self.kernel, self.gamma) {
            (KernelKind::Rbf, Gamma::Value(gamma)) => write!(formatter, " gamma={gamma}"),
            _ => Ok(()),
        }
    }
}

impl SvmParams {
    pub(super) fn check(&self) -> Result<(), FitError> {
        let positive = |name: &str, value: f64| match value > 0.0 && value.is_finite() {
            true => Ok(()),
            false => Err(FitError::Svm(format!("`{name}` is {value}, but it must be above 0"))),
        };
        positive("C", self.c)?;
        if let Gamma::Value(gamma) = self.gamma {
            positive("gamma", gamma)?;
        }
        match self.epsilon >= 0.0 && self.epsilon.is_finite() {
            true => Ok(()),
            false => Err(FitError::Svm(format!(
                "`epsilon` is {}, but it must be a number from 0 on",
                self.epsilon
            ))),
        }
    }

    /// The kernel for these rows.
    pub(super) fn kernel(&self, rows: Rows<'_>) -> Kernel {
        match (self.kernel, self.gamma) {
            (KernelKind::Linear, _) => Kernel::Linear,
            (KernelKind::Rbf, Gamma::Value(gamma)) => Kernel::Rbf { gamma },
            (KernelKind::Rbf, Gamma::Named(NamedGamma::Scale)) => {
                let values = Rows::new(rows.values(), 1);
                let count = values.len() as f64;
                let mean = rows.values().iter().sum::<f64>() / count;
                let squares: f64 = rows.values().iter().map(|value| (value - mean).powi(2)).sum();
                let variance = squares / count;
                let scale = if variance > 0.0 { variance } else { 1.0 };
                Kernel::Rbf { gamma: 1.0 / (rows.columns() as f64 * scale) }
            }
        }
    }
}
