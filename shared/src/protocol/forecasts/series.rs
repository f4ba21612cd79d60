//! The contract of a series: its keys, and all that a forecast can be asked for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::{ForecastingVersion, instant, refused};
use crate::forecasting::{Forecast, ForecastRequest, Forecaster, quantiles};
use crate::name::{ModelName, Version};
use crate::protocol::kind::Kind;
use crate::protocol::problem::{InvalidParam, Problem};
use crate::spec::{ForecasterKind, Frequency};

/// A request for a series.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeriesRequest {
    /// The value of each key column.
    pub series: BTreeMap<String, Key>,
    /// From when on; the step after what is known where it is absent.
    pub start: Option<String>,
    /// How many steps; the spec's horizon where it is absent.
    pub horizon: Option<usize>,
    /// Which quantiles, between 0 and 1; those of the spec where there are none.
    pub quantiles: Vec<f64>,
    /// What is known ahead: one value a step, by column.
    pub regressors: BTreeMap<String, Vec<f64>>,
}

/// A value of a key column: a text, or a number as training writes it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
    /// A boolean.
    Truth(bool),
}

impl Key {
    /// As training reads the value from a table: booleans are 0 and 1 there.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.as_f64().unwrap_or_default().to_string(),
            Self::Truth(truth) => u8::from(*truth).to_string(),
        }
    }
}

/// What a request for a series is answered.
#[derive(Debug, Serialize)]
pub struct SeriesAnswer {
    /// The model.
    pub model: ModelName,
    /// The version that answers.
    pub version: Version,
    /// The series, by its keys.
    pub series: Map<String, Value>,
    /// The learner that was chosen for it.
    pub learner: Option<ForecasterKind>,
    /// The step from one instant to the next.
    pub frequency: Frequency,
    /// The share of the last horizon that lay between the outermost quantiles.
    pub coverage: Option<f64>,
    /// The instants that are forecast.
    pub timestamps: Vec<Timestamp>,
    /// What is expected at each.
    pub values: Vec<f64>,
    /// Its quantiles at each, by name.
    pub quantiles: Map<String, Value>,
}

impl SeriesAnswer {
    /// The answer of a version.
    ///
    /// # Errors
    /// When the version has no series of that name, or cannot forecast what is asked for.
    pub fn of(by: ForecastingVersion<'_>, asked: SeriesRequest) -> Result<Self, Problem> {
        let ForecastingVersion { model, version, forecaster } = by;
        let start = instant("start", asked.start.as_deref())?;
        let asked = ForecastRequest {
            key: key(forecaster, &asked.series)?,
            start,
            steps: asked.horizon,
            quantiles: asked.quantiles,
            regressors: asked.regressors,
        };
        let forecast = forecaster.forecast(&asked).map_err(|error| refused(&error))?;
        let Forecast { instants, values, quantiles } = forecast;
        let found = forecaster.find(&asked.key);
        let keys = forecaster.keys.iter().cloned();
        let quantiles = quantiles.into_iter();
        Ok(Self {
            model: model.clone(),
            version,
            learner: found.map(|series| series.learner),
            frequency: forecaster.setting.grid.frequency,
            coverage: found.and_then(|series| series.coverage),
            series: keys.zip(asked.key.into_iter().map(Value::from)).collect(),
            timestamps: instants
                .into_iter()
                .map(|at| Timestamp::from_second(at).unwrap_or_default())
                .collect(),
            values,
            quantiles: quantiles
                .map(|(quantile, values)| (quantiles::name(quantile), values.into()))
                .collect(),
        })
    }
}

/// The key of a series from the value of each key column.
fn key(forecaster: &Forecaster, given: &BTreeMap<String, Key>) -> Result<Vec<String>, Problem> {
    let keys = &forecaster.keys;
    let wrong = |name: &String, reason: &str| InvalidParam {
        name: name.clone(),
        reason: reason.to_owned(),
    };
    let missing = keys.iter().filter(|name| !given.contains_key(*name));
    let others = given.keys().filter(|name| !keys.contains(name));
    let mut problem = Problem::new(
        Kind::SchemaMismatch,
        format!("`series` must name one of the model's series by [{}]", keys.join(", ")),
    );
    problem.invalid_params = missing
        .map(|name| wrong(name, "is missing in `series`"))
        .chain(others.map(|name| wrong(name, "does not name the model's series")))
        .collect();
    match problem.invalid_params.is_empty() {
        true => Ok(keys.iter().filter_map(|name| given.get(name)).map(Key::text).collect()),
        false => Err(problem),
    }
}
