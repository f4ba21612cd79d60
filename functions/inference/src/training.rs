//! Trainings that are asked for by HTTP: passed on as an event, and told of.
//!
//! A request is noted in the folder of the model's runs. While the run that it set off has
//! not ended, others are refused; the event's id follows from the champion and the request
//! before, so that two that come at once set off one run.

use bytes::Bytes;
use http::header::LOCATION;
use http::{Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use model_factory::date;
use model_factory::events::{Event, EventKind, run_of_event};
use model_factory::name::{Alias, ModelName, Reference};
use model_factory::protocol::Limits;
use model_factory::protocol::problem::{Kind, Problem};
use model_factory::registry::VersionRecord;
use model_factory::storage::keys;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer;
use crate::catalogue;
use crate::ports::{Ports, unavailable};

/// How old a champion must be where its spec does not say: as the book has it.
const MIN_AGE: SignedDuration = SignedDuration::from_hours(48);

/// After so long without an end a run does not stand in the way of others any more: longer
/// than a function may run and its event be tried again.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// A request for a training of a store's model, in the words of the book.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfStore {
    store_number: i64,
    /// When it is asked for; noted only.
    #[serde(default)]
    train_request_date: Option<String>,
    /// Whether it is trained however young the champion is.
    #[serde(default)]
    force: bool,
}

/// A request for a training.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wish {
    /// Whether it is trained however young the champion is.
    force: bool,
    /// The key of the data set; the newest one where it is absent.
    dataset: Option<String>,
    /// Why.
    reason: Option<String>,
}

/// What was asked for last, as it is noted in the folder of the model's runs.
#[derive(Debug, Serialize, Deserialize)]
pub struct Requested {
    /// The run that is set off.
    pub run: String,
    /// When it was asked for.
    pub at: Timestamp,
}

/// Trainings are not for those who ask for predictions.
pub(crate) fn not_here() -> Problem {
    Problem::new(
        Kind::Forbidden,
        "trainings cannot be asked for or followed by HTTP here: upload a data set, or deploy with \
         TrainingByApi=yes (MODEL_FACTORY_TRAINING_BY_API)",
    )
}

/// Asks for a training of the model of stores. All series of a model are trained together.
pub(crate) async fn of_store(
    ports: &Ports,
    limits: &Limits,
    request: &Request<Bytes>,
) -> Result<Response<Bytes>, Problem> {
    let OfStore { store_number, train_request_date, force } = answer::read(request.body(), limits)?;
    if let Some(text) = train_request_date.as_ref().filter(|text| date::parse(text).is_none()) {
        let words =
            format!("`train_request_date` is `{text}`, which is no date such as 2024-05-20");
        return Err(Problem::new(Kind::SchemaMismatch, words));
    }
    let model = catalogue::forecast_model(ports, "train").await?;
    let served = ports.model(&model, &Reference::default()).await?;
    let key = [store_number.to_string()];
    if served.forecaster().is_none_or(|forecaster| forecaster.find(&key).is_none()) {
        let words = format!("model `{model}` has no series of store {store_number}");
        return Err(Problem::new(Kind::UnknownSeries, words));
    }
    let on = train_request_date.map(|date| format!(" on {date}")).unwrap_or_default();
    let reason = Some(format!("asked for by the API for store {store_number}{on}"));
    accept(ports, model, Wish { force, dataset: None, reason }).await
}

/// Asks for a training of a model.
pub(crate) async fn ask(
    ports: &Ports,
    limits: &Limits,
    model: ModelName,
    request: &Request<Bytes>,
) -> Result<Response<Bytes>, Problem> {
    let wish = match request.body().is_empty() {
        true => Wish::default(),
        false => answer::read(request.body(), limits)?,
    };
    if let Some(key) = &wish.dataset
        && keys::model_of_dataset(key).ok().as_ref() != Some(&model)
    {
        let words = format!("`dataset` is `{key}`, which does not lie in datasets/{model}/");
        return Err(Problem::new(Kind::SchemaMismatch, words));
    }
    accept(ports, model, wish).await
}

/// How a run is getting on.
pub(crate) async fn run(
    ports: &Ports,
    model: &ModelName,
    run: &str,
) -> Result<Response<Bytes>, Problem> {
    let status = match look(ports, model, run, "run.json").await? {
        Some(record) => {
            let status = match record.get("outcome").and_then(Value::as_str) {
                Some("registered") => "succeeded",
                Some("rejected") => "rejected",
                Some("skipped" | "superseded") => "skipped",
                _ => "failed",
            };
            (status, record)
        }
        None => match look(ports, model, run, "progress.json").await? {
            Some(progress) => ("running", progress),
            None => match requested(ports, model).await? {
                Some(requested) if requested.run == run => ("queued", Value::Null),
                _ => {
                    let words = format!("model `{model}` has no run `{run}`");
                    return Err(Problem::new(Kind::UnknownRun, words));
                }
            },
        },
    };
    let (status, detail) = status;
    let body = json!({
        "job": format!("{model}.{run}"),
        "model": model,
        "run": run,
        "status": status,
        "detail": detail,
    });
    answer::json(&body)
}

/// Publishes the wish, unless a training is on its way or the champion too young.
async fn accept(ports: &Ports, model: ModelName, wish: Wish) -> Result<Response<Bytes>, Problem> {
    let now = ports.clock.now();
    let champion = champion(ports, &model).await?;
    let before = requested(ports, &model).await?;
    if let Some(Requested { run, at }) = &before
        && now.duration_since(*at) < PATIENCE
        && look(ports, &model, run, "run.json").await?.is_none()
    {
        let words =
            format!("a training of model `{model}` is on its way: see /models/{model}/runs/{run}");
        return Err(Problem::new(Kind::AlreadyTraining, words));
    }
    if !wish.force {
        old_enough(ports, &model, &champion, now).await?;
    }
    let last = before.map(|requested| requested.run).unwrap_or_default();
    let id = format!("api/{model}/{}/{last}", champion.version);
    let run = run_of_event(&model, &id);
    let event = Event {
        id,
        kind: EventKind::RetrainRequested,
        subject: model.to_string(),
        time: now,
        data: json!({
            "model": model,
            "dataset": wish.dataset,
            "reason": wish.reason.as_deref().unwrap_or("asked for by the API"),
            "force": wish.force,
        }),
    };
    ports.events.publish(&[event]).await.map_err(unavailable)?;
    let noted = serde_json::to_vec(&Requested { run: run.clone(), at: now })
        .map_err(|_| Problem::new(Kind::Internal, "the request cannot be noted"))?;
    let key = keys::run_request(&model);
    ports.objects.put(&key, keys::JSON, noted.into()).await.map_err(unavailable)?;
    let location = format!("/models/{model}/runs/{run}");
    let body = json!({
        "job": format!("{model}.{run}"),
        "model": model,
        "run": run,
        "status": "queued",
        "location": location,
    });
    let mut response = answer::json(&body)?;
    *response.status_mut() = StatusCode::ACCEPTED;
    answer::set(&mut response, LOCATION, &location);
    Ok(response)
}

/// The champion's record.
async fn champion(ports: &Ports, model: &ModelName) -> Result<VersionRecord, Problem> {
    let unknown = || {
        let words = format!("model `{model}` has no champion: upload a data set first");
        Problem::new(Kind::UnknownModel, words)
    };
    let alias = ports.registry.alias(model, &Alias::champion()).await.map_err(unavailable)?;
    let version = alias.ok_or_else(unknown)?.version;
    let record = ports.registry.version(model, version).await.map_err(unavailable)?;
    record.ok_or_else(unknown)
}

/// Refuses to replace a champion that is younger than its spec, or else the book, asks for.
async fn old_enough(
    ports: &Ports,
    model: &ModelName,
    champion: &VersionRecord,
    now: Timestamp,
) -> Result<(), Problem> {
    let served = ports.model(model, &Reference::default()).await?;
    let least = served.manifest.spec.training.min_age.map_or(MIN_AGE, |age| age.get());
    let age = now.duration_since(champion.created_at);
    if age >= least {
        return Ok(());
    }
    let words = format!(
        "the champion of `{model}`, version {}, is {:#} old, younger than {:#}: ask with \
         `\"force\": true` to train it all the same",
        champion.version,
        age.round(jiff::Unit::Second).unwrap_or(age),
        least
    );
    Err(Problem::new(Kind::TooYoung, words))
}

async fn requested(ports: &Ports, model: &ModelName) -> Result<Option<Requested>, Problem> {
    let object = ports.runs.get(&keys::run_request(model)).await.map_err(unavailable)?;
    // What cannot be read was not written here, and stands in nobody's way.
    Ok(object.and_then(|object| serde_json::from_slice(&object.bytes).ok()))
}

/// What a run has written down in a file.
async fn look(
    ports: &Ports,
    model: &ModelName,
    run: &str,
    file: &str,
) -> Result<Option<Value>, Problem> {
    let object = ports.runs.get(&keys::run(model, run, file)).await.map_err(unavailable)?;
    Ok(object.and_then(|object| serde_json::from_slice(&object.bytes).ok()))
}
