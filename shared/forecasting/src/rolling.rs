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
/// other, as long as `initial` steps remain to learn from.
pub(crate) fn origins(steps: usize, horizon: usize, asked: &RollingOrigin) -> Vec<Origin> {
    let horizon = asked.horizon.unwrap_or(horizon).min(steps / 3).max(1);
    let initial = asked.initial.unwrap_or(steps / 2).max(2);
    let period = asked.period.unwrap_or(horizon.div_ceil(2)).max(1);
    let latest = steps.saturating_sub(horizon);
    (0..asked.folds.unwrap_or(FOLDS))
        .map_while(|fold| latest.checked_sub(fold * period))
        .filter(|train| *train >= initial)
        .map(|train| Origin { train, horizon })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trains(steps: usize, horizon: usize, asked: &RollingOrigin) -> Vec<usize> {
        origins(steps, horizon, asked).iter().map(|origin| origin.train).collect()
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
        assert!(origins(4, 1, &RollingOrigin { initial: Some(9), ..asked }).is_empty());
    }
}
