//! What a set of rows adds up to.

use super::response::Sample;

/// The weight of rows, and their weighted sum of each output; `N` is one more than
/// the outputs, or above.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sums<const N: usize>([f64; N]);

impl<const N: usize> Sums<N> {
    pub(super) const ZERO: Self = Self([0.0; N]);

    pub(super) fn of(samples: &[Sample]) -> Self {
        let mut sums = Self::ZERO;
        for sample in samples {
            sums.add(sample);
        }
        sums
    }

    #[inline(always)]
    pub(super) fn add(&mut self, sample: &Sample) {
        let weight = f64::from(sample.weight);
        if let Some(total) = self.0.first_mut() {
            *total += weight;
        }
        // One output is a number; of several, a row has one of the classes.
        if N == 2 {
            if let Some(sum) = self.0.get_mut(1) {
                *sum += weight * f64::from(sample.value);
            }
        } else if let Some(sum) = self.0.get_mut(1 + sample.value as usize) {
            *sum += weight;
        }
    }

    #[inline(always)]
    pub(super) fn plus(mut self, other: &Self) -> Self {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum += more;
        }
        self
    }

    #[inline(always)]
    pub(super) fn minus(mut self, other: &Self) -> Self {
        for (sum, less) in self.0.iter_mut().zip(&other.0) {
            *sum -= less;
        }
        self
    }

    /// The weight of the rows.
    #[inline(always)]
    pub(super) fn weight(&self) -> f64 {
        self.0.first().copied().unwrap_or(0.0)
    }

    /// The sum of each output.
    pub(super) fn outputs(&self) -> &[f64] {
        self.0.get(1..).unwrap_or_default()
    }

    /// Σ (sum of an output)² / weight: the greater over the parts of a node, the less
    /// impure they are.
    #[inline(always)]
    pub(super) fn purity(&self) -> f64 {
        let squares: f64 = self.0.iter().skip(1).map(|sum| sum * sum).sum();
        squares / self.weight()
    }
}
