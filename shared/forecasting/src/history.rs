//! What one series looks like until some step.

use super::gaps::filled;
use super::panel::Series;

/// What one series looks like until some step, as a learner meets it.
#[derive(Debug, Clone)]
pub(crate) struct History<'a> {
    /// The first step.
    pub(crate) start: i64,
    /// The values, one a step; `NaN` where there is none.
    pub(crate) values: &'a [f64],
    /// The same without gaps: see [`filled`].
    pub(crate) filled: Vec<f64>,
    /// The regressors, each with a value for every one of these steps, and maybe for later
    /// ones.
    pub(crate) regressors: &'a [Vec<f64>],
}

impl<'a> History<'a> {
    /// The first `steps` steps of a series.
    pub(crate) fn of(series: &'a Series, steps: usize) -> Self {
        let values = series.values.get(..steps).unwrap_or(&series.values);
        Self { start: series.start, values, filled: filled(values), regressors: &series.regressors }
    }

    /// The number of steps.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

/// The in-sample mean absolute error of the seasonal naive forecast one season ahead, over
/// observed pairs, by which MASE scales errors (Hyndman and Koehler, 2006). Of a series
/// that never changes, its mean absolute value, and 1 where that is 0.
pub(crate) fn naive_error(values: &[f64], season: usize) -> f64 {
    let season = if values.len() > season { season.max(1) } else { 1 };
    let pairs = values.iter().zip(values.iter().skip(season));
    let mean = mean(pairs.map(|(before, after)| (after - before).abs()));
    let size = || self::mean(values.iter().map(|value| value.abs()));
    let usable = |value: &f64| value.is_finite() && *value > 0.0;
    mean.filter(usable).or_else(|| size().filter(usable)).unwrap_or(1.0)
}

/// The mean of what is not `NaN`.
pub(crate) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let present = values.filter(|value| !value.is_nan());
    let (sum, count) = present.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mase_scales_by_the_naive_error_within_the_sample() {
        assert_eq!(naive_error(&[1.0, 3.0, 2.0, 5.0], 1), 2.0);
        assert_eq!(naive_error(&[1.0, 3.0, 2.0, 5.0], 2), 1.5);
        assert_eq!(naive_error(&[1.0, f64::NAN, 2.0, 5.0], 1), 3.0);
        assert_eq!(naive_error(&[4.0, 4.0], 1), 4.0);
        assert_eq!(naive_error(&[0.0], 1), 1.0);
    }
}
