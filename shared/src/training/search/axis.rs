//! The values of one hyper-parameter as the spec declares them, checked against what its learner
//! takes.

use serde_json::Value;

use super::build::{self, BALANCE, ENCODING};
use super::range::Range;
use super::space_error::SpaceError;
use super::tpe::Params;
use crate::features::Encoding;
use crate::learners::{Balance, Takes, parameters};
use crate::nearest::nearest;
use crate::spec::{self, AxisRange, AxisScale, LearnerKind};

/// The values of a hyper-parameter.
pub(super) struct Axis {
    pub(super) name: &'static str,
    pub(super) range: Range,
    /// How many values a grid takes of a range.
    pub(super) steps: usize,
}

impl Axis {
    /// The values that are written for the hyper-parameter called `name`.
    ///
    /// # Errors
    /// When the learner has no such hyper-parameter, or it takes no such value.
    pub(super) fn of(
        learner: LearnerKind,
        name: &str,
        written: &spec::Axis,
    ) -> Result<Self, SpaceError> {
        let named = Named::find(learner, name)?;
        let (range, steps) = match written {
            spec::Axis::Values(values) => (Range::Choice(named.list(values)?), 0),
            spec::Axis::Range(range) => (named.range(range)?, range.steps),
        };
        Ok(Self { name: named.name, range, steps })
    }
}

/// A hyper-parameter of a learner, or what else its candidates differ in.
struct Named {
    learner: LearnerKind,
    name: &'static str,
    /// `None` of an encoding and a balance.
    takes: Option<Takes>,
}

impl Named {
    fn find(learner: LearnerKind, name: &str) -> Result<Self, SpaceError> {
        let known = parameters(learner);
        if let Some(known) = known.iter().find(|known| known.is_called(name)) {
            return Ok(Self { learner, name: known.name, takes: Some(known.takes) });
        }
        if let Some(name) = [ENCODING, BALANCE].into_iter().find(|besides| *besides == name) {
            return Ok(Self { learner, name, takes: None });
        }
        let names = known.iter().map(|known| known.name).chain([ENCODING, BALANCE]);
        let nearest = nearest(name, names).map(str::to_owned);
        Err(SpaceError::UnknownName { learner: learner.name(), name: name.to_owned(), nearest })
    }

    fn list(&self, values: &[toml::Value]) -> Result<Vec<Value>, SpaceError> {
        if values.is_empty() {
            return Err(SpaceError::NoValue { learner: self.learner.name(), name: self.name });
        }
        let json = |value| serde_json::to_value(value).unwrap_or_default();
        values.iter().map(|value| self.admit(json(value))).collect()
    }

    fn range(&self, range: &AxisRange) -> Result<Range, SpaceError> {
        let AxisRange { min, max, scale, .. } = *range;
        let Some(takes) = self.takes.filter(Takes::is_numeric) else {
            return Err(self.refuse("a range"));
        };
        if !takes.is_whole() {
            self.admit(min.into())?;
            self.admit(max.into())?;
            return Ok(match scale {
                AxisScale::Linear => Range::Linear(min, max),
                AxisScale::Log => Range::Log(min, max),
            });
        }
        let (low, high) = (self.whole(min)?, self.whole(max)?);
        Ok(match scale {
            AxisScale::Linear => Range::Integer(low, high),
            AxisScale::Log => Range::IntegerLog(low, high),
        })
    }

    fn whole(&self, end: f64) -> Result<u32, SpaceError> {
        let is_whole = end.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&end);
        let whole = is_whole.then_some(end as u32).ok_or_else(|| self.refuse(&end.to_string()))?;
        self.admit(whole.into()).map(|_| whole)
    }

    /// A value that the learner takes, as it writes it: so its candidates are found again.
    fn admit(&self, value: Value) -> Result<Value, SpaceError> {
        let fits = self.takes.is_none_or(|takes| takes.admits(&value));
        let params = Params::from([(self.name.to_owned(), value.clone())]);
        match build::candidate(self.learner, &params).ok().filter(|_| fits) {
            Some(candidate) => Ok(build::params(&candidate).remove(self.name).unwrap_or(value)),
            None => Err(self.refuse(&value.to_string())),
        }
    }

    fn refuse(&self, value: &str) -> SpaceError {
        let words = |words: &[&str]| {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
        };
        let takes = match (self.takes, self.name) {
            (Some(takes), _) => takes.to_string(),
            (None, ENCODING) => words(&Encoding::ALL.map(Encoding::name)),
            (None, _) => words(&Balance::ALL.map(Balance::name)),
        };
        let learner = self.learner.name();
        SpaceError::Value { learner, name: self.name, value: value.to_owned(), takes }
    }
}
