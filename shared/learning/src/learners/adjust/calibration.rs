//! Calibrated probabilities: of the rows that get 0.8, 80 % are of the class.

use serde::{Deserialize, Serialize};

use super::isotonic::Isotonic;
use super::sigmoid::Sigmoid;

/// How probabilities are calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A sigmoid of the log-odds: two numbers, for few rows.
    Sigmoid,
    /// A rising step function: any shape, for many rows.
    Isotonic,
}

/// A correction of each class's probability. It rises strictly: of two classes the
/// order of rows stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// One a class, against the rest; of two classes the second's only.
    classes: Vec<Calibrator>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
enum Calibrator {
    Sigmoid(Sigmoid),
    Isotonic(Isotonic),
}

impl Method {
    /// Both methods, the simpler one first.
    pub const ALL: [Self; 2] = [Self::Sigmoid, Self::Isotonic];

    /// The method's name as scikit-learn spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Isotonic => "isotonic",
        }
    }
}

impl Calibration {
    /// Fits row-major probabilities (`rows × classes`) to the rows' true classes.
    /// `None` when a class does not occur, or its probability does not rise with how
    /// often it is the true one.
    #[must_use]
    pub fn fit(
        method: Method,
        probabilities: &[f64],
        classes: usize,
        labels: &[usize],
    ) -> Option<Self> {
        let calibrator = |class: usize| {
            let scored: Vec<(f64, bool)> = probabilities
                .chunks(classes.max(1))
                .zip(labels)
                .filter_map(|(row, &label)| Some((*row.get(class)?, label == class)))
                .collect();
            Some(match method {
                Method::Sigmoid => Calibrator::Sigmoid(Sigmoid::fit(&scored)?),
                Method::Isotonic => {
                    let varied = scored.iter().any(|row| row.1) && scored.iter().any(|row| !row.1);
                    Calibrator::Isotonic(varied.then(|| Isotonic::fit(&scored))??)
                }
            })
        };
        let calibrated = if classes == 2 { 1..2 } else { 0..classes };
        Some(Self { classes: calibrated.map(calibrator).collect::<Option<_>>()? })
    }

    /// How it was fitted.
    #[must_use]
    pub fn method(&self) -> Method {
        match self.classes.first() {
            Some(Calibrator::Isotonic(_)) => Method::Isotonic,
            Some(Calibrator::Sigmoid(_)) | None => Method::Sigmoid,
        }
    }

    /// Corrects row-major probabilities of `classes` classes; each row sums to 1 again.
    pub fn apply(&self, probabilities: &mut [f64], classes: usize) {
        for row in probabilities.chunks_mut(classes.max(1)) {
            match (row, self.classes.as_slice()) {
                ([negative, positive], [calibrator]) => {
                    *positive = calibrator.apply(*positive);
                    *negative = 1.0 - *positive;
                }
                (row, calibrators) => {
                    for (probability, calibrator) in row.iter_mut().zip(calibrators) {
                        *probability = calibrator.apply(*probability);
                    }
                    let sum: f64 = row.iter().sum();
                    let even = 1.0 / row.len() as f64;
                    for probability in row {
                        *probability = if sum > 0.0 { *probability / sum } else { even };
                    }
                }
            }
        }
    }
}

impl Calibrator {
    fn apply(&self, probability: f64) -> f64 {
        match self {
            Self::Sigmoid(sigmoid) => sigmoid.apply(probability),
            Self::Isotonic(isotonic) => isotonic.apply(probability),
        }
    }
}
