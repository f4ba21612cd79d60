//! The origins from which learners forecast to be compared.

use model_factory_tabular::spec::RollingOrigin;

/// One forecast that is scored: it learns from the first `train` steps and answers for the
/// next `horizon`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) train: usize,
    pub(crate) horizon: usize,
}

/// How many origins there are by default.
const FOLDS: usize = 5;

/// The origins in a series of `steps` steps, the latest first: each a period before the
/// other, as long as `initial` steps remain to learn from. Those from which no forecast
/// `can_be_scored`, as within a gap of the series, are passed over.
pub(crate) fn origins(
    steps: usize,
    horizon: usize,
    asked: &RollingOrigin,
    can_be_scored: impl Fn(&Origin) -> bool,
) -> Vec<Origin> {
    let horizon = asked.horizon.unwrap_or(horizon).min(steps / 3).max(1);
    let initial = asked.initial.unwrap_or(steps / 2).max(2);
    let period = asked.period.unwrap_or(horizon.div_ceil(2)).max(1);
    let latest = steps.saturating_sub(horizon);
    (0..)
        .map_while(|origin: usize| latest.checked_sub(origin.checked_mul(period)?))
        .take_while(|train| *train >= initial)
        .map(|train| Origin { train, horizon })
        .filter(can_be_scored)
        .take(asked.folds.unwrap_or(FOLDS))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trains(steps: usize, horizon: usize, asked: &RollingOrigin) -> Vec<usize> {
        origins(steps, horizon, asked, |_| true).iter().map(|origin| origin.train).collect()
    }

    #[test]
    fn origins_lie_a_period_apart_and_leave_a_past() {
        let asked = RollingOrigin::default();
        assert_eq!(trains(500, 100, &asked), [400, 350, 300, 250]);
        assert_eq!(trains(30, 100, &asked), [20, 15]);
        let book = RollingOrigin {
            initial: Some(730),
            period: Some(180),
            horizon: Some(365),
            folds: Some(9),
        };
        // Prophet's diagnostics on five years of days, the latest origin first.
        assert_eq!(trains(1826, 7, &book), [1461, 1281, 1101, 921, 741]);
        assert!(trains(4, 1, &RollingOrigin { initial: Some(9), ..asked }).is_empty());
        let beside_a_gap = origins(500, 100, &asked, |origin| !(290..=350).contains(&origin.train));
        assert_eq!(beside_a_gap.iter().map(|it| it.train).collect::<Vec<_>>(), [400, 250]);
    }
}
