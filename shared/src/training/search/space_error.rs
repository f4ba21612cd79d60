//! Why the spaces that a spec declares cannot be searched.

/// The spec's spaces cannot be searched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpaceError {
    /// There is no space for a learner that competes.
    #[error(
        "`training.space` has no section for {learners}, one of which has to compete: add, for \
         example, `[training.space.boosting]` with `max_depth = [3, 6]`"
    )]
    Empty {
        /// The learners that compete.
        learners: String,
    },
    /// A learner has no such hyper-parameter.
    #[error(
        "`training.space.{learner}` names `{name}`, which the learner does not have{}",
        nearest.as_ref().map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
    )]
    UnknownName {
        /// The learner.
        learner: &'static str,
        /// The name in the space.
        name: String,
        /// The hyper-parameter that is spelled most like it.
        nearest: Option<String>,
    },
    /// A hyper-parameter is named by both of its names.
    #[error("`training.space.{learner}` names `{name}` twice, once by its other name")]
    Twice {
        /// The learner.
        learner: &'static str,
        /// The hyper-parameter.
        name: &'static str,
    },
    /// A value is none that the hyper-parameter can have.
    #[error("`training.space.{learner}.{name}` has {value}: it takes {takes}")]
    Value {
        /// The learner.
        learner: &'static str,
        /// The hyper-parameter.
        name: &'static str,
        /// The value.
        value: String,
        /// What it takes.
        takes: String,
    },
    /// A hyper-parameter has no values.
    #[error("`training.space.{learner}.{name}` lists no value: add one, or remove the line")]
    NoValue {
        /// The learner.
        learner: &'static str,
        /// The hyper-parameter.
        name: &'static str,
    },
}
