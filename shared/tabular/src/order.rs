//! Statistics of numbers. `NaN` is to be left out before.

/// The median, of an even number of values the mean of the middle two; `None` without a value.
/// The values are reordered.
pub fn median(values: &mut [f64]) -> Option<f64> {
    let half = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = below.iter().copied().max_by(f64::total_cmp).filter(|_| even);
    Some(lower.map_or(upper, |lower| f64::midpoint(lower, upper)))
}

/// The quantile at `share`, by linear interpolation between sorted values, as numpy's
/// default; `NaN` without a value.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let (below, between) = (place.floor(), place.fract());
    let lower = sorted.get(below as usize).copied().unwrap_or(f64::NAN);
    let upper = sorted.get(below as usize + 1).copied().unwrap_or(lower);
    // As numpy interpolates, so that equal neighbours give just that value.
    let step = upper - lower;
    if between >= 0.5 { upper - step * (1.0 - between) } else { lower + step * between }
}

/// The most frequent of sorted values, the smallest of equally frequent ones.
pub(crate) fn most_frequent(sorted: &[f64]) -> Option<f64> {
    let runs = sorted.chunk_by(|a, b| a == b);
    let longest = runs.rev().max_by_key(|run| run.len())?;
    longest.first().copied()
}

/// Mean and population variance.
pub(crate) fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (count, sum) = values.clone().fold((0.0, 0.0), |(n, sum), value| (n + 1.0, sum + value));
    let mean = sum / count;
    (mean, values.map(|value| (value - mean).powi(2)).sum::<f64>() / count)
}

/// The moment coefficient of skewness; 0 where all values are equal.
pub(crate) fn skewness(values: &[f64]) -> f64 {
    let (mean, variance) = moments(values.iter().copied());
    let third = values.iter().map(|value| (value - mean).powi(3)).sum::<f64>();
    let skewness = third / values.len() as f64 / variance.powf(1.5);
    if variance > 0.0 && skewness.is_finite() { skewness } else { 0.0 }
}
