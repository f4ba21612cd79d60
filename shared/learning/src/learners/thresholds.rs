//! From which score on a row is an anomaly.

/// The score above which the share `contamination` of the scores lies: scikit-learn's
/// `offset_` with the sign turned, by NumPy's `percentile` of the turned scores.
pub(super) fn upper(scores: &[f64], contamination: f64) -> f64 {
    let mut turned: Vec<f64> = scores.iter().map(|score| -score).collect();
    turned.sort_unstable_by(f64::total_cmp);
    let place = contamination * turned.len().saturating_sub(1) as f64;
    let at = |place: f64| turned.get(place as usize).copied().unwrap_or_default();
    let (low, high) = (at(place.floor()), at(place.ceil()));
    let share = place.fract();
    // NumPy's interpolation, from the nearer end.
    let percentile = match share < 0.5 {
        true => low + (high - low) * share,
        false => high - (high - low) * (1.0 - share),
    };
    -percentile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_scores_above_is_the_contamination() {
        let scores: Vec<f64> = (0..255).map(f64::from).collect();
        let threshold = upper(&scores, 0.15);
        assert_eq!(scores.iter().filter(|score| **score > threshold).count(), 39);
        // numpy.percentile([-4, -3, -2, -1], 40) is -2.8.
        assert!((upper(&[1.0, 2.0, 3.0, 4.0], 0.4) - 2.8).abs() < 1e-12);
        assert_eq!(upper(&[7.0], 0.5), 7.0);
    }
}
