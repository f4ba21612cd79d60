//! Settings from the environment.

use std::time::Duration;

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
}

/// A setting is absent or unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MissingSetting {
    /// The variable is not set.
    #[error("the environment variable `{0}` is not set")]
    Absent(&'static str),
    /// The variable's value is not of its kind.
    #[error("the environment variable `{name}` is `{value}`, not a number of seconds")]
    NotSeconds {
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
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lease: Option<&str>, absent: Option<&str>) -> Result<Settings, MissingSetting> {
        Settings::from_variables(|name| match name {
            "MODEL_FACTORY_LEASE_SECONDS" => lease.map(str::to_owned),
            "MODEL_FACTORY_ALIAS_TTL_SECONDS" => None,
            name => (Some(name) != absent).then(|| name.to_lowercase()),
        })
    }

    #[test]
    fn an_absent_variable_is_named() {
        assert_eq!(read(None, None).unwrap().bucket, "model_factory_bucket");
        assert_eq!(
            read(None, Some("MODEL_FACTORY_BUCKET")).unwrap_err().to_string(),
            "the environment variable `MODEL_FACTORY_BUCKET` is not set"
        );
    }

    #[test]
    fn the_lease_is_a_positive_number_of_seconds() {
        assert_eq!(read(Some("2.5"), None).unwrap().lease, Duration::from_millis(2500));
        assert!(read(Some("0"), None).is_err() && read(Some("soon"), None).is_err());
    }
}
