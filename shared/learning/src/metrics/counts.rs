//! Metrics of labels, all of which follow from three sums a class.

use super::Metric;

/// Of each class: the weight of its rows, of rows taken for it, and of those rightly.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counts(Vec<Class>);

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Class {
    pub(super) actual: f64,
    pub(super) taken: f64,
    pub(super) right: f64,
}

/// A quotient that is 0 where there is nothing to divide by, as scikit-learn's
/// `zero_division`.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

impl Class {
    pub(super) fn precision(&self) -> f64 {
        share(self.right, self.taken)
    }

    pub(super) fn recall(&self) -> f64 {
        share(self.right, self.actual)
    }

    pub(super) fn f1(&self) -> f64 {
        share(2.0 * self.right, self.actual + self.taken)
    }

    /// The value where the class occurs, else `NaN`.
    fn of_positive(&self, value: fn(&Self) -> f64) -> f64 {
        if self.actual > 0.0 { value(self) } else { f64::NAN }
    }
}

impl Counts {
    pub(super) fn new(
        classes: usize,
        labels: &[usize],
        predicted: &[usize],
        weights: &[f64],
    ) -> Self {
        let mut counts = vec![Class::default(); classes];
        for ((&label, &predicted), &weight) in labels.iter().zip(predicted).zip(weights) {
            if let Some(class) = counts.get_mut(label) {
                class.actual += weight;
                class.right += if label == predicted { weight } else { 0.0 };
            }
            if let Some(class) = counts.get_mut(predicted) {
                class.taken += weight;
            }
        }
        Self(counts)
    }

    /// The counts of two classes, when `right` of the positive rows, of weight
    /// `positive`, and `wrong` of the negative ones are taken for positive.
    pub(super) fn binary(negative: f64, positive: f64, wrong: f64, right: f64) -> Self {
        let (missed, spared) = (positive - right, negative - wrong);
        Self(vec![
            Class { actual: negative, taken: spared + missed, right: spared },
            Class { actual: positive, taken: wrong + right, right },
        ])
    }

    pub(super) fn classes(&self) -> &[Class] {
        &self.0
    }

    /// The value of a metric of labels; `NaN` when the rows do not define it.
    pub(super) fn score(&self, metric: Metric) -> f64 {
        match metric {
            Metric::Accuracy => self.sum(|class| class.right) / self.sum(|class| class.actual),
            Metric::BalancedAccuracy => {
                let occurring = self.0.iter().filter(|class| class.actual > 0.0);
                mean(occurring.map(Class::recall))
            }
            Metric::MatthewsCorrcoef => self.matthews_corrcoef(),
            Metric::F1 => self.of_positive(Class::f1),
            Metric::Precision => self.of_positive(Class::precision),
            Metric::Recall => self.of_positive(Class::recall),
            Metric::F1Macro => self.average(Class::f1),
            Metric::PrecisionMacro => self.average(Class::precision),
            Metric::RecallMacro => self.average(Class::recall),
            Metric::F1Weighted => self.by_rows(Class::f1),
            Metric::PrecisionWeighted => self.by_rows(Class::precision),
            Metric::RecallWeighted => self.by_rows(Class::recall),
            _ => f64::NAN,
        }
    }

    fn sum(&self, of: impl Fn(&Class) -> f64) -> f64 {
        self.0.iter().map(of).sum()
    }

    fn of_positive(&self, value: fn(&Class) -> f64) -> f64 {
        match self.0.as_slice() {
            [_, positive] => positive.of_positive(value),
            _ => f64::NAN,
        }
    }

    /// The mean over the classes that occur, in truth or answers.
    fn average(&self, value: fn(&Class) -> f64) -> f64 {
        mean(self.0.iter().filter(|class| class.actual + class.taken > 0.0).map(value))
    }

    fn by_rows(&self, value: fn(&Class) -> f64) -> f64 {
        self.sum(|class| class.actual * value(class)) / self.sum(|class| class.actual)
    }

    /// Gorodkin, *Comparing two K-category assignments by a K-category correlation
    /// coefficient*, 2004. Answers of one class only correlate with nothing: 0.
    fn matthews_corrcoef(&self) -> f64 {
        let total = self.sum(|class| class.actual);
        let of_truth = total * total - self.sum(|class| class.actual * class.actual);
        let of_answers = total * total - self.sum(|class| class.taken * class.taken);
        if of_truth <= 0.0 {
            return f64::NAN;
        }
        let both =
            self.sum(|class| class.right) * total - self.sum(|class| class.taken * class.actual);
        share(both, (of_truth * of_answers).sqrt())
    }
}

pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
