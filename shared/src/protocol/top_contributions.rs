//! The inputs that contribute most to each answer.

use crate::learners::{Contributions, Scale};

/// The inputs that contribute most to each row's answer, the greatest (by size, whatever
/// the sign) first. They explain the number, the probability of the second of two
/// classes, or that of the class that is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct TopContributions {
    inputs: Vec<String>,
    top: usize,
    scale: Scale,
    /// Row-major, `rows × top`: a place in `inputs`, and the SHAP value.
    ranked: Vec<(usize, f64)>,
    /// One a row.
    base: Vec<f64>,
}

impl TopContributions {
    /// The `top` (or all, if there are fewer) of the contributions to each row, whose
    /// answer is the class at the place in `classes`; empty for numbers.
    #[must_use]
    pub fn new(found: &Contributions, classes: &[usize], top: usize) -> Self {
        let width = found.columns.len();
        let top = top.min(width);
        let outputs = found.outputs.max(1);
        let rows = found.values.len() / (outputs * width).max(1);
        let mut ranked = Vec::with_capacity(rows * top);
        let mut base = Vec::with_capacity(rows);
        for row in 0..rows {
            // With one explained answer, it is the same whichever class is answered.
            let output = classes.get(row).copied().unwrap_or_default().min(outputs - 1);
            let first = (row * outputs + output) * width;
            let values = found.values.get(first..first + width).unwrap_or_default();
            let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
            order.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
            ranked.extend(order.into_iter().take(top));
            base.push(found.expected.get(output).copied().unwrap_or_default());
        }
        Self { inputs: found.columns.clone(), top, scale: found.scale, ranked, base }
    }

    /// Adds the rows of `next`, which come of the same model.
    pub fn append(&mut self, mut next: Self) {
        self.ranked.append(&mut next.ranked);
        self.base.append(&mut next.base);
    }

    /// How many inputs are told for each row.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top
    }

    /// What the values of a row and its base add up to, in the word of both protocols.
    pub(super) fn scale(&self) -> &'static str {
        match self.scale {
            Scale::Answer => "answer",
            Scale::Margin => "margin",
        }
    }

    /// For each row, the mean answer that its contributions are added to.
    #[must_use]
    pub fn base(&self) -> &[f64] {
        &self.base
    }

    /// Inputs and SHAP values, row by row, [`Self::top`] of each row.
    pub fn ranked(&self) -> impl Iterator<Item = (&str, f64)> {
        self.ranked.iter().map(|&(place, value)| (self.name(place), value))
    }

    /// Those of one row.
    pub(super) fn of_row(&self, row: usize) -> impl Iterator<Item = (&str, f64)> {
        let ranked = self.ranked.get(row * self.top..(row + 1) * self.top).unwrap_or_default();
        ranked.iter().map(|&(place, value)| (self.name(place), value))
    }

    fn name(&self, place: usize) -> &str {
        self.inputs.get(place).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_contributions_to_the_answered_class_are_told() {
        let found = Contributions {
            columns: vec!["a".into(), "b".into(), "c".into()],
            outputs: 2,
            values: vec![0.0, -3.0, 1.0, 5.0, 0.5, -6.0, 1.0, 1.0, 2.0, 9.0, 0.0, 0.0],
            expected: vec![0.25, 0.75],
            scale: Scale::Margin,
        };
        let mut told = TopContributions::new(&found, &[0, 1], 2);
        let ranked: Vec<_> = told.ranked().collect();
        assert_eq!(ranked, [("b", -3.0), ("c", 1.0), ("a", 9.0), ("b", 0.0)]);
        assert_eq!(told.base(), [0.25, 0.75]);
        told.append(TopContributions::new(&found, &[1, 0], 2));
        assert_eq!(told.of_row(2).collect::<Vec<_>>(), [("c", -6.0), ("a", 5.0)]);
        assert_eq!(told.of_row(3).collect::<Vec<_>>(), [("c", 2.0), ("a", 1.0)]);
        let all = TopContributions::new(&found, &[], 99);
        assert_eq!((all.top(), all.ranked().count(), all.base()), (3, 6, &[0.25, 0.25][..]));
    }
}
