//! `[forecasting]`: which series are forecast, how far, and by what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Frequency, SpecError, check};
use crate::date;

/// Which series are forecast, how far, and by what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Forecasting {
    /// The columns whose values together name a series, such as `["store", "item"]`.
    /// Default: the data set is one series.
    pub series: Vec<String>,
    /// How many steps ahead is forecast, and how many are held out. Default 7.
    pub horizon: usize,
    /// The time from one observation to the next. Default: inferred.
    pub frequency: Option<Frequency>,
    /// What becomes of several rows of one series and time. Default `mean`.
    pub duplicates: Duplicates,
    /// The lengths of the seasons, in steps. Default: those of the frequency, such as
    /// 24 and 168 for hours.
    pub seasons: Option<Vec<usize>>,
    /// Columns that are known ahead, such as promotions.
    pub regressors: Vec<String>,
    /// Days that come round irregularly, by name: `easter = ["2024-03-31", …]`.
    pub holidays: BTreeMap<String, Vec<String>>,
    /// The learners that compete. Default all; the seasonal naive forecast always does.
    pub learners: Vec<ForecasterKind>,
    /// Whether each series has the learner that is best for it. Default `series`.
    pub winner: Winner,
    /// How learners are compared.
    pub cv: RollingOrigin,
    /// The quantiles that are answered where a request names none. Default 0.1, 0.5, 0.9.
    pub quantiles: Vec<f64>,
}

/// What becomes of several rows of one series and time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// Their mean counts.
    #[default]
    Mean,
    /// The last one in the file counts.
    Last,
    /// Their sum counts.
    Sum,
}

/// For whom the best learner is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Winner {
    /// For each series by itself.
    #[default]
    Series,
    /// For all series together.
    Overall,
}

/// The forecasting learners by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecasterKind {
    /// The values of one season ago: always on the leaderboard.
    SeasonalNaive,
    /// The mean of the values at the same place of every season, of the longest season.
    SeasonalMean,
    /// The last value, and the mean step to it.
    Drift,
    /// Simple exponential smoothing with half of the trend, without the season.
    Theta,
    /// Exponential smoothing with a damped trend and a season.
    Ets,
    /// Several seasons taken off by loess, the rest by exponential smoothing.
    Mstl,
    /// Piecewise linear trend, Fourier seasons, holidays and regressors.
    Additive,
    /// Gradient boosting on lags and the calendar, one model for all series.
    Boosting,
    /// Seasonal naive, seasonal mean, Theta, ETS and MSTL forecasts, as far as they compete,
    /// by their errors from earlier origins.
    Combination,
}

/// How learners are compared: each forecasts from several origins, and learns from what
/// lies before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RollingOrigin {
    /// The steps before the first origin. Default: half of the series.
    pub initial: Option<usize>,
    /// The steps from one origin to the next. Default: half of the horizon.
    pub period: Option<usize>,
    /// The steps that are forecast from each origin. Default: `forecasting.horizon`, and
    /// at most a third of the series.
    pub horizon: Option<usize>,
    /// The most origins; the latest count. Default 5.
    pub folds: Option<usize>,
}

impl ForecasterKind {
    /// Every learner.
    pub const ALL: [Self; 9] = [
        Self::SeasonalNaive,
        Self::SeasonalMean,
        Self::Drift,
        Self::Theta,
        Self::Ets,
        Self::Mstl,
        Self::Additive,
        Self::Boosting,
        Self::Combination,
    ];

    /// Its name in a spec and on the leaderboard.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SeasonalNaive => "seasonal_naive",
            Self::SeasonalMean => "seasonal_mean",
            Self::Drift => "drift",
            Self::Theta => "theta",
            Self::Ets => "ets",
            Self::Mstl => "mstl",
            Self::Additive => "additive",
            Self::Boosting => "boosting",
            Self::Combination => "combination",
        }
    }
}

impl Forecasting {
    /// The most steps that a horizon has.
    const MAX_HORIZON: usize = 10_000;

    pub(super) fn validate(&self) -> Result<(), SpecError> {
        check(
            (1..=Self::MAX_HORIZON).contains(&self.horizon),
            "forecasting.horizon",
            self.horizon,
            "it must be at least 1 and at most 10000 steps",
        )?;
        let rule = "it must name one at least: leave it out for 0.1, 0.5 and 0.9";
        check(!self.quantiles.is_empty(), "forecasting.quantiles", "empty", rule)?;
        for quantile in &self.quantiles {
            check(
                *quantile > 0.0 && *quantile < 1.0,
                "forecasting.quantiles",
                quantile,
                "it must be above 0 and below 1",
            )?;
        }
        for season in self.seasons.iter().flatten() {
            check(
                (2..=100_000).contains(season),
                "forecasting.seasons",
                season,
                "it must be at least 2 and at most 100000 steps",
            )?;
        }
        for day in self.holidays.values().flatten() {
            let rule = "it must be a date such as 2024-12-25";
            check(date::parse(day).is_some(), "forecasting.holidays", day, rule)?;
        }
        let RollingOrigin { initial, period, horizon, folds } = self.cv;
        for (key, value) in [
            ("forecasting.cv.initial", initial),
            ("forecasting.cv.period", period),
            ("forecasting.cv.horizon", horizon),
            ("forecasting.cv.folds", folds),
        ] {
            check(value != Some(0), key, 0, "it must be at least 1")?;
        }
        Ok(())
    }
}

impl Default for Forecasting {
    fn default() -> Self {
        Self {
            series: Vec::new(),
            horizon: 7,
            frequency: None,
            duplicates: Duplicates::Mean,
            seasons: None,
            regressors: Vec::new(),
            holidays: BTreeMap::new(),
            learners: ForecasterKind::ALL.to_vec(),
            winner: Winner::Series,
            cv: RollingOrigin::default(),
            quantiles: vec![0.1, 0.5, 0.9],
        }
    }
}
