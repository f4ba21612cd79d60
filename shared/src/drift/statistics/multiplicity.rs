//! Correction for testing many hypotheses at once.

/// Benjamini and Hochberg's adjusted p-values, in the order of `p_values`:
/// rejecting those at most α keeps the expected share of false rejections at α.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let count = p_values.len() as f64;
    let mut ranked: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (from_the_top, (index, p_value)) in ranked.into_iter().enumerate() {
        least = least.min(p_value * count / (count - from_the_top as f64));
        if let Some(slot) = adjusted.get_mut(index) {
            *slot = least;
        }
    }
    adjusted
}
