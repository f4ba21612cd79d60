//! Gaps within series.

/// The values with a straight line over each gap, and the nearest value before the first
/// and after the last one; zeros where there is no value at all.
pub(crate) fn filled(values: &[f64]) -> Vec<f64> {
    let mut filled = Vec::with_capacity(values.len());
    let mut last: Option<f64> = None;
    let mut gap = 0;
    for &value in values {
        if value.is_nan() {
            gap += 1;
            continue;
        }
        for position in 1..=gap {
            let share = position as f64 / (gap + 1) as f64;
            filled.push(last.map_or(value, |last| last + share * (value - last)));
        }
        gap = 0;
        filled.push(value);
        last = Some(value);
    }
    filled.resize(values.len(), last.unwrap_or(0.0));
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_bridged_by_straight_lines() {
        let nan = f64::NAN;
        assert_eq!(filled(&[nan, 1.0, nan, nan, 4.0, nan]), [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
        assert_eq!(filled(&[nan]), [0.0]);
    }
}
