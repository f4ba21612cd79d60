//! Lengths of rows, by which distances are bounded from below.

/// At most this share of |a|² + |b|² is lost to rounding.
pub(super) fn slack(columns: usize) -> f32 {
    (columns + 16) as f32 * f32::EPSILON
}

/// The squared lengths of `N` rows, column by column, less what may be lost to rounding.
/// One that is too great is −∞, so that its row is looked at.
pub(super) fn squared_lengths<const N: usize>(columns: &[[f32; N]]) -> [f32; N] {
    let mut lengths = [0.0; N];
    for values in columns {
        for (length, &value) in lengths.iter_mut().zip(values) {
            *length += f64::from(value) * f64::from(value);
        }
    }
    let kept = 1.0 - f64::from(slack(columns.len()));
    lengths.map(|length| match (length * kept) as f32 {
        f32::INFINITY => f32::NEG_INFINITY,
        length => length,
    })
}
