//! Features in bins: one byte a value, column by column.

use rayon::prelude::*;

use model_factory_tabular::features::Matrix;

/// The bin of missing values; the others count from 0.
pub(super) const MISSING: u8 = u8::MAX;

/// The most bins of a feature, beside that of missing values.
const MAX_BINS: usize = 255;

/// Cuts are taken from at most so many values of a feature.
const SAMPLED: usize = 200_000;

/// One feature of every row, in bins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BinnedColumn {
    /// The bin of each row.
    pub(super) bins: Vec<u8>,
    /// What the bins are.
    pub(super) kind: BinKind,
}

/// What the bins of a feature are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum BinKind {
    /// Ranges of numbers: bin `i` holds the values from cut `i − 1` to below cut `i`.
    Ranges {
        /// Ascending; one fewer than there are bins.
        cuts: Vec<f32>,
        /// The least and the greatest value.
        bounds: (f32, f32),
    },
    /// Categories: a bin is a code.
    Codes,
}

/// The columns of a matrix in bins; `categorical` tells which hold codes.
pub(super) fn bin(features: &Matrix<f32>, categorical: &[bool]) -> Vec<BinnedColumn> {
    (0..features.columns())
        .into_par_iter()
        .map(|column| {
            let values = || {
                features.iter_rows().map(move |row| row.get(column).copied().unwrap_or(f32::NAN))
            };
            let codes = categorical.get(column).copied().unwrap_or(false)
                && values().all(|value| value.is_nan() || value < MAX_BINS as f32);
            let bin_of = |value: f32| value as u8;
            match codes {
                true => BinnedColumn {
                    bins: values()
                        .map(|code| if code.is_nan() { MISSING } else { bin_of(code) })
                        .collect(),
                    kind: BinKind::Codes,
                },
                false => ranges(&values),
            }
        })
        .collect()
}

fn ranges<V: Iterator<Item = f32>>(values: &impl Fn() -> V) -> BinnedColumn {
    let present = || values().filter(|value| !value.is_nan());
    let count = present().count();
    let stride = count.div_ceil(SAMPLED).max(1);
    let mut sample: Vec<f32> = present().step_by(stride).collect();
    sample.sort_unstable_by(f32::total_cmp);
    let cuts = cuts(&sample);
    let bounds = present().fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), value| {
        (least.min(value), most.max(value))
    });
    let bins = values()
        .map(|value| match value.is_nan() {
            true => MISSING,
            false => cuts.partition_point(|&cut| cut <= value) as u8,
        })
        .collect();
    BinnedColumn { bins, kind: BinKind::Ranges { cuts, bounds } }
}

/// Cuts between the distinct values where those are few, else at their quantiles;
/// each lies above the value before it, and not above the one behind.
fn cuts(sorted: &[f32]) -> Vec<f32> {
    let mut distinct = sorted.to_vec();
    distinct.dedup();
    let between = |pair: &[f32]| match pair {
        [below, above] => {
            let middle = below + (above - below) / 2.0;
            Some(if middle > *below && middle <= *above { middle } else { *above })
        }
        _ => None,
    };
    if distinct.len() <= MAX_BINS {
        return distinct.windows(2).filter_map(between).collect();
    }
    let mut cuts: Vec<f32> = (1..MAX_BINS)
        .filter_map(|quantile| {
            let place = quantile * sorted.len() / MAX_BINS;
            let above = *sorted.get(place)?;
            // The gap below the quantile's value, wherever its equals begin.
            let begin = sorted.partition_point(|&value| value < above);
            between(sorted.get(begin.checked_sub(1)?..=begin)?)
        })
        .collect();
    cuts.dedup();
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_lie_between_neighbours() {
        let next = 1.0_f32.next_up();
        assert_eq!(cuts(&[0.0, 0.0, 1.0, next, 4.0]), [0.5, next, 2.5]);
        let many: Vec<f32> = (0..10_000_u16).map(f32::from).collect();
        let cuts = cuts(&many);
        assert_eq!(cuts.len(), MAX_BINS - 1);
        assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_value_falls_into_the_bin_whose_cuts_enclose_it() {
        let values = || [2.0, f32::NAN, 1.0, 3.0, 2.0].into_iter();
        let column = ranges(&values);
        assert_eq!(column.bins, [1, MISSING, 0, 2, 1]);
        assert_eq!(column.kind, BinKind::Ranges { cuts: vec![1.5, 2.5], bounds: (1.0, 3.0) });
    }
}
