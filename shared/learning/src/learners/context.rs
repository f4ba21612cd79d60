//! What a learner is told beside its hyper-parameters.

use std::time::{Duration, Instant};

use model_factory_tabular::spec::Spec;

use super::FitError;

/// What a learner is told beside its hyper-parameters.
#[derive(Debug, Clone, Copy)]
pub struct FitContext<'a> {
    /// What the user says about columns.
    pub spec: &'a Spec,
    /// Seeds every draw.
    pub seed: u64,
    /// When fitting has to end.
    pub deadline: Deadline,
}

impl<'a> FitContext<'a> {
    /// A context with the spec's seed and all the time in the world.
    #[must_use]
    pub fn new(spec: &'a Spec) -> Self {
        Self { spec, seed: spec.split.seed, deadline: Deadline::default() }
    }
}

/// An instant after which no more work is wanted; never, by default.
///
/// A work that ends early because of it gives no model: what is fitted never depends
/// on the speed of the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Work is always wanted.
    pub const NEVER: Self = Self(None);

    /// Work is wanted until `instant`.
    #[must_use]
    pub fn at(instant: Instant) -> Self {
        Self(Some(instant))
    }

    /// The earlier of two deadlines.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Some(a), Some(b)) => Self(Some(a.min(b))),
            (a, b) => Self(a.or(b)),
        }
    }

    /// How long it is until then; nothing when it has passed, `None` when there is none.
    #[must_use]
    pub fn remaining(self) -> Option<Duration> {
        self.0.map(|instant| instant.saturating_duration_since(Instant::now()))
    }

    /// Work is wanted for this share of the time until then.
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        self.remaining().map_or(Self::NEVER, |left| Self::within(left.mul_f64(share)))
    }

    /// Work is wanted for this long from now on.
    #[must_use]
    pub fn within(duration: Duration) -> Self {
        Self(Instant::now().checked_add(duration))
    }

    /// Goes on unless it has passed.
    ///
    /// # Errors
    /// [`FitError::Deadline`] when it has.
    pub(super) fn check(self) -> Result<(), FitError> {
        if self.has_passed() { Err(FitError::Deadline) } else { Ok(()) }
    }

    /// Whether it has passed.
    #[must_use]
    pub fn has_passed(self) -> bool {
        self.0.is_some_and(|instant| Instant::now() >= instant)
    }
}
