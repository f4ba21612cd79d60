//! What was chosen for a series.

use model_factory_tabular::spec::ForecasterKind;

use super::intervals::Spread;
use super::learners::combination::Weights;

/// What was chosen for a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The learner.
    pub learner: ForecasterKind,
    /// How much the parts of a combination count.
    pub weights: Weights,
    /// How far its forecasts missed.
    pub spread: Spread,
    /// Its mean score; `None` where the series is too short to tell, or was not begun.
    pub score: Option<f64>,
    /// Whether another run has to choose.
    pub unfinished: bool,
}

impl Chosen {
    /// The naive forecast, of which nothing is known.
    pub(crate) fn naive() -> Self {
        Self {
            learner: ForecasterKind::SeasonalNaive,
            weights: Weights::default(),
            spread: Spread::default(),
            score: None,
            unfinished: false,
        }
    }
}
