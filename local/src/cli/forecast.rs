//! `forecast`: what comes next in a series, by the code that serves.

use std::collections::BTreeMap;

use clap::Args;
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::forecasts::{
    ForecastingVersion, Key, SeriesAnswer, SeriesRequest, of_rows,
};
use model_factory::protocol::problem::{InvalidParam, Problem};
use model_factory::serving::ServedModel;

use super::output::{Output, say_json};
use crate::client::Client;
use crate::error::CliError;
use crate::terminal::{say, tables};

#[derive(Debug, Args)]
pub(super) struct Forecast {
    /// The model's name
    model: ModelName,
    /// Which series, by the value of a key column such as store=1; given for each of them
    #[arg(long = "series", value_name = "COLUMN=VALUE", value_parser = pair)]
    series: Vec<(String, String)>,
    /// From when on, such as 2015-08-03 [default: the step after the last known value]
    #[arg(long, value_name = "TIME")]
    start: Option<String>,
    /// How many steps [default: the spec's horizon]
    #[arg(long, value_name = "STEPS")]
    horizon: Option<usize>,
    /// A quantile between 0 and 1; may be given more than once [default: those of the spec]
    #[arg(long = "quantile", value_name = "SHARE")]
    quantiles: Vec<f64>,
    /// What is known ahead, one value a step, such as promo=0,0,1
    #[arg(long = "regressor", value_name = "COLUMN=VALUES", value_parser = known)]
    regressors: Vec<(String, Vec<f64>)>,
    /// The version or alias that forecasts
    #[arg(long, value_name = "VERSION", default_value_t)]
    version: Reference,
    #[command(flatten)]
    output: Output,
}

impl Forecast {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let served = ServedModel::load(&client.artifact(&self.model, &self.version).await?)?;
        let keys = self.series.into_iter().map(|(column, value)| (column, Key::Text(value)));
        let asked = SeriesRequest {
            series: keys.collect(),
            start: self.start,
            horizon: self.horizon,
            quantiles: self.quantiles,
            regressors: self.regressors.into_iter().collect::<BTreeMap<_, _>>(),
        };
        let forecaster = served.forecaster().ok_or_else(|| refused(of_rows(&self.model)))?;
        let by = ForecastingVersion { model: &self.model, version: served.version, forecaster };
        let forecast = SeriesAnswer::of(by, asked).map_err(refused)?;
        if self.output.is_json() {
            return say_json(&forecast);
        }
        say(tables::forecast(&forecast).to_string())?;
        let learner = forecast.learner.map_or("no learner", |learner| learner.name());
        say(format!("{learner}, by version {} of `{}`", forecast.version, forecast.model))
    }
}

/// A problem as the route would tell it.
fn refused(problem: Problem) -> CliError {
    let params = problem.invalid_params.iter();
    let params = params.map(|InvalidParam { name, reason }| format!("; `{name}` {reason}"));
    CliError::Training(problem.detail.clone() + &params.collect::<String>())
}

/// Reads `column=value`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, value)) if !column.trim().is_empty() => {
            Ok((column.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!("`{text}` names no series: write column=value")),
    }
}

/// Reads `column=1,2,3`.
fn known(text: &str) -> Result<(String, Vec<f64>), String> {
    let (column, values) = pair(text)?;
    let values = values.split(',').map(|value| value.trim().parse::<f64>());
    let values: Result<Vec<f64>, _> = values.collect();
    values.map(|values| (column, values)).map_err(|error| format!("`{text}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_values_or_are_refused_in_words() {
        assert_eq!(pair("store = 1"), Ok(("store".to_owned(), "1".to_owned())));
        assert_eq!(known("promo=0,1.5"), Ok(("promo".to_owned(), vec![0.0, 1.5])));
        assert!(pair("store").unwrap_err().contains("write column=value"));
        assert!(known("promo=0,much").unwrap_err().contains("invalid float"));
    }
}
