//! Combinations of the values that the spec lists: all in their order, or draws of them.

use std::collections::HashMap;

use serde_json::Value;

use super::build::{self, BALANCE};
use super::declared::Declared;
use super::propose::Propose;
use super::study::Study;
use super::tpe::Params;
use crate::learners::{Balance, Candidate};
use crate::spec::LearnerKind;

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
    /// All combinations of declared spaces, one learner after another; rare classes are made to
    /// count in the given way where a space does not say how.
    pub(super) fn new(spaces: &[Declared], balance: Option<&Balance>) -> Self {
        let learners = spaces.iter().map(|space| Combinations::new(space, balance)).collect();
        Self { learners, order: Order::Rising, next: 0 }
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
    fn new(space: &Declared, balance: Option<&Balance>) -> Self {
        let mut axes: Vec<(String, Vec<Value>)> = space
            .axes
            .iter()
            .map(|axis| (axis.name.to_owned(), axis.range.grid(axis.steps)))
            .collect();
        if let Some(balance) = balance
            && axes.iter().all(|(name, _)| name != BALANCE)
        {
            axes.push((BALANCE.to_owned(), vec![balance.name().into()]));
        }
        Self { learner: space.learner, axes }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

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
