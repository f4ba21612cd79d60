//! A detector of single columns: how far a value lies from the median, in units of the
//! median absolute deviation (Iglewicz & Hoaglin, *How to Detect and Handle Outliers*,
//! 1993), which outliers cannot move.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{FitError, thresholds};
use model_factory_tabular::features::Matrix;
use model_factory_tabular::order::median;
use model_factory_tabular::spec::Contamination;

/// What makes the deviation that of a normal distribution: its 0.75 quantile.
const NORMAL: f64 = 0.6745;

/// The hyper-parameters of the detector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RobustZParams {
    /// From which modified z-score on a value is an anomaly, unless a share is given.
    /// Default 3.5.
    pub threshold: f64,
    /// The share of training rows that are anomalies. Default `auto`: those above the
    /// threshold.
    pub contamination: Contamination,
}

impl Default for RobustZParams {
    fn default() -> Self {
        Self { threshold: 3.5, contamination: Contamination::AUTO }
    }
}

impl fmt::Display for RobustZParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.contamination.share() {
            Some(share) => write!(formatter, "contamination={share}"),
            None => write!(formatter, "threshold={}", self.threshold),
        }
    }
}

/// Median and deviation of each feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RobustZModel {
    medians: Vec<f64>,
    /// The median absolute deviations; 0 of features that tell nothing here, as more than
    /// half of their values are the same.
    deviations: Vec<f64>,
    threshold: f64,
}

impl RobustZModel {
    pub(super) fn fit(features: &Matrix<f64>, params: &RobustZParams) -> Result<Self, FitError> {
        if !features.as_slice().iter().all(|value| value.is_finite()) {
            return Err(FitError::Anomalies("the features are not all finite numbers".to_owned()));
        }
        let columns = features.columns();
        let (mut medians, mut deviations) = (Vec::new(), Vec::new());
        for column in 0..columns {
            let values = features.as_slice().iter().skip(column).step_by(columns).copied();
            let mut values: Vec<f64> = values.collect();
            let centre = median(&mut values).unwrap_or_default();
            values.iter_mut().for_each(|value| *value = (*value - centre).abs());
            medians.push(centre);
            deviations.push(median(&mut values).unwrap_or_default());
        }
        if deviations.iter().all(|deviation| *deviation == 0.0) {
            let message = "more than half of the values of each column are the same";
            return Err(FitError::Anomalies(message.to_owned()));
        }
        let mut model = Self { medians, deviations, threshold: params.threshold };
        if let Some(share) = params.contamination.share() {
            model.threshold = thresholds::upper(&model.scores(features), share);
        }
        Ok(model)
    }

    pub(super) fn columns(&self) -> usize {
        self.medians.len()
    }

    pub(super) fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The largest modified z-score of each row's values; of values that are too far off for a
    /// number, the largest number.
    pub(super) fn scores(&self, features: &Matrix<f64>) -> Vec<f64> {
        let score = |row: &[f64]| {
            let features = row.iter().zip(&self.medians).zip(&self.deviations);
            let told = features.filter(|(_, deviation)| **deviation > 0.0);
            told.map(|((value, median), deviation)| NORMAL * (value - median).abs() / deviation)
                .fold(0.0, f64::max)
                .min(f64::MAX)
        };
        features.iter_rows().take(features.rows()).map(score).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_beyond_all_numbers_has_the_largest_score() {
        let features = Matrix::from_vec(vec![0.001, 0.002, 0.003, 0.004], 1);
        let model = RobustZModel::fit(&features, &RobustZParams::default()).unwrap();
        assert_eq!(model.scores(&Matrix::from_vec(vec![1e308], 1)), [f64::MAX]);
    }

    #[test]
    fn scores_are_those_of_the_handbook() {
        // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.17, in the way of
        // Iglewicz & Hoaglin: the median is 5, the deviations' median 1.
        let features = Matrix::from_vec(vec![2.0, 4.0, 5.0, 5.0, 6.0, 7.0, 30.0], 1);
        let model = RobustZModel::fit(&features, &RobustZParams::default()).unwrap();
        let scores = model.scores(&features);
        assert!((scores[0] - 0.6745 * 3.0).abs() < 1e-12);
        assert!((scores[6] - 0.6745 * 25.0).abs() < 1e-12);
        let found = scores.iter().filter(|score| **score > model.threshold()).count();
        assert_eq!(found, 1);
    }

    #[test]
    fn a_column_that_hardly_varies_tells_nothing() {
        let features = Matrix::from_vec(vec![0.0, 1.0, 0.0, 2.0, 0.0, 3.0, 9.0, 4.0], 2);
        let model = RobustZModel::fit(&features, &RobustZParams::default()).unwrap();
        assert!(model.scores(&features).iter().all(|score| *score < 3.5));
        let same = Matrix::from_vec(vec![1.0; 8], 1);
        assert!(RobustZModel::fit(&same, &RobustZParams::default()).is_err());
    }

    #[test]
    fn a_share_sets_the_threshold() {
        let features = Matrix::from_vec((0..200).map(f64::from).collect(), 1);
        let params =
            RobustZParams { contamination: Contamination::Share(0.1), ..RobustZParams::default() };
        let model = RobustZModel::fit(&features, &params).unwrap();
        let scores = model.scores(&features);
        assert_eq!(scores.iter().filter(|score| **score > model.threshold()).count(), 20);
    }
}
