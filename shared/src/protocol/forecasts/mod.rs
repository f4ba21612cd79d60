//! The contracts in which forecasts are asked for: of any series by its keys, and of a store
//! in the words of the book, which are those of AWS Forecast.

mod series;
mod store;
mod told;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use series::{Key, SeriesAnswer, SeriesRequest};
pub use store::StoreRequest;
pub use told::Told;

use super::error::ProtocolError;
use super::json::read_json;
use super::kind::Kind;
use super::limits::Limits;
use super::problem::Problem;
use crate::date;
use crate::forecasting::{ForecastError, Forecaster};
use crate::name::{ModelName, Version};

/// The contracts in which forecasts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ForecastProtocol {
    /// Of a series of any model, by its keys.
    #[serde(rename = "forecast")]
    Series,
    /// Of a store, by its number.
    #[serde(rename = "store-forecast")]
    Store,
}

/// A request for a forecast.
#[derive(Debug)]
pub enum ForecastRequest {
    /// Of a series.
    Series(SeriesRequest),
    /// Of a store.
    Store(StoreRequest),
}

/// The version that forecasts.
#[derive(Debug, Clone, Copy)]
pub struct ForecastingVersion<'a> {
    /// The model.
    pub model: &'a ModelName,
    /// The version.
    pub version: Version,
    /// The models of its series.
    pub forecaster: &'a Forecaster,
}

/// A forecast, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecasted {
    /// The body of the answer: JSON.
    pub body: Vec<u8>,
    /// How many steps are forecast.
    pub steps: usize,
}

impl ForecastProtocol {
    /// Reads a request. That of a series may be empty, as a model of one series needs no key.
    ///
    /// # Errors
    /// When the body cannot be read or exceeds the limits.
    pub fn decode(self, body: &[u8], limits: &Limits) -> Result<ForecastRequest, ProtocolError> {
        Ok(match self {
            Self::Series if body.is_empty() => ForecastRequest::Series(SeriesRequest::default()),
            Self::Series => ForecastRequest::Series(self.read(body, limits)?),
            Self::Store => ForecastRequest::Store(self.read(body, limits)?),
        })
    }

    fn read<T: DeserializeOwned>(self, body: &[u8], limits: &Limits) -> Result<T, ProtocolError> {
        let name = match self {
            Self::Series => "forecasts of series",
            Self::Store => "forecasts of stores",
        };
        read_json(name, body, limits)
    }
}

impl ForecastRequest {
    /// The answer of a version.
    ///
    /// # Errors
    /// When the version has no such series, or cannot forecast what is asked for.
    pub fn answer(self, by: ForecastingVersion<'_>) -> Result<Forecasted, Problem> {
        match self {
            Self::Series(request) => {
                let answer = SeriesAnswer::of(by, request)?;
                written(&answer, answer.values.len())
            }
            Self::Store(request) => {
                let (answer, steps) = store::answer(by, &request)?;
                written(&answer, steps)
            }
        }
    }
}

/// The problem of a model that is asked for a forecast, and answers for rows.
#[must_use]
pub fn of_rows(model: &ModelName) -> Problem {
    let words = format!("model `{model}` answers for rows, and forecasts no series");
    Problem::new(Kind::SchemaMismatch, words)
}

fn written(answer: &impl Serialize, steps: usize) -> Result<Forecasted, Problem> {
    let body = serde_json::to_vec(answer).map_err(ProtocolError::Answer);
    Ok(Forecasted { body: body.map_err(|error| Problem::from(&error))?, steps })
}

/// A date or instant of a request, in seconds since 1970.
fn instant(member: &str, text: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match date::parse(text) {
        Some(seconds) => Ok(Some(seconds.floor() as i64)),
        None => Err(Problem::new(
            Kind::SchemaMismatch,
            format!(
                "`{member}` is `{text}`, which is no date: write 2024-05-20, or \
                 2024-05-20T13:00:00Z"
            ),
        )),
    }
}

fn refused(error: &ForecastError) -> Problem {
    let kind = match error {
        ForecastError::UnknownSeries(_) => Kind::UnknownSeries,
        ForecastError::NotANumber => Kind::Internal,
        _ => Kind::SchemaMismatch,
    };
    Problem::new(kind, error.to_string())
}
