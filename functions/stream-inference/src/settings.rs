//! Settings of this function only.

use model_factory::name::{InvalidName, ModelName, Reference, parse_asked};

/// The environment variable of the model that answers where a record names none.
const MODEL: &str = "MODEL_FACTORY_STREAM_MODEL";
/// The environment variable of the dead-letter queue's URL.
const DEAD_LETTERS: &str = "MODEL_FACTORY_STREAM_DEAD_LETTERS_URL";
/// The environment variable of the URL of the results' queue.
const RESULTS: &str = "MODEL_FACTORY_STREAM_RESULTS_URL";

/// What `stream-inference` is told beside what every function is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSettings {
    /// `MODEL_FACTORY_STREAM_MODEL`: the model that answers where a record names none, such
    /// as `bank` or `bank@challenger`. Default none: each record names one.
    pub model: Option<Asked>,
    /// `MODEL_FACTORY_STREAM_DEAD_LETTERS_URL`: the queue of records that cannot be answered.
    pub dead_letters: String,
    /// `MODEL_FACTORY_STREAM_RESULTS_URL`: the queue that results go to beside the bucket.
    /// Default none.
    pub results: Option<String>,
}

/// A model, and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The model.
    pub model: ModelName,
    /// The version or alias; the champion where none is named.
    pub reference: Reference,
}

impl std::fmt::Display for Asked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}@{}", self.model, self.reference)
    }
}

impl std::str::FromStr for Asked {
    type Err = InvalidName;

    /// Reads `model` or `model@alias-or-version`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (model, reference) = parse_asked(text)?;
        Ok(Self { model, reference })
    }
}

/// A setting is absent or unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// The variable is not set.
    #[error("the environment variable `{0}` is not set")]
    Absent(&'static str),
    /// The variable names no model.
    #[error("the environment variable `{MODEL}` must name a model as `bank@challenger`")]
    Model(#[source] InvalidName),
}

impl StreamSettings {
    /// The settings of this process.
    ///
    /// # Errors
    /// When a variable is absent or unreadable; the message names it.
    pub fn from_env() -> Result<Self, InvalidSetting> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(read: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        // A template sets a parameter that nobody gave to an empty text.
        let given = |name| read(name).filter(|value| !value.is_empty());
        Ok(Self {
            model: given(MODEL)
                .map(|name| name.parse())
                .transpose()
                .map_err(InvalidSetting::Model)?,
            dead_letters: given(DEAD_LETTERS).ok_or(InvalidSetting::Absent(DEAD_LETTERS))?,
            results: given(RESULTS),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(model: &str) -> Result<StreamSettings, InvalidSetting> {
        StreamSettings::from_variables(|name| match name {
            MODEL => Some(model.to_owned()),
            DEAD_LETTERS => Some("http://queue/letters".to_owned()),
            _ => Some(String::new()),
        })
    }

    #[test]
    fn only_the_dead_letter_queue_must_be_there() {
        let settings = read("").unwrap();
        assert_eq!((settings.model, settings.results), (None, None));
        let absent = StreamSettings::from_variables(|_| None).unwrap_err();
        assert_eq!(absent, InvalidSetting::Absent(DEAD_LETTERS));
    }

    #[test]
    fn a_model_is_named_with_or_without_an_alias_or_version() {
        let asked = |text: &str| {
            let Asked { model, reference } = read(text).unwrap().model.unwrap();
            format!("{model} {reference}")
        };
        assert_eq!(asked("bank"), "bank champion");
        assert_eq!(asked("bank@challenger"), "bank challenger");
        assert_eq!(asked("bank@3"), "bank 3");
        assert!(matches!(read("Bank!").unwrap_err(), InvalidSetting::Model(_)));
    }
}
