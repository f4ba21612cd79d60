//! What there is to ask: models, versions, and what they say about themselves.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Response;
use model_factory::name::{Alias, ModelName, Reference};
use model_factory::protocol::Limits;
use model_factory::protocol::oip::metadata::{
    IndexEntry, IndexRequest, ModelMetadata, ModelReady, ModelState,
};
use model_factory::protocol::problem::{Kind, Problem};
use model_factory::registry::Pinned;
use model_factory::serving::{ServedModel, Unusable};
use serde_json::json;

use crate::answer::{self, MODEL_VERSION};
use crate::ports::{Ports, unavailable};

/// The version of the server.
pub(crate) const SERVER_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A model's inputs, outputs and properties.
pub(crate) async fn metadata(
    ports: &Ports,
    model: ModelName,
    reference: &Reference,
) -> Result<Response<Bytes>, Problem> {
    let served = ports.model(&model, reference).await?;
    let versions = ports.registry.versions(&model).await.map_err(unavailable)?;
    let manifest = &served.manifest;
    let version = served.version.to_string();
    let mut properties = BTreeMap::from([
        ("task".to_owned(), manifest.task().to_owned()),
        ("learner".to_owned(), learner(&served).to_owned()),
        ("options".to_owned(), served.options().join(" ")),
        ("version".to_owned(), version.clone()),
    ]);
    if let Some(target) = &manifest.schema.target {
        properties.insert("target".to_owned(), target.clone());
    }
    let versions = versions.iter().map(|record| record.version);
    let metadata = ModelMetadata::new(model, versions, &manifest.schema, properties);
    let mut response = answer::json(&metadata)?;
    answer::set(&mut response, MODEL_VERSION, &version);
    Ok(response)
}

/// The learner's name; series have one each.
fn learner(served: &ServedModel) -> &'static str {
    let candidate = served.manifest.candidate.as_ref();
    candidate.map_or("series", |candidate| candidate.learner.kind().name())
}

/// Whether a model can answer.
pub(crate) async fn ready(
    ports: &Ports,
    model: ModelName,
    reference: &Reference,
) -> Result<Response<Bytes>, Problem> {
    let version = ports.model(&model, reference).await?.version;
    let mut response = answer::json(&ModelReady { name: model, ready: true })?;
    answer::set(&mut response, MODEL_VERSION, &version.to_string());
    Ok(response)
}

/// The same in the words of the scoring protocol: a line feed where a model can answer.
pub(crate) async fn ping(
    ports: &Ports,
    model: &ModelName,
    reference: &Reference,
) -> Result<Response<Bytes>, Problem> {
    let version = ports.model(model, reference).await?.version;
    let mut response = answer::bytes("\n");
    answer::set(&mut response, MODEL_VERSION, &version.to_string());
    Ok(response)
}

/// The server's version, where a model can answer.
pub(crate) async fn server_version(
    ports: &Ports,
    model: &ModelName,
    reference: &Reference,
) -> Result<Response<Bytes>, Problem> {
    let mut response = ping(ports, model, reference).await?;
    *response.body_mut() = Bytes::from_static(SERVER_VERSION.as_bytes());
    Ok(response)
}

/// All versions of all models, and which of them cannot answer.
pub(crate) async fn index(
    ports: &Ports,
    body: &[u8],
    limits: &Limits,
) -> Result<Response<Bytes>, Problem> {
    let request = IndexRequest::read(body, limits).map_err(|error| Problem::from(&error))?;
    let mut entries = Vec::new();
    for name in ports.registry.models().await.map_err(unavailable)? {
        let versions = ports.registry.versions(&name).await.map_err(unavailable)?;
        let pinned: Vec<Pinned> = versions
            .into_iter()
            .map(|it| Pinned { version: it.version, artifact: it.registered.artifact })
            .collect();
        let unusable = ports.models.unusable(&name, &pinned).await.map_err(unavailable)?;
        entries.extend(pinned.iter().zip(unusable).map(|(pinned, unusable)| {
            let (state, reason) = match unusable {
                None => (ModelState::Ready, ""),
                Some(Unusable::Damaged) => (ModelState::Unavailable, "its artifact is damaged"),
                Some(Unusable::Gone) => (ModelState::Unavailable, "its artifact is gone"),
            };
            let (version, reason) = (pinned.version.to_string(), reason.to_owned());
            IndexEntry { name: name.clone(), version, state, reason }
        }));
    }
    entries.retain(|entry| !request.ready || entry.state == ModelState::Ready);
    answer::json(&entries)
}

/// All models; a problem when there is none.
async fn registered(ports: &Ports) -> Result<Vec<ModelName>, Problem> {
    let models = ports.registry.models().await.map_err(unavailable)?;
    match models.is_empty() {
        false => Ok(models),
        true => Err(Problem::new(Kind::UnknownModel, "no model is registered yet")),
    }
}

/// Who answers where no model is named.
enum Nameless {
    /// The model that is set, else the only one.
    One(ModelName),
    /// Nobody: there are so many.
    Several(usize),
}

async fn nameless(ports: &Ports) -> Result<Nameless, Problem> {
    if let Some(model) = &ports.model {
        return Ok(Nameless::One(model.clone()));
    }
    let mut models = registered(ports).await?;
    let count = models.len();
    let only = models.pop().filter(|_| count == 1);
    Ok(only.map_or(Nameless::Several(count), Nameless::One))
}

/// The model that answers where none is named.
pub(crate) async fn only_model(ports: &Ports) -> Result<ModelName, Problem> {
    match nameless(ports).await? {
        Nameless::One(model) => Ok(model),
        Nameless::Several(count) => Err(Problem::new(
            Kind::UnknownModel,
            format!(
                "there are {count} models: name one with /models/{{model}}/invocations, or set \
                 MODEL_FACTORY_MODEL"
            ),
        )),
    }
}

/// Whether the model that needs no name can answer; with several, that they can be asked by name.
pub(crate) async fn ping_nameless(ports: &Ports) -> Result<Response<Bytes>, Problem> {
    match nameless(ports).await? {
        Nameless::One(model) => ping(ports, &model, &Reference::default()).await,
        Nameless::Several(_) => Ok(answer::bytes("\n")),
    }
}

/// The model that the book's routes `/forecast` and `/train` speak of: the one that is set,
/// else the only one whose champion forecasts series. `route` is the one that is asked.
pub(crate) async fn forecast_model(ports: &Ports, route: &str) -> Result<ModelName, Problem> {
    if let Some(model) = &ports.forecast_model {
        return Ok(model.clone());
    }
    let mut forecasting = Vec::new();
    for model in registered(ports).await? {
        // One that cannot be loaded may be of any kind.
        let served = ports.models.get(&model, &Reference::default()).await;
        if served.is_ok_and(|served| served.forecaster().is_some()) {
            forecasting.push(model);
        }
    }
    match (forecasting.pop(), forecasting.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => Err(Problem::new(Kind::UnknownModel, "no model forecasts series yet")),
        (Some(_), others) => Err(Problem::new(
            Kind::UnknownModel,
            format!(
                "{} models forecast series: name one with /models/{{model}}/{route}, or set \
                 MODEL_FACTORY_FORECAST_MODEL (`up --forecast-model` here)",
                others + 1
            ),
        )),
    }
}

/// All models with their champions.
pub(crate) async fn models(ports: &Ports) -> Result<Response<Bytes>, Problem> {
    let mut models = Vec::new();
    for model in ports.registry.models().await.map_err(unavailable)? {
        let versions = ports.registry.versions(&model).await.map_err(unavailable)?;
        let alias = ports.registry.alias(&model, &Alias::champion()).await.map_err(unavailable)?;
        let champion = alias.and_then(|alias| {
            versions.iter().find(|record| record.version == alias.version).map(|record| {
                json!({
                    "version": record.version,
                    "learner": record.learner,
                    "metric": record.metric,
                    "metrics": record.metrics,
                    "dataset": record.dataset,
                    "created_at": record.created_at,
                })
            })
        });
        models.push(json!({"name": model, "versions": versions.len(), "champion": champion}));
    }
    answer::json(&json!({"models": models}))
}
