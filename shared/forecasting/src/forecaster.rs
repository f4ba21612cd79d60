//! What was fitted to all series of a data set, and forecasts from it.

use std::collections::BTreeMap;

use model_factory_tabular::spec::ForecasterKind;
use serde::{Deserialize, Serialize};

use super::ahead::bounded;
use super::chosen::Chosen;
use super::intervals::Spread;
use super::learners::lags::Booster;
use super::learners::{Future, Model};
use super::panel::Panel;
use super::setting::Setting;

/// The most steps after a series' end that are forecast.
const MAX_AHEAD: usize = 20_000;

/// The models of all series of a data set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Forecaster {
    /// What they share.
    pub setting: Setting,
    /// The column that says when.
    pub time: String,
    /// The column that is forecast.
    pub target: String,
    /// The columns that name a series.
    pub keys: Vec<String>,
    /// How many steps are forecast where a request does not say.
    pub horizon: usize,
    /// The quantiles that are answered where a request names none.
    pub quantiles: Vec<f64>,
    /// The series, in the order of their keys.
    pub series: Vec<SeriesModel>,
    /// The boosted model, where a series needs it.
    #[serde(skip)]
    pub(crate) booster: Option<Booster>,
}

/// The model of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesModel {
    /// The values of the key columns.
    pub key: Vec<String>,
    /// The learner that was chosen for it.
    pub learner: ForecasterKind,
    pub(crate) model: Model,
    /// The last step that it has learned from.
    pub end: i64,
    /// How many values it has learned from.
    pub observations: usize,
    /// Whether the series never was negative, so that it is not forecast to be.
    pub never_negative: bool,
    /// How far its forecasts missed.
    pub spread: Spread,
    /// Its mean score from earlier origins; `None` where the series is too short to tell.
    pub score: Option<f64>,
    /// The share of what was held out that lay within the outermost quantiles.
    pub coverage: Option<f64>,
    /// Whether it has the naive forecast because time was over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
}

/// What is to be forecast of a series.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForecastRequest {
    /// The values of the key columns, in their order.
    pub key: Vec<String>,
    /// From when on, in seconds since 1970. Default: the step after the series' end.
    pub start: Option<i64>,
    /// How many steps. Default: the model's horizon.
    pub steps: Option<usize>,
    /// Which quantiles. Default: the model's.
    pub quantiles: Vec<f64>,
    /// What the regressors will be, one value for each of these steps.
    pub regressors: BTreeMap<String, Vec<f64>>,
}

/// A forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The instants, in seconds since 1970.
    pub instants: Vec<i64>,
    /// The forecasts without regard to uncertainty.
    pub values: Vec<f64>,
    /// Each quantile with its values, in the order asked for.
    pub quantiles: Vec<(f64, Vec<f64>)>,
}

/// A forecast cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ForecastError {
    /// There is no such series.
    #[error("the model has no series {}", .0.join("/"))]
    UnknownSeries(Vec<String>),
    /// The start lies within the past that was learned from.
    #[error("the series is known until {end}: start at {first} or later")]
    Past {
        /// The last instant that was learned from.
        end: jiff::Timestamp,
        /// The first that can be forecast.
        first: jiff::Timestamp,
    },
    /// The end lies too far ahead.
    #[error(
        "the forecast would reach {found} steps beyond the series' end, more than the \
         {MAX_AHEAD} allowed: start earlier, or ask for fewer steps"
    )]
    TooFar {
        /// How many steps after the series' end it would end.
        found: usize,
    },
    /// There is nothing to forecast.
    #[error("the horizon must be at least 1")]
    NoSteps,
    /// A quantile is none.
    #[error("{0} is no quantile: it must be above 0 and below 1")]
    Quantile(f64),
    /// A regressor's future is not known.
    #[error(
        "the forecast of this series depends on `{name}`: give its {steps} values, one a step, \
         not {found}"
    )]
    Regressor {
        /// Its name.
        name: String,
        /// How many values are needed.
        steps: usize,
        /// How many there are.
        found: usize,
    },
    /// The model has no such regressor.
    #[error("the model has no regressor `{0}`")]
    UnknownRegressor(String),
    /// The model gives no numbers.
    #[error("the model's forecast is no number")]
    NotANumber,
}

impl Forecaster {
    /// The model of a series.
    #[must_use]
    pub fn find(&self, key: &[String]) -> Option<&SeriesModel> {
        let place = self.series.binary_search_by(|series| series.key.as_slice().cmp(key));
        self.series.get(place.ok()?)
    }

    /// What is chosen for each of `series`: the learner that this forecaster has for it, or
    /// the naive forecast for one that it does not know.
    #[must_use]
    pub fn choices<'a>(&self, series: impl IntoIterator<Item = &'a [String]>) -> Vec<Chosen> {
        let of = |key: &[String]| self.find(key).map(SeriesModel::chosen);
        series.into_iter().map(|key| of(key).unwrap_or_else(Chosen::naive)).collect()
    }

    /// The naive forecast for every series.
    #[must_use]
    pub fn naive(panel: &Panel) -> Vec<Chosen> {
        panel.series.iter().map(|_| Chosen::naive()).collect()
    }

    /// The latest instant that any series has learned from, in seconds since 1970.
    #[must_use]
    pub fn end(&self) -> Option<i64> {
        self.series.iter().map(|series| self.setting.grid.at(series.end)).max()
    }

    /// How many series have the naive forecast because time was over.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        self.series.iter().filter(|series| series.unfinished).count()
    }

    /// Forecasts a series.
    ///
    /// # Errors
    /// When it is unknown, the start lies in the past or too far ahead, a quantile is out
    /// of range, or what the forecast depends on is not given.
    pub fn forecast(&self, request: &ForecastRequest) -> Result<Forecast, ForecastError> {
        let unknown = || ForecastError::UnknownSeries(request.key.clone());
        let series = self.find(&request.key).ok_or_else(unknown)?;
        let grid = self.setting.grid;
        let first = series.end + 1;
        let start = request.start.map_or(first, |instant| grid.step_from(instant));
        if start < first {
            let instant = |step| jiff::Timestamp::from_second(grid.at(step)).unwrap_or_default();
            return Err(ForecastError::Past { end: instant(series.end), first: instant(first) });
        }
        let steps = request.steps.unwrap_or(self.horizon);
        let gap = usize::try_from(start - first).unwrap_or(usize::MAX);
        let ahead = gap.saturating_add(steps);
        match (steps, ahead) {
            (0, _) => return Err(ForecastError::NoSteps),
            (_, found) if found > MAX_AHEAD => return Err(ForecastError::TooFar { found }),
            _ => {}
        }
        let quantiles = match request.quantiles.as_slice() {
            [] => &self.quantiles,
            asked => asked,
        };
        if let Some(wrong) = quantiles.iter().find(|it| !(**it > 0.0 && **it < 1.0)) {
            return Err(ForecastError::Quantile(*wrong));
        }
        let regressors = self.known(series, request, gap, steps)?;
        let regressors: Vec<&[f64]> = regressors.iter().map(Vec::as_slice).collect();
        let future =
            Future { setting: &self.setting, start: first, steps: ahead, regressors: &regressors };
        let values = series.model.forecast(&future, self.booster.as_ref());
        let values: Vec<f64> =
            bounded(values, series.never_negative).into_iter().skip(gap).collect();
        if values.len() != steps || values.iter().any(|value| !value.is_finite()) {
            return Err(ForecastError::NotANumber);
        }
        let at = |quantile: f64| {
            let value = |(step, value): (usize, &f64)| value + series.spread.offset(step, quantile);
            bounded((gap + 1..).zip(&values).map(value).collect(), series.never_negative)
        };
        Ok(Forecast {
            instants: (start..).take(steps).map(|step| grid.at(step)).collect(),
            quantiles: quantiles.iter().map(|quantile| (*quantile, at(*quantile))).collect(),
            values,
        })
    }

    /// The regressors after the series' end, `NaN` where nothing is asked for.
    fn known(
        &self,
        series: &SeriesModel,
        request: &ForecastRequest,
        gap: usize,
        steps: usize,
    ) -> Result<Vec<Vec<f64>>, ForecastError> {
        let names = &self.setting.regressors;
        if let Some(other) = request.regressors.keys().find(|name| !names.contains(name)) {
            return Err(ForecastError::UnknownRegressor(other.clone()));
        }
        if !series.model.reads_regressors() {
            return Ok(vec![Vec::new(); names.len()]);
        }
        let of = |name: &String| {
            let given = request.regressors.get(name).map_or(&[][..], Vec::as_slice);
            if given.len() != steps {
                let found = given.len();
                return Err(ForecastError::Regressor { name: name.clone(), steps, found });
            }
            let mut values = vec![f64::NAN; gap];
            values.extend(given);
            Ok(values)
        };
        names.iter().map(of).collect()
    }
}

impl SeriesModel {
    /// What was chosen for the series.
    pub(crate) fn chosen(&self) -> Chosen {
        Chosen {
            learner: self.learner,
            weights: self.model.weights(),
            spread: self.spread.clone(),
            score: self.score,
            unfinished: self.unfinished,
        }
    }
}
