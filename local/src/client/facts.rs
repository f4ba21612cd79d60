//! What is known of a run as names and values: parameters, metrics, tags.

use std::collections::BTreeMap;

use model_factory::name::ModelName;
use model_factory::storage::{ReadObjects, WriteObjects, keys};
use serde::Serialize;
use serde_json::Value;
use training_trigger::record::{ImportRecord, RunRecord, TrainingRecord};

use super::{Client, runs};
use crate::error::CliError;

/// The file of a run's folder that holds its tags.
const TAGS: &str = "tags.json";

/// Words about a run that people or programs have added.
pub(crate) type Tags = BTreeMap<String, String>;

/// A run with what is known of it.
#[derive(Debug, Serialize)]
pub(crate) struct Facts {
    #[serde(flatten)]
    pub(crate) record: RunRecord,
    /// What it was trained with: of the winner, the data and the spec.
    pub(crate) params: BTreeMap<String, String>,
    /// The winner's metrics on the holdout.
    pub(crate) metrics: BTreeMap<String, f64>,
    pub(crate) tags: Tags,
}

impl Facts {
    /// What is known of a run.
    pub(crate) async fn read(client: &Client, record: RunRecord) -> Result<Self, CliError> {
        let (mut params, mut metrics, mut tags) = (BTreeMap::new(), BTreeMap::new(), Tags::new());
        // What could not be read has no model, and no folder.
        if let Ok(model) = record.run.subject.parse::<ModelName>() {
            let run = &record.run.run;
            if let Some(training) = runs::training(client, &model, run).await? {
                metrics = told(&training.metrics);
                params = of_training(&training)?;
            } else if let Some(import) = import(client, &model, run).await? {
                metrics = told(&import.metrics);
                params = of_import(&import)?;
            }
            tags = self::tags(client, &model, run).await?;
        }
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

async fn import(
    client: &Client,
    model: &ModelName,
    run: &str,
) -> Result<Option<ImportRecord>, CliError> {
    match client.bucket.get(&keys::run(model, run, "import.json")).await? {
        Some(object) => Ok(Some(serde_json::from_slice(&object.bytes)?)),
        None => Ok(None),
    }
}

fn of_training(training: &TrainingRecord) -> Result<BTreeMap<String, String>, CliError> {
    let TrainingRecord { rows, columns, seed, code_version, data_hash, spec, .. } = training;
    let mut params = BTreeMap::new();
    if let Some(winner) = training.leaderboard.entries.first() {
        params.insert("learner".to_owned(), winner.candidate.learner.kind().name().to_owned());
        params.insert("hyper_parameters".to_owned(), winner.candidate.params());
    }
    flatten("spec", &serde_json::to_value(spec)?, &mut params);
    let of_data = [
        ("rows", rows.to_string()),
        ("columns", columns.to_string()),
        ("seed", seed.to_string()),
        ("code_version", code_version.clone()),
        ("data_hash", data_hash.clone()),
    ];
    params.extend(of_data.map(|(name, value)| (name.to_owned(), value)));
    Ok(params)
}

fn of_import(import: &ImportRecord) -> Result<BTreeMap<String, String>, CliError> {
    let ImportRecord { rows, columns, format, file, code_version, spec, .. } = import;
    let mut params = BTreeMap::new();
    flatten("spec", &serde_json::to_value(spec)?, &mut params);
    let of_file = [
        ("rows", rows.to_string()),
        ("columns", columns.to_string()),
        ("format", format.clone()),
        ("file", file.clone()),
        ("code_version", code_version.clone()),
    ];
    params.extend(of_file.map(|(name, value)| (name.to_owned(), value)));
    Ok(params)
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

fn told<M: ToString>(metrics: &BTreeMap<M, f64>) -> BTreeMap<String, f64> {
    metrics.iter().map(|(metric, value)| (metric.to_string(), *value)).collect()
}
