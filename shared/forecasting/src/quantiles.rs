//! The quantiles that forecasts are asked for.

/// The least and the largest of the quantiles, with the median among them: between these two
/// lie a forecast's intervals.
#[must_use]
pub fn outermost(quantiles: &[f64]) -> (f64, f64) {
    quantiles
        .iter()
        .fold((0.5, 0.5), |(low, high), quantile| (quantile.min(low), quantile.max(high)))
}

/// A quantile's name as AWS Forecast has it: `p10`, `p97.5`.
#[must_use]
pub fn name(quantile: f64) -> String {
    format!("p{}", (quantile * 100_000.0).round() / 1_000.0)
}

/// The quantile of a name; `None` where it names none.
#[must_use]
pub fn of_name(name: &str) -> Option<f64> {
    let percentage: f64 = name.strip_prefix('p')?.parse().ok()?;
    // The nearest number to what the name says: 0.975, not 0.9750000000000001.
    let quantile = (percentage * 1_000.0).round() / 100_000.0;
    (quantile > 0.0 && quantile < 1.0).then_some(quantile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_lies_between_the_outermost_quantiles() {
        assert_eq!(outermost(&[0.5, 0.9, 0.025]), (0.025, 0.9));
        assert_eq!(outermost(&[0.9]), (0.5, 0.9));
        assert_eq!(outermost(&[]), (0.5, 0.5));
    }

    #[test]
    fn quantiles_are_named_by_their_percentage() {
        assert_eq!([0.1, 0.5, 0.975, 0.07].map(name), ["p10", "p50", "p97.5", "p7"]);
        for quantile in [0.1, 0.5, 0.975, 0.07, 0.001] {
            assert_eq!(of_name(&name(quantile)), Some(quantile));
        }
        assert_eq!(["p0", "p100", "q50", "p"].map(of_name), [None; 4]);
    }
}
