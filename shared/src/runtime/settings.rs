//! Settings from the environment.

use std::time::Duration;

use crate::name::{InvalidName, ModelName, Reference, parse_asked};

/// Where a function finds its bucket, tables and bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `MODEL_FACTORY_BUCKET`: the bucket of data, artifacts, captures and reports.
    pub bucket: String,
    /// `MODEL_FACTORY_REGISTRY_TABLE`: the table of the model registry.
    pub registry_table: String,
    /// `MODEL_FACTORY_IDEMPOTENCY_TABLE`: the table of work that is done.
    pub idempotency_table: String,
    /// `MODEL_FACTORY_EVENT_BUS`: the bus that events go to.
    pub event_bus: String,
    /// `MODEL_FACTORY_LEASE_SECONDS`: after how long without a sign of life a
    /// training counts as dead. Default 45 seconds, less than Lambda waits before
    /// it delivers an event again.
    pub lease: Duration,
    /// `MODEL_FACTORY_ALIAS_TTL_SECONDS`: how long an alias is believed without
    /// being read again. Default 5 seconds; 0 reads it for every request.
    pub alias_ttl: Duration,
    /// `MODEL_FACTORY_PRELOAD`: models that are loaded before they are asked for, such as
    /// `taxi,fraud@challenger`; the champion where neither alias nor version is named.
    /// Default none.
    pub preload: Vec<(ModelName, Reference)>,
    /// `MODEL_FACTORY_CAPTURE_DELAY_SECONDS`: how long after a write captured exchanges
    /// wait for others. Default 10 seconds; 0 writes them after each answer.
    pub capture_delay: Duration,
    /// `MODEL_FACTORY_CAPTURE_STREAM`: the Firehose delivery stream that captured exchanges
    /// go through. Default none: they are written to the bucket.
    pub capture_stream: Option<String>,
    /// `MODEL_FACTORY_FORECAST_MODEL`: the model that `POST /forecast` and `POST /train`
    /// speak of. Default: the only one that forecasts.
    pub forecast_model: Option<ModelName>,
    /// `MODEL_FACTORY_MODEL`: the model that `POST /invocations` speaks of. Default: the
    /// only one.
    pub model: Option<ModelName>,
    /// `MODEL_FACTORY_TRAINING_BY_API`: `yes` where trainings may be asked for and followed by
    /// HTTP. Default `no`: who may ask for predictions may not set off work.
    pub training_by_api: bool,
}

/// A setting is absent or unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MissingSetting {
    /// The variable is not set.
    #[error("the environment variable `{0}` is not set")]
    Absent(&'static str),
    /// The variable does not name models.
    #[error("the environment variable `{name}` must name models as `taxi,fraud@challenger`")]
    NotModels {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        #[source]
        source: InvalidName,
    },
    /// The variable's value is not of its kind.
    #[error("the environment variable `{name}` is `{value}`, not a number of seconds")]
    NotSeconds {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The variable is neither.
    #[error("the environment variable `{name}` is `{value}`, neither `yes` nor `no`")]
    NotYesOrNo {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
    },
}

impl Settings {
    /// The settings of this process.
    ///
    /// # Errors
    /// When a variable is absent or unreadable; the message names it.
    pub fn from_env() -> Result<Self, MissingSetting> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(
        read: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, MissingSetting> {
        let required = |name| read(name).ok_or(MissingSetting::Absent(name));
        let seconds = |name, default: f64, least: f64| match read(name) {
            None => Ok(Duration::from_secs_f64(default)),
            Some(value) => value
                .parse()
                .ok()
                .filter(|seconds: &f64| *seconds >= least)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .ok_or(MissingSetting::NotSeconds { name, value }),
        };
        Ok(Self {
            bucket: required("MODEL_FACTORY_BUCKET")?,
            registry_table: required("MODEL_FACTORY_REGISTRY_TABLE")?,
            idempotency_table: required("MODEL_FACTORY_IDEMPOTENCY_TABLE")?,
            event_bus: required("MODEL_FACTORY_EVENT_BUS")?,
            lease: seconds("MODEL_FACTORY_LEASE_SECONDS", 45.0, 0.1)?,
            alias_ttl: seconds("MODEL_FACTORY_ALIAS_TTL_SECONDS", 5.0, 0.0)?,
            preload: models("MODEL_FACTORY_PRELOAD", read("MODEL_FACTORY_PRELOAD"))?,
            capture_delay: seconds("MODEL_FACTORY_CAPTURE_DELAY_SECONDS", 10.0, 0.0)?,
            capture_stream: read("MODEL_FACTORY_CAPTURE_STREAM").filter(|name| !name.is_empty()),
            forecast_model: model("MODEL_FACTORY_FORECAST_MODEL", &read)?,
            model: model("MODEL_FACTORY_MODEL", &read)?,
            training_by_api: yes("MODEL_FACTORY_TRAINING_BY_API", &read)?,
        })
    }
}

/// The model that a variable names; none where it is empty.
fn model(
    name: &'static str,
    read: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<ModelName>, MissingSetting> {
    let value = read(name).filter(|value| !value.is_empty());
    let parsed = value.map(|value| value.parse()).transpose();
    parsed.map_err(|source| MissingSetting::NotModels { name, source })
}

/// Whether a variable says `yes`; it does not where it is absent.
fn yes(
    name: &'static str,
    read: impl Fn(&'static str) -> Option<String>,
) -> Result<bool, MissingSetting> {
    match read(name) {
        None => Ok(false),
        Some(value) => match value.as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => Err(MissingSetting::NotYesOrNo { name, value }),
        },
    }
}

/// The models that a variable names.
fn models(
    name: &'static str,
    value: Option<String>,
) -> Result<Vec<(ModelName, Reference)>, MissingSetting> {
    value
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|named| !named.is_empty())
        .map(parse_asked)
        .collect::<Result<_, _>>()
        .map_err(|source| MissingSetting::NotModels { name, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lease: Option<&str>, absent: Option<&str>) -> Result<Settings, MissingSetting> {
        Settings::from_variables(|name| match name {
            "MODEL_FACTORY_LEASE_SECONDS" => lease.map(str::to_owned),
            name if name.ends_with("_SECONDS") || name.ends_with("_PRELOAD") => None,
            "MODEL_FACTORY_FORECAST_MODEL" => Some("sales".to_owned()),
            "MODEL_FACTORY_MODEL" | "MODEL_FACTORY_TRAINING_BY_API" => None,
            name => (Some(name) != absent).then(|| name.to_lowercase()),
        })
    }

    #[test]
    fn an_absent_variable_is_named() {
        assert_eq!(read(None, None).unwrap().bucket, "model_factory_bucket");
        assert_eq!(read(None, None).unwrap().forecast_model, Some("sales".parse().unwrap()));
        let stream = read(None, None).unwrap().capture_stream;
        assert_eq!(stream.as_deref(), Some("model_factory_capture_stream"));
        assert_eq!(
            read(None, Some("MODEL_FACTORY_BUCKET")).unwrap_err().to_string(),
            "the environment variable `MODEL_FACTORY_BUCKET` is not set"
        );
    }

    #[test]
    fn models_are_named_with_or_without_an_alias_or_version() {
        let named = models("X", Some(" taxi, fraud@challenger,tram@3,".to_owned())).unwrap();
        let words: Vec<_> = named.iter().map(|(name, at)| format!("{name}@{at}")).collect();
        assert_eq!(words, ["taxi@champion", "fraud@challenger", "tram@3"]);
        assert_eq!(models("X", None), Ok(Vec::new()));
        let error = models("X", Some("taxi@latest".to_owned())).unwrap_err().to_string();
        assert!(error.starts_with("the environment variable `X` must name models as"), "{error}");
    }

    #[test]
    fn trainings_by_http_are_allowed_by_the_word_yes() {
        let said = |value: Option<&str>| yes("X", |_| value.map(str::to_owned));
        assert_eq!([None, Some("no"), Some("yes")].map(said), [Ok(false), Ok(false), Ok(true)]);
        assert_eq!(
            said(Some("true")).unwrap_err().to_string(),
            "the environment variable `X` is `true`, neither `yes` nor `no`"
        );
    }

    #[test]
    fn the_lease_is_a_positive_number_of_seconds() {
        assert_eq!(read(Some("2.5"), None).unwrap().lease, Duration::from_millis(2500));
        assert!(read(Some("0"), None).is_err() && read(Some("soon"), None).is_err());
    }
}
