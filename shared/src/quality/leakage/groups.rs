//! The rows of a sample in the order of one column's values.

use crate::dataset::{MISSING, Values};

/// The rows of a sample, grouped by equal values of a column. Missing values are one
/// group.
pub(super) struct Groups {
    /// Positions in the sample, by value; missing values come last.
    rows: Vec<u32>,
    /// Where each group ends in `rows`.
    ends: Vec<usize>,
    /// The value of each group, for numbers; `NaN` where it is missing.
    keys: Vec<f64>,
    /// Whether neighbouring groups are near each other.
    pub(super) ordered: bool,
}

/// Rows with the same value.
pub(super) struct Group<'a> {
    /// Positions in the sample.
    pub(super) rows: &'a [u32],
    /// The value; `NaN` when it is missing.
    pub(super) key: f64,
}

impl Groups {
    /// The groups of the sampled `rows`.
    pub(super) fn of(values: &Values, rows: &[usize]) -> Self {
        let key = |row: usize| match values {
            Values::Number(values) => values.get(row).copied().unwrap_or(f64::NAN),
            Values::Category(categories) => match categories.codes.get(row) {
                None | Some(&MISSING) => f64::NAN,
                Some(&code) => f64::from(code),
            },
        };
        // One zero, and one `NaN`, which sorts last.
        let one = |key: f64| if key.is_nan() { f64::NAN } else { key + 0.0 };
        let mut sorted: Vec<(f64, u32)> =
            rows.iter().zip(0..).map(|(&row, position)| (one(key(row)), position)).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut ends, mut keys) = (Vec::new(), Vec::new());
        for group in sorted.chunk_by(|a, b| a.0.to_bits() == b.0.to_bits()) {
            ends.push(ends.last().copied().unwrap_or(0) + group.len());
            keys.extend(group.first().map(|(key, _)| *key));
        }
        Self {
            rows: sorted.into_iter().map(|(_, position)| position).collect(),
            ends,
            keys,
            ordered: matches!(values, Values::Number(_)),
        }
    }

    /// The groups in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Group<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).zip(&self.keys).map(|((start, &end), &key)| Group {
            rows: self.rows.get(start..end).unwrap_or_default(),
            key,
        })
    }
}
