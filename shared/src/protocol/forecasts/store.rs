//! The book's contract: a store by its number, answered as AWS Forecast does.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{ForecastingVersion, instant, refused};
use crate::forecasting::{ForecastRequest, quantiles};
use crate::protocol::kind::Kind;
use crate::protocol::problem::Problem;

/// A request for a store.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreRequest {
    /// The store, whose number is the series' key.
    pub store_number: i64,
    /// From when on; the step after what is known where it is absent.
    #[serde(default)]
    pub forecast_start_date: Option<String>,
}

/// What it is answered, and how many steps are forecast.
pub(super) fn answer(
    by: ForecastingVersion<'_>,
    asked: &StoreRequest,
) -> Result<(Value, usize), Problem> {
    let ForecastingVersion { model, forecaster, .. } = by;
    let StoreRequest { store_number, forecast_start_date } = asked;
    let start = instant("forecast_start_date", forecast_start_date.as_deref())?;
    if forecaster.keys.len() != 1 {
        let keys = forecaster.keys.join(", ");
        let words = format!(
            "model `{model}` does not know its series by a store's number but by [{keys}]: ask \
             POST /models/{model}/forecast"
        );
        return Err(Problem::new(Kind::SchemaMismatch, words));
    }
    let asked = ForecastRequest {
        key: vec![store_number.to_string()],
        start,
        ..ForecastRequest::default()
    };
    let forecast = forecaster.forecast(&asked).map_err(|error| refused(&error))?;
    let predictions: Map<String, Value> = forecast
        .quantiles
        .iter()
        .map(|(quantile, values)| {
            let pairs = forecast.instants.iter().zip(values);
            let points: Vec<Value> =
                pairs.map(|(at, value)| json!({"Timestamp": civil(*at), "Value": value})).collect();
            (quantiles::name(*quantile), Value::from(points))
        })
        .collect();
    let answer = json!({
        "store_number": store_number,
        "result": {"Forecast": {"Predictions": predictions}},
    });
    Ok((answer, forecast.values.len()))
}

/// An instant as AWS Forecast writes it: without a zone.
fn civil(at: i64) -> String {
    Timestamp::from_second(at).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
