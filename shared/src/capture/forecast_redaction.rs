//! Keeps the values of sensitive columns out of what is captured of a forecast.

use serde_json::{Map, Value};

use super::redaction::hash;
use crate::date;
use crate::forecasting::Forecaster;
use crate::json::{with_nulls, without_mark};
use crate::name::ModelName;
use crate::protocol::ForecastProtocol;
use crate::protocol::forecasts::Key;
use crate::spec::Capture;

/// What an answer tells of its series by what is known of that alone.
const OF_SERIES: [&str; 2] = ["learner", "coverage"];

/// A request for a forecast and its answer again, without the values of columns that are
/// dropped, and with the hashes of those that are hashed: of key columns, of regressors, and of
/// the instants where it is the time column that is hidden.
///
/// # Errors
/// When one of them is not JSON, as those of each exchange that was answered are.
pub fn redact_forecast(
    protocol: ForecastProtocol,
    (request, answer): (&[u8], &[u8]),
    forecaster: &Forecaster,
    model: &ModelName,
    capture: &Capture,
) -> serde_json::Result<(Vec<u8>, Vec<u8>)> {
    let hiding = Hiding { model, capture };
    let mut request: Value = match without_mark(request) {
        [] => Value::Object(Map::new()),
        body => {
            let body = with_nulls(body).map_err(serde::de::Error::custom)?;
            serde_json::from_slice(&body)?
        }
    };
    let mut answer: Value = serde_json::from_slice(answer)?;
    let Forecaster { keys, time, setting, .. } = forecaster;
    match protocol {
        ForecastProtocol::Series => {
            for told in [&mut request, &mut answer] {
                let Some(series) = told.get_mut("series") else { continue };
                keys.iter().for_each(|key| hiding.hide(series, key, key, key_text));
            }
            if let Some(regressors) = request.get_mut("regressors") {
                let names = setting.regressors.iter();
                names.for_each(|name| hiding.hide(regressors, name, name, number_text));
            }
            hiding.hide(&mut request, "start", time, instant_text);
            hiding.hide(&mut answer, "timestamps", time, instant_text);
        }
        ForecastProtocol::Store => {
            for key in keys {
                hiding.hide(&mut request, "store_number", key, key_text);
                hiding.hide(&mut answer, "store_number", key, key_text);
            }
            hiding.hide(&mut request, "forecast_start_date", time, instant_text);
            let predictions = answer.pointer_mut("/result/Forecast/Predictions");
            let quantiles = predictions.and_then(Value::as_object_mut).into_iter();
            let points = quantiles.flat_map(Map::values_mut).filter_map(Value::as_array_mut);
            points.flatten().for_each(|point| hiding.hide(point, "Timestamp", time, instant_text));
        }
    }
    if keys.iter().any(|key| capture.hides(key))
        && let Some(answer) = answer.as_object_mut()
    {
        answer.retain(|name, _| !OF_SERIES.contains(&name.as_str()));
    }
    Ok((serde_json::to_vec(&request)?, serde_json::to_vec(&answer)?))
}

struct Hiding<'a> {
    model: &'a ModelName,
    capture: &'a Capture,
}

impl Hiding<'_> {
    /// Drops or hashes a member whose values are of a column.
    fn hide(
        &self,
        object: &mut Value,
        member: &str,
        column: &str,
        text: fn(&Value) -> Option<String>,
    ) {
        let Some(object) = object.as_object_mut() else { return };
        if self.capture.drop.iter().any(|name| name == column) {
            object.remove(member);
        } else if self.capture.hash.iter().any(|name| name == column)
            && let Some(value) = object.get_mut(member)
        {
            self.hash(value, column, text);
        }
    }

    fn hash(&self, value: &mut Value, column: &str, text: fn(&Value) -> Option<String>) {
        match value {
            Value::Array(values) => {
                values.iter_mut().for_each(|value| self.hash(value, column, text));
            }
            value => {
                *value = text(value)
                    .map_or(Value::Null, |text| Value::from(hash(self.model, column, &text)));
            }
        }
    }
}

/// A key's value as training reads it.
fn key_text(value: &Value) -> Option<String> {
    serde_json::from_value::<Key>(value.clone()).ok().map(|key| key.text())
}

fn number_text(value: &Value) -> Option<String> {
    value.as_f64().map(|number| number.to_string())
}

/// An instant however it is written.
fn instant_text(value: &Value) -> Option<String> {
    value.as_str().and_then(date::parse).map(|seconds| seconds.to_string())
}
