//! Where things lie in the bucket.

use jiff::Timestamp;

use crate::name::{InvalidName, ModelName, Reference, Version};

/// The media type of JSON.
pub const JSON: &str = "application/json";
/// The media type of JSON lines.
pub const JSON_LINES: &str = "application/jsonlines";
/// The media type of HTML.
pub const HTML: &str = "text/html; charset=utf-8";

/// A key under which no data set can lie.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Not of the form `datasets/{model}/{file}`.
    #[error("`{0}` is not a data set's key: upload to datasets/{{model}}/{{file}}")]
    NotADataset(String),
    /// The model's name is not one.
    #[error("the key `{key}` names no model")]
    Model {
        /// The key.
        key: String,
        /// What is wrong with the name.
        #[source]
        source: InvalidName,
    },
}

/// The model that a data set's key belongs to.
///
/// # Errors
/// When the key is not `datasets/{model}/{file}`, or the model's name is not one.
pub fn model_of_dataset(key: &str) -> Result<ModelName, InvalidKey> {
    let not_a_dataset = || InvalidKey::NotADataset(key.to_owned());
    let rest = key.strip_prefix("datasets/").ok_or_else(not_a_dataset)?;
    let (model, file) = rest.split_once('/').ok_or_else(not_a_dataset)?;
    if file.is_empty() {
        return Err(not_a_dataset());
    }
    model.parse().map_err(|source| InvalidKey::Model { key: key.to_owned(), source })
}

/// The model that an uploaded model of another tool belongs to; `None` for a key that
/// is not `models/{model}/import/{file}`.
#[must_use]
pub fn model_of_import(key: &str) -> Option<Result<ModelName, InvalidKey>> {
    let (model, rest) = key.strip_prefix("models/")?.split_once('/')?;
    rest.strip_prefix("import/").filter(|file| !file.is_empty())?;
    let invalid = |source| InvalidKey::Model { key: key.to_owned(), source };
    Some(model.parse().map_err(invalid))
}

/// A file of the folder from which models of other tools are taken over.
#[must_use]
pub fn import(model: &ModelName, file: &str) -> String {
    format!("models/{model}/import/{file}")
}

/// The folder of a model's data sets.
#[must_use]
pub fn datasets(model: &ModelName) -> String {
    format!("datasets/{model}/")
}

/// A model's spec.
#[must_use]
pub fn spec(model: &ModelName) -> String {
    format!("models/{model}/model.toml")
}

/// An artifact, by the SHA-256 of its content.
#[must_use]
pub fn artifact(model: &ModelName, sha256: &str) -> String {
    format!("artifacts/{model}/{sha256}.mfa")
}

/// A file of a training run.
#[must_use]
pub fn run(model: &ModelName, run: &str, file: &str) -> String {
    format!("runs/{model}/{run}/{file}")
}

/// Which training of a model was asked for last by the API.
#[must_use]
pub fn run_request(model: &ModelName) -> String {
    format!("runs/{model}/requested.json")
}

/// The folder of a model's training runs.
#[must_use]
pub fn runs(model: &ModelName) -> String {
    format!("runs/{model}/")
}

/// The answers to records of a stream that came at `time`, as JSON lines:
/// `stream/{model}/{yyyy}/{mm}/{dd}/{hh}/{id}.jsonl`, in universal time.
#[must_use]
pub fn streamed(model: &ModelName, time: Timestamp, id: &str) -> String {
    format!("{}{id}.jsonl", streamed_hour(model, time))
}

/// The folder of the answers to records of a stream that came in an instant's hour.
#[must_use]
pub fn streamed_hour(model: &ModelName, time: Timestamp) -> String {
    format!("stream/{model}/{}/", time.strftime("%Y/%m/%d/%H"))
}

/// A record of a stream that cannot be answered, and is too large for a dead letter.
#[must_use]
pub fn streamed_letter(time: Timestamp, id: &str) -> String {
    // No model's name starts with a dot.
    format!("stream/.dead-letters/{}/{id}.json", time.strftime("%Y/%m/%d/%H"))
}

/// A file of the drift report on a variant's window against a version.
#[must_use]
pub fn drift(
    model: &ModelName,
    variant: &Reference,
    window: &str,
    version: Version,
    file: &str,
) -> String {
    format!("{}{version}/{file}", drift_window(model, variant, window))
}

/// The folder of what all checks of a model have left.
#[must_use]
pub fn drift_of(model: &ModelName) -> String {
    format!("drift/{model}/")
}

/// The folder of what checks of a window have left.
#[must_use]
pub fn drift_window(model: &ModelName, variant: &Reference, window: &str) -> String {
    format!("{}{variant}/{window}/", drift_of(model))
}

/// What was seen of a variant in an hour of universal time, `yyyy/mm/dd/hh`, counted as
/// the version of an artifact counts.
#[must_use]
pub fn observed_hour(model: &ModelName, variant: &Reference, artifact: &str, hour: &str) -> String {
    let version = artifact.get(..16).unwrap_or(artifact);
    format!("observed/{model}/{variant}/{version}/{hour}.json.zst")
}

/// The folder of a model's late labels.
#[must_use]
pub fn ground_truth(model: &ModelName) -> String {
    format!("ground-truth/{model}/")
}

/// The folder of a model's rejected data sets.
#[must_use]
pub fn quarantined(model: &ModelName) -> String {
    format!("quarantine/{model}/")
}

/// Where a rejected data set is kept. The place follows from key and content, so
/// that a second delivery writes the same object.
#[must_use]
pub fn quarantine(dataset: &str, etag: &str) -> String {
    let path = dataset
        .strip_prefix("datasets/")
        .or_else(|| dataset.strip_prefix("models/"))
        .unwrap_or(dataset);
    let tag: String = etag.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    match path.rsplit_once('/') {
        Some((folder, file)) => format!("quarantine/{folder}/{tag}-{file}"),
        None => format!("quarantine/{tag}-{path}"),
    }
}

/// The file of a run's folder with the labels of its own rows, where it gives them such.
pub const LABELS: &str = "labels.json";

/// Those of [`LABELS`] that are noise, or anomalies.
pub const NOISE: &str = "noise.json";

/// The page of a run's folder that tells what its version is made of and how good it is.
pub const MODEL_CARD: &str = "model-card.html";

/// What a training on series writes down, in the folder of its run.
pub const SERIES_RECORD: &str = "forecasting.json";

/// The file of a run's folder that tells the latest steps of the series of its data set.
pub const ACTUALS: &str = "actuals.json.zst";

/// The file of a window's folder that tells how captured forecasts came true.
pub const FORECASTS: &str = "forecasts.json";

/// The file of a run's folder that tells which of the champion's constraints its data
/// set breaks, as SageMaker Model Monitor names it.
pub const VIOLATIONS: &str = "constraint_violations.json";

/// The constraints that a rejected data set breaks, beside it.
#[must_use]
pub fn quarantine_violations(quarantined: &str) -> String {
    format!("{quarantined}.{VIOLATIONS}")
}

/// The reasons beside a rejected data set.
#[must_use]
pub fn quarantine_reason(quarantined: &str) -> String {
    format!("{quarantined}.reason.json")
}

/// The model and the rest of the key of a file that is to be scored; `None` for a key that is
/// neither `batch/{model}/input/{file}` nor `batch/{model}/requested/{file}`.
#[must_use]
pub fn batch_input_of(key: &str) -> Option<Result<(ModelName, &str), InvalidKey>> {
    let (model, rest) = key.strip_prefix("batch/")?.split_once('/')?;
    let file = rest.strip_prefix("input/").or_else(|| rest.strip_prefix("requested/"))?;
    if file.is_empty() || file.ends_with('/') {
        return None;
    }
    let invalid = |source| InvalidKey::Model { key: key.to_owned(), source };
    Some(model.parse().map(|model| (model, file)).map_err(invalid))
}

/// The folder of a model's files that are scored when they arrive, or when their day is over.
#[must_use]
pub fn batch_inputs(model: &ModelName) -> String {
    format!("batch/{model}/input/")
}

/// A file that is scored only because somebody asks for it.
#[must_use]
pub fn batch_requested(model: &ModelName, file: &str) -> String {
    format!("batch/{model}/requested/{file}")
}

/// What comes of a file: `part` is `output`, `outliers`, `rejected` or
/// `manifest`.
#[must_use]
pub fn batch(model: &ModelName, part: &str, name: &str) -> String {
    format!("batch/{model}/{part}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_set_belongs_to_the_model_of_its_folder() {
        let model = model_of_dataset("datasets/taxi/2021/february rides+1.csv").unwrap();
        assert_eq!(model.as_str(), "taxi");
        for bad in ["taxi/x.csv", "datasets/taxi", "datasets/taxi/", "datasets/"] {
            assert_eq!(model_of_dataset(bad), Err(InvalidKey::NotADataset(bad.into())), "{bad}");
        }
        assert!(matches!(model_of_dataset("datasets/Taxi!/x"), Err(InvalidKey::Model { .. })));
    }

    #[test]
    fn an_imported_model_belongs_to_the_model_of_its_folder() {
        let model = |key| model_of_import(key).map(|model| model.map(|name| name.to_string()));
        assert_eq!(model("models/taxi/import/a/b.json"), Some(Ok("taxi".to_owned())));
        assert!(matches!(model("models/Taxi!/import/b.json"), Some(Err(InvalidKey::Model { .. }))));
        for other in ["models/taxi/model.toml", "models/taxi/import/", "datasets/taxi/import/x"] {
            assert_eq!(model(other), None, "{other}");
        }
        let key = quarantine("models/taxi/import/b.json", "0123456789abcdef");
        assert_eq!(key, "quarantine/taxi/import/0123456789ab-b.json");
    }

    #[test]
    fn a_file_to_score_belongs_to_the_model_of_its_folder() {
        let of = |key: &str| match batch_input_of(key) {
            Some(Ok((model, file))) => format!("{model}: {file}"),
            Some(Err(_)) => "no model".to_owned(),
            None => "none".to_owned(),
        };
        assert_eq!(of("batch/taxi/input/date=2026-11-24/a b.csv"), "taxi: date=2026-11-24/a b.csv");
        assert_eq!(of("batch/taxi/requested/a.csv"), "taxi: a.csv");
        assert_eq!(of("batch/Taxi!/input/a.csv"), "no model");
        for other in ["batch/taxi/output/a.csv", "batch/taxi/input/", "datasets/taxi/a.csv"] {
            assert_eq!(of(other), "none", "{other}");
        }
        let model = "taxi".parse().unwrap();
        assert!(of(&format!("{}a.csv", batch_inputs(&model))).starts_with("taxi"));
        assert!(of(&batch_requested(&model, "a.csv")).starts_with("taxi"));
        assert_eq!(batch(&model, "output", "a.csv"), "batch/taxi/output/a.csv");
    }

    #[test]
    fn a_rejected_data_set_keeps_its_name_and_its_content_apart() {
        let key = quarantine("datasets/taxi/a/b.csv", "\"0123456789abcdef\"");
        assert_eq!(key, "quarantine/taxi/a/0123456789ab-b.csv");
        assert_eq!(quarantine_reason(&key), "quarantine/taxi/a/0123456789ab-b.csv.reason.json");
        assert_eq!(
            quarantine_violations(&key),
            "quarantine/taxi/a/0123456789ab-b.csv.constraint_violations.json"
        );
        assert!(key.starts_with(&quarantined(&"taxi".parse().unwrap())));
    }
}
