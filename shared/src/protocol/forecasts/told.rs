//! What an answer has told, read again.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::ForecastProtocol;
use crate::date;
use crate::forecasting::quantiles;
use crate::spec::Frequency;

/// The quantile that stands for the forecast where an answer tells quantiles only.
const MEDIAN: f64 = 0.5;

/// A forecast as an answer told it. What was kept out of a captured one is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The values of the key columns, in the order in which they are asked for.
    pub series: Option<Vec<String>>,
    /// The instants, in seconds since 1970.
    pub instants: Option<Vec<i64>>,
    /// What is expected at each.
    pub values: Option<Vec<f64>>,
    /// Each quantile that is told, with its values.
    pub quantiles: Vec<(f64, Vec<f64>)>,
    /// How many steps are forecast.
    pub steps: usize,
    /// The time from one to the next, where the answer tells it.
    pub frequency: Option<Frequency>,
}

#[derive(Deserialize)]
struct OfSeries {
    #[serde(default)]
    series: BTreeMap<String, Value>,
    #[serde(default)]
    timestamps: Option<Vec<String>>,
    values: Vec<f64>,
    quantiles: BTreeMap<String, Vec<f64>>,
    #[serde(default)]
    frequency: Option<Frequency>,
}

#[derive(Deserialize)]
struct OfStore {
    #[serde(default)]
    store_number: Option<Value>,
    result: Outcome,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Outcome {
    forecast: Predicted,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Predicted {
    predictions: BTreeMap<String, Vec<Point>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Point {
    #[serde(default)]
    timestamp: Option<String>,
    value: f64,
}

impl ForecastProtocol {
    /// Reads an answer of a model whose series are named by the columns `keys`.
    ///
    /// # Errors
    /// When it is no answer of this contract, or tells quantiles of another number of steps.
    pub fn read_answer(self, answer: &[u8], keys: &[String]) -> serde_json::Result<Told> {
        let told = match self {
            Self::Series => of_series(serde_json::from_slice(answer)?, keys),
            Self::Store => of_store(serde_json::from_slice(answer)?),
        };
        let of_steps = |length: usize| length == told.steps;
        let even = told.quantiles.iter().all(|(_, values)| of_steps(values.len()))
            && told.instants.as_ref().is_none_or(|instants| of_steps(instants.len()));
        match even {
            true => Ok(told),
            false => Err(serde::de::Error::custom("it tells lists of different lengths")),
        }
    }
}

fn of_series(told: OfSeries, keys: &[String]) -> Told {
    let OfSeries { series, timestamps, values, quantiles, frequency } = told;
    Told {
        series: keys.iter().map(|key| series.get(key).and_then(text)).collect(),
        instants: timestamps.and_then(|texts| texts.iter().map(|text| instant(text)).collect()),
        quantiles: quantiles
            .into_iter()
            .filter_map(|(name, values)| Some((quantiles::of_name(&name)?, values)))
            .collect(),
        steps: values.len(),
        values: Some(values),
        frequency,
    }
}

fn of_store(OfStore { store_number, result }: OfStore) -> Told {
    let predictions = result.forecast.predictions;
    let first = predictions.values().next();
    let instants = first.and_then(|points| {
        points.iter().map(|point| point.timestamp.as_deref().and_then(instant)).collect()
    });
    let steps = first.map_or(0, Vec::len);
    let quantiles: Vec<(f64, Vec<f64>)> = predictions
        .into_iter()
        .filter_map(|(name, points)| {
            let values = points.into_iter().map(|point| point.value).collect();
            Some((quantiles::of_name(&name)?, values))
        })
        .collect();
    let median = quantiles.iter().find(|(quantile, _)| *quantile == MEDIAN);
    Told {
        series: store_number.as_ref().and_then(text).map(|number| vec![number]),
        instants,
        values: median.map(|(_, values)| values.clone()),
        quantiles,
        steps,
        frequency: None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn instant(text: &str) -> Option<i64> {
    date::parse(text).map(|seconds| seconds.floor() as i64)
}
