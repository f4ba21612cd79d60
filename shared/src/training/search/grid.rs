//! Combinations of the values that the spec lists: all in their order, or draws of them.

use std::collections::{BTreeMap, HashMap};

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
        "`training.grid` lists no values for {learners}, which `training.search` is to combine: \
         add, for example, `[training.grid.boosting]` with `max_depth = [3, 6]`"
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

/// The combinations, in an order.
pub(super) struct Grid {
    learners: Vec<Combinations>,
    order: Order,
    next: usize,
}

/// The combinations of one learner's values.
struct Combinations {
    learner: LearnerKind,
    axes: Vec<(String, Vec<Value>)>,
}

/// In which order numbers below a bound come.
enum Order {
    Rising,
    Shuffled(Shuffle),
}

/// A random permutation that is known as far as it was asked for: the shuffle of Fisher and
/// Yates, of which only the exchanged places are kept.
struct Shuffle {
    exchanged: HashMap<usize, usize>,
    random: fastrand::Rng,
}

impl Grid {
    /// All combinations of the learners that can predict the target, one after another; rare
    /// classes are made to count as the spec says, where the grid does not.
    pub(super) fn new(training: &Training, target: &Target) -> Result<Self, GridError> {
        let mut learners = Vec::new();
        for (&learner, values) in &training.grid {
            if tunable(training, target).any(|other| other == learner) {
                let mut combinations = Combinations::new(learner, values)?;
                if let Some(balance) = balances(training.balance, target).first()
                    && !values.contains_key(BALANCE)
                {
                    combinations.axes.push((BALANCE.to_owned(), vec![balance.name().into()]));
                }
                learners.push(combinations);
            }
        }
        if learners.is_empty() {
            let learners: Vec<&str> = tunable(training, target).map(LearnerKind::name).collect();
            return Err(GridError::Empty { learners: learners.join(", ") });
        }
        Ok(Self { learners, order: Order::Rising, next: 0 })
    }

    /// The same in a random order, in which each combination of any learner is as likely as
    /// any other, and none comes twice.
    pub(super) fn shuffled(self, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        let order = Order::Shuffled(Shuffle { exchanged: HashMap::new(), random });
        Self { order, ..self }
    }

    fn count(&self) -> usize {
        self.learners.iter().map(Combinations::count).fold(0, usize::saturating_add)
    }

    /// The combination at a place, over all learners.
    fn combination(&self, mut place: usize) -> Option<Candidate> {
        for learner in &self.learners {
            match place.checked_sub(learner.count()) {
                Some(rest) => place = rest,
                None => return learner.combination(place),
            }
        }
        None
    }
}

impl Propose for Grid {
    fn next(&mut self, study: &Study<'_>) -> Option<Candidate> {
        let count = self.count();
        loop {
            let place = (self.next < count).then_some(self.next)?;
            self.next += 1;
            let place = match &mut self.order {
                Order::Rising => place,
                Order::Shuffled(shuffle) => shuffle.at(place, count),
            };
            // The champion's candidate may be one of them, and values may stand twice.
            if let Some(candidate) = self.combination(place)
                && !study.tried(&candidate)
            {
                return Some(candidate);
            }
        }
    }

    fn total(&self) -> Option<usize> {
        Some(self.count())
    }
}

impl Shuffle {
    /// The number at a place, of those below `count`; places are asked for in their order.
    fn at(&mut self, place: usize, count: usize) -> usize {
        let other = self.random.usize(place..count);
        let here = self.exchanged.remove(&place).unwrap_or(place);
        if other == place {
            return here;
        }
        self.exchanged.insert(other, here).unwrap_or(other)
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
        Ok(Self { learner, axes })
    }

    fn count(&self) -> usize {
        self.axes.iter().map(|(_, values)| values.len()).fold(1, usize::saturating_mul)
    }

    /// The combination at a place: the last name's values change first.
    fn combination(&self, mut place: usize) -> Option<Candidate> {
        let mut params = Params::new();
        for (name, values) in self.axes.iter().rev() {
            let value = values.get(place % values.len()).cloned().unwrap_or_default();
            params.insert(name.clone(), value);
            place /= values.len();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_is_a_permutation_and_the_seed_decides_which() {
        let shuffled = |seed, count: usize| -> Vec<usize> {
            let random = fastrand::Rng::with_seed(seed);
            let mut shuffle = Shuffle { exchanged: HashMap::new(), random };
            (0..count).map(|place| shuffle.at(place, count)).collect()
        };
        let once = shuffled(1, 500);
        assert_eq!(once, shuffled(1, 500));
        assert_ne!(once, shuffled(2, 500));
        let mut sorted = once.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..500).collect::<Vec<_>>());
        // Each of the six orders of three as often as any other, within five standard errors.
        let mut counts: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
        for seed in 0..6_000 {
            *counts.entry(shuffled(seed, 3)).or_default() += 1.0;
        }
        assert_eq!(counts.len(), 6);
        let error = (6_000.0_f64 * (1.0 / 6.0) * (5.0 / 6.0)).sqrt();
        assert!(counts.values().all(|count| (count - 1_000.0).abs() < 5.0 * error), "{counts:?}");
        // Of a grid that nobody could hold, the first draws cost what they are.
        let mut shuffle =
            Shuffle { exchanged: HashMap::new(), random: fastrand::Rng::with_seed(1) };
        let drawn: Vec<usize> = (0..3).map(|place| shuffle.at(place, usize::MAX)).collect();
        assert!(drawn.iter().all(|place| *place > 1_000), "{drawn:?}");
    }
}
