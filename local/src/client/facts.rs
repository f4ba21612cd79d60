//! What is known of a run as names and values: parameters, metrics, tags.

use std::collections::BTreeMap;

use model_factory::learners::Structure;
use model_factory::name::ModelName;
use model_factory::storage::{ReadObjects, WriteObjects, keys};
use serde::Serialize;
use serde_json::Value;
use training_trigger::record::{
    ImportRecord, RunRecord, SeriesRecord, TrainingRecord, VersionFacts,
};

use super::Client;
use super::runs::{self, Made};
use crate::error::CliError;

/// The file of a run's folder that holds its tags.
const TAGS: &str = "tags.json";

/// Words about a run that people or programs have added.
pub(crate) type Tags = BTreeMap<String, String>;

/// Parameters and metrics by name.
type Told = (BTreeMap<String, String>, BTreeMap<String, f64>);

/// A run with what is known of it.
#[derive(Debug, Serialize)]
pub(crate) struct Facts {
    #[serde(flatten)]
    pub(crate) record: RunRecord,
    /// What it was trained with: of the winner, the data and the spec.
    pub(crate) params: BTreeMap<String, String>,
    /// The winner's metrics on the holdout, and the counts of what it has found without a
    /// target.
    pub(crate) metrics: BTreeMap<String, f64>,
    pub(crate) tags: Tags,
}

impl Facts {
    /// What is known of a run.
    pub(crate) async fn read(client: &Client, record: RunRecord) -> Result<Self, CliError> {
        // What could not be read has no model, and no folder.
        let Ok(model) = record.run.subject.parse::<ModelName>() else {
            let (params, metrics, tags) = Default::default();
            return Ok(Self { record, params, metrics, tags });
        };
        let made = runs::made(client, &model, &record.run.run).await?;
        Self::of(client, record, &model, made.as_ref()).await
    }

    /// The same of a model's run, of which what it made is read already.
    pub(crate) async fn of(
        client: &Client,
        record: RunRecord,
        model: &ModelName,
        made: Option<&Made>,
    ) -> Result<Self, CliError> {
        let (params, metrics) = made.map(told).transpose()?.unwrap_or_default();
        let tags = tags(client, model, &record.run.run).await?;
        Ok(Self { record, params, metrics, tags })
    }
}

/// The tags of a run; none where nobody has added any.
pub(crate) async fn tags(client: &Client, model: &ModelName, run: &str) -> Result<Tags, CliError> {
    match client.bucket.get(&keys::run(model, run, TAGS)).await? {
        Some(object) => Ok(serde_json::from_slice(&object.bytes)?),
        None => Ok(Tags::new()),
    }
}

/// Adds tags to those of a run; one with an empty value is taken off. All tags after that.
pub(crate) async fn tag(
    client: &Client,
    model: &ModelName,
    run: &str,
    changes: &[(String, String)],
) -> Result<Tags, CliError> {
    let mut tags = tags(client, model, run).await?;
    tags.extend(changes.iter().cloned());
    tags.retain(|_, value| !value.is_empty());
    let bytes = serde_json::to_vec_pretty(&tags)?;
    client.bucket.put(&keys::run(model, run, TAGS), keys::JSON, bytes.into()).await?;
    Ok(tags)
}

/// Reads `key=value`.
pub(crate) fn parse_tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!("`{text}` is no tag: write key=value")),
    }
}

fn of_training(training: &TrainingRecord) -> Vec<(&'static str, String)> {
    let winner = training.leaderboard.entries.first().map(|entry| &entry.candidate);
    let of_winner = winner.map(|candidate| {
        let learner = candidate.learner.kind().name().to_owned();
        [("learner", learner), ("hyper_parameters", candidate.params())]
    });
    of_winner.into_iter().flatten().collect()
}

fn of_series(record: &SeriesRecord) -> Vec<(&'static str, String)> {
    let leader = record.leaderboard.standings.first();
    let learner = leader.map(|standing| ("learner", standing.learner.name().to_owned()));
    let counts = [
        ("series", record.series.to_string()),
        ("origins", record.leaderboard.origins.to_string()),
        ("unfinished", record.unfinished.to_string()),
    ];
    learner.into_iter().chain(counts).collect()
}

fn of_import(import: &ImportRecord) -> Vec<(&'static str, String)> {
    vec![("format", import.format.clone()), ("file", import.file.clone())]
}

/// Parameters and metrics of a version.
fn told(made: &Made) -> Result<Told, CliError> {
    let of_kind = match made {
        Made::Training(record) => of_training(record),
        Made::Series(record) => of_series(record),
        Made::Import(record) => of_import(record),
    };
    let VersionFacts { rows, columns, seed, code_version, data_hash, spec, metrics, .. } =
        made.facts();
    let mut params = BTreeMap::new();
    flatten("spec", &serde_json::to_value(spec)?, &mut params);
    let of_data = [
        ("rows", rows.to_string()),
        ("columns", columns.to_string()),
        ("seed", seed.to_string()),
        ("code_version", code_version.clone()),
    ];
    let hash = data_hash.iter().map(|hash| ("data_hash", hash.clone()));
    let all = of_data.into_iter().chain(hash).chain(of_kind);
    params.extend(all.map(|(name, value)| (name.to_owned(), value)));
    let metrics = metrics.iter().map(|(metric, value)| (metric.to_string(), *value));
    let found = made.structure().into_iter().flat_map(of_structure);
    Ok((params, metrics.chain(found).collect()))
}

/// What a model without a target has found, by the names of its record.
fn of_structure(structure: &Structure) -> Vec<(String, f64)> {
    let Structure { n_clusters, n_noise, n_core, silhouette_coefficient, .. } = structure;
    let counts = [("nClusters", *n_clusters), ("nNoise", Some(*n_noise)), ("nCore", *n_core)];
    let counts = counts.into_iter().filter_map(|(name, count)| Some((name, count? as f64)));
    let mean = silhouette_coefficient.map(|mean| ("silhouetteCoefficient", mean));
    counts.chain(mean).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The members of an object by their paths; what is not set is left out.
fn flatten(path: &str, value: &Value, params: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members {
                flatten(&format!("{path}.{name}"), value, params);
            }
        }
        Value::String(text) => {
            params.insert(path.to_owned(), text.clone());
        }
        other => {
            params.insert(path.to_owned(), other.to_string());
        }
    }
}
