//! Every combination of the values that the spec lists.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::build;
use super::build::BALANCE;
use super::propose::Propose;
use super::space::{balances, tunable};
use super::study::Study;
use super::tpe::Params;
use crate::dataset::Target;
use crate::learners::Candidate;
use crate::nearest::nearest;
use crate::spec::{LearnerKind, Training};

/// The spec's grid cannot be searched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// There is no grid for a learner that competes.
    #[error(
        "`training.search` is `grid`, but `training.grid` lists no values for {learners}: add, \
         for example, `[training.grid.boosting]` with `max_depth = [3, 6]`"
    )]
    Empty {
        /// The learners that compete.
        learners: String,
    },
    /// A learner has no such hyper-parameter.
    #[error(
        "`training.grid.{learner}` names `{name}`, which the learner does not have{}",
        nearest.as_ref().map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
    )]
    UnknownName {
        /// The learner.
        learner: &'static str,
        /// The name in the grid.
        name: String,
        /// The hyper-parameter that is spelled most like it.
        nearest: Option<String>,
    },
    /// A value is none that the hyper-parameter can have.
    #[error("`training.grid.{learner}.{name}` lists {value}: {reason}")]
    Value {
        /// The learner.
        learner: &'static str,
        /// The hyper-parameter.
        name: String,
        /// The value.
        value: String,
        /// Why it cannot be one.
        reason: String,
    },
    /// A hyper-parameter has no values.
    #[error("`training.grid.{learner}.{name}` lists no value: add one, or remove the line")]
    NoValue {
        /// The learner.
        learner: &'static str,
        /// The hyper-parameter.
        name: String,
    },
}

/// The combinations that are left.
pub(super) struct Grid {
    total: usize,
    left: VecDeque<Combinations>,
}

/// The combinations of one learner's values.
struct Combinations {
    learner: LearnerKind,
    axes: Vec<(String, Vec<Value>)>,
    next: usize,
}

impl Grid {
    /// The grid of the learners that can predict the target; rare classes are made to count
    /// as the spec says, where the grid does not.
    pub(super) fn new(training: &Training, target: &Target) -> Result<Self, GridError> {
        let mut left = VecDeque::new();
        for (&learner, values) in &training.grid {
            if tunable(training, target).any(|other| other == learner) {
                let mut combinations = Combinations::new(learner, values)?;
                if let Some(balance) = balances(training.balance, target).first()
                    && !values.contains_key(BALANCE)
                {
                    combinations.axes.push((BALANCE.to_owned(), vec![balance.name().into()]));
                }
                left.push_back(combinations);
            }
        }
        if left.is_empty() {
            let learners: Vec<&str> = tunable(training, target).map(LearnerKind::name).collect();
            return Err(GridError::Empty { learners: learners.join(", ") });
        }
        let total = left.iter().map(Combinations::count).fold(0, usize::saturating_add);
        Ok(Self { total, left })
    }
}

impl Propose for Grid {
    fn next(&mut self, _: &Study<'_>) -> Option<Candidate> {
        loop {
            match self.left.front_mut()?.next() {
                Some(candidate) => return Some(candidate),
                None => drop(self.left.pop_front()),
            }
        }
    }

    fn total(&self) -> Option<usize> {
        Some(self.total)
    }
}

impl Combinations {
    fn new(
        learner: LearnerKind,
        values: &BTreeMap<String, Vec<toml::Value>>,
    ) -> Result<Self, GridError> {
        let mut axes = Vec::with_capacity(values.len());
        for (name, values) in values {
            if values.is_empty() {
                return Err(GridError::NoValue { learner: learner.name(), name: name.clone() });
            }
            let axis: Result<Vec<Value>, GridError> =
                values.iter().map(|value| checked(learner, name, value)).collect();
            axes.push((name.clone(), axis?));
        }
        Ok(Self { learner, axes, next: 0 })
    }

    fn count(&self) -> usize {
        self.axes.iter().map(|(_, values)| values.len()).fold(1, usize::saturating_mul)
    }

    /// The next combination: the last name's values change first.
    fn next(&mut self) -> Option<Candidate> {
        let mut index = (self.next < self.count()).then_some(self.next)?;
        self.next += 1;
        let mut params = Params::new();
        for (name, values) in self.axes.iter().rev() {
            let value = values.get(index % values.len()).cloned().unwrap_or_default();
            params.insert(name.clone(), value);
            index /= values.len();
        }
        build::candidate(self.learner, &params).ok()
    }
}

/// A value that the learner takes for the hyper-parameter.
fn checked(learner: LearnerKind, name: &str, value: &toml::Value) -> Result<Value, GridError> {
    let value = serde_json::to_value(value).unwrap_or_default();
    let params = Params::from([(name.to_owned(), value.clone())]);
    let Err(error) = build::candidate(learner, &params) else { return Ok(value) };
    let known = build::candidate(learner, &Params::new()).map(|usual| build::params(&usual));
    let known = known.unwrap_or_default();
    let (learner, named) = (learner.name(), name.to_owned());
    Err(match known.contains_key(name) {
        true => GridError::Value {
            learner,
            name: named,
            value: value.to_string(),
            reason: error.to_string(),
        },
        false => {
            let nearest = nearest(name, known.keys().map(String::as_str)).map(str::to_owned);
            GridError::UnknownName { learner, name: named, nearest }
        }
    })
}
