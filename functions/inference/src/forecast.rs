//! Forecasts: of any series by any version, and of a store in the words of the book.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use model_factory::date;
use model_factory::forecasting::{Forecast, ForecastError, ForecastRequest, Forecaster, quantiles};
use model_factory::name::{ModelName, Reference, Version};
use model_factory::protocol::Limits;
use model_factory::protocol::problem::{InvalidParam, Kind, Problem};
use model_factory::serving::{Assigned, ServedModel};
use model_factory::spec::{ForecasterKind, Frequency};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use crate::answer::{self, MODEL_VERSION};
use crate::catalogue;
use crate::invocation::Invocation;
use crate::ports::{Ports, unloaded};
use crate::telemetry::Answerer;

/// A request in the words of the book.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfStore {
    /// The store, whose number is the series' key.
    store_number: i64,
    /// From when on; the step after what is known where it is absent.
    #[serde(default)]
    forecast_start_date: Option<String>,
}

/// A request for a series.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfSeries {
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
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.as_f64().unwrap_or_default().to_string(),
            Self::Truth(truth) => u8::from(*truth).to_string(),
        }
    }
}

/// Forecasts a store by the model that is set, and answers as AWS Forecast does.
pub(crate) async fn of_store(
    ports: &Ports,
    limits: &Limits,
    request: &Request<Bytes>,
    invocation: &Invocation<'_>,
    answerer: &mut Option<Answerer>,
) -> Result<Response<Bytes>, Problem> {
    let OfStore { store_number, forecast_start_date } = answer::read(request.body(), limits)?;
    let start = instant("forecast_start_date", forecast_start_date.as_deref())?;
    let model = catalogue::forecast_model(ports, "forecast").await?;
    let (served, answerer) =
        assigned(ports, &model, &Reference::default(), invocation, answerer).await?;
    let forecaster = forecaster(&model, &served)?;
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
    answerer.rows = forecast.values.len();
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
    let body = json!({
        "store_number": store_number,
        "result": {"Forecast": {"Predictions": predictions}},
    });
    answered(&body, &served)
}

/// Forecasts a series.
pub(crate) async fn of_series(
    ports: &Ports,
    limits: &Limits,
    (model, reference): (ModelName, Reference),
    request: &Request<Bytes>,
    invocation: &Invocation<'_>,
    answerer: &mut Option<Answerer>,
) -> Result<Response<Bytes>, Problem> {
    let asked: OfSeries = match request.body().is_empty() {
        true => OfSeries::default(),
        false => answer::read(request.body(), limits)?,
    };
    let (served, answerer) = assigned(ports, &model, &reference, invocation, answerer).await?;
    let answer = SeriesForecast::of(model, &served, asked)?;
    answerer.rows = answer.values.len();
    answered(&answer, &served)
}

/// What the route of a series answers.
#[derive(Debug, Serialize)]
pub struct SeriesForecast {
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

impl SeriesForecast {
    /// The answer of a version.
    ///
    /// # Errors
    /// When the version forecasts no series, or none of that name, or not what is asked for.
    pub fn of(model: ModelName, served: &ServedModel, asked: OfSeries) -> Result<Self, Problem> {
        let start = instant("start", asked.start.as_deref())?;
        let forecaster = forecaster(&model, served)?;
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
            model,
            version: served.version,
            learner: found.map(|series| series.learner),
            frequency: forecaster.setting.grid.frequency,
            coverage: found.and_then(|series| series.coverage),
            series: keys.zip(asked.key.into_iter().map(Value::from)).collect(),
            timestamps: instants.into_iter().map(timestamp).collect(),
            values,
            quantiles: quantiles
                .map(|(quantile, values)| (quantiles::name(quantile), values.into()))
                .collect(),
        })
    }
}

/// The version that answers, and where to note what it did.
async fn assigned<'a>(
    ports: &Ports,
    model: &ModelName,
    reference: &Reference,
    invocation: &Invocation<'_>,
    answerer: &'a mut Option<Answerer>,
) -> Result<(std::sync::Arc<ServedModel>, &'a mut Answerer), Problem> {
    let assigned = ports.models.assign(model, reference, || invocation.request_id.into()).await;
    let Assigned { model: served, variant, cached, .. } =
        assigned.map_err(|error| unloaded(model, error))?;
    let (model, version) = (model.clone(), served.version);
    let answerer = answerer.insert(Answerer { model, version, variant, cached, rows: 0 });
    Ok((served, answerer))
}

fn forecaster<'a>(model: &ModelName, served: &'a ServedModel) -> Result<&'a Forecaster, Problem> {
    served.forecaster().ok_or_else(|| {
        let words = format!("model `{model}` answers for rows, and forecasts no series");
        Problem::new(Kind::SchemaMismatch, words)
    })
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

fn answered(body: &impl Serialize, served: &ServedModel) -> Result<Response<Bytes>, Problem> {
    let mut response = answer::json(body)?;
    answer::set(&mut response, MODEL_VERSION, &served.version.to_string());
    Ok(response)
}

fn timestamp(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap_or_default()
}

/// An instant as AWS Forecast writes it: without a zone.
fn civil(at: i64) -> String {
    timestamp(at).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
