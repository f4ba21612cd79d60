//! Metrics of predicted classes and their probabilities.

/// True labels with predicted probabilities, sorted where a metric needs it.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    labels: Vec<usize>,
    predicted: Vec<usize>,
    /// The probability of each row's true class.
    certainty: Vec<f64>,
    /// For each ranked class, the rows by rising score with that score.
    ranked: Vec<(usize, Vec<(f64, usize)>)>,
    classes: usize,
}

impl Scored {
    pub(super) fn new(labels: Vec<usize>, classes: usize, probabilities: Vec<f64>) -> Self {
        let rows = || probabilities.chunks(classes.max(1));
        let predicted = rows()
            .map(|row| {
                row.iter()
                    .enumerate()
                    .fold((0, f64::NEG_INFINITY), |best, (index, &value)| {
                        if value > best.1 { (index, value) } else { best }
                    })
                    .0
            })
            .collect();
        let certainty = rows()
            .zip(&labels)
            .map(|(row, &label)| row.get(label).copied().unwrap_or_default())
            .collect();
        // Of two classes the second is the positive one; of more, each in turn.
        let positives = if classes == 2 { 1..2 } else { 0..classes };
        let ranked = positives
            .map(|class| {
                let mut order: Vec<(f64, usize)> = rows()
                    .map(|row| row.get(class).copied().unwrap_or_default())
                    .zip(0..)
                    .collect();
                order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
                (class, order)
            })
            .collect();
        Self { labels, predicted, certainty, ranked, classes }
    }

    pub(super) fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Of each class: weight of its rows, of rows taken for it, and of those rightly.
    fn counts(&self, weights: &[f64]) -> Vec<[f64; 3]> {
        let mut counts = vec![[0.0; 3]; self.classes];
        for ((&label, &predicted), &weight) in self.labels.iter().zip(&self.predicted).zip(weights)
        {
            if let Some([actual, _, right]) = counts.get_mut(label) {
                *actual += weight;
                *right += if label == predicted { weight } else { 0.0 };
            }
            if let Some([_, taken, _]) = counts.get_mut(predicted) {
                *taken += weight;
            }
        }
        counts
    }

    pub(super) fn accuracy(&self, weights: &[f64]) -> f64 {
        let counts = self.counts(weights);
        let sum = |pick: fn(&[f64; 3]) -> f64| counts.iter().map(pick).sum::<f64>();
        sum(|[_, _, right]| *right) / sum(|[actual, _, _]| *actual)
    }

    pub(super) fn balanced_accuracy(&self, weights: &[f64]) -> f64 {
        let counts = self.counts(weights);
        mean(
            counts
                .iter()
                .filter(|[actual, _, _]| *actual > 0.0)
                .map(|[actual, _, right]| right / actual),
        )
    }

    pub(super) fn f1_macro(&self, weights: &[f64]) -> f64 {
        let counts = self.counts(weights);
        mean(
            counts
                .iter()
                .filter(|[actual, taken, _]| actual + taken > 0.0)
                .map(|[actual, taken, right]| 2.0 * right / (actual + taken)),
        )
    }

    pub(super) fn log_loss(&self, weights: &[f64]) -> f64 {
        let total: f64 = weights.iter().sum();
        let loss: f64 = self
            .certainty
            .iter()
            .zip(weights)
            .map(|(certainty, weight)| {
                -weight * certainty.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
            })
            .sum();
        loss / total
    }

    pub(super) fn roc_auc(&self, weights: &[f64]) -> f64 {
        mean(self.ranked.iter().map(|(class, order)| self.auc_of(*class, order, weights)))
    }

    /// The chance that a row of the class ranks above one of the others (ties count
    /// half), by one pass over the rows in rising order of the score.
    fn auc_of(&self, class: usize, order: &[(f64, usize)], weights: &[f64]) -> f64 {
        let (mut below, mut positives, mut won) = (0.0, 0.0, 0.0);
        for tied in order.chunk_by(|a, b| a.0 == b.0) {
            let (mut positive, mut negative) = (0.0, 0.0);
            for &(_, row) in tied {
                let weight = weights.get(row).copied().unwrap_or_default();
                if self.labels.get(row) == Some(&class) {
                    positive += weight;
                } else {
                    negative += weight;
                }
            }
            won += positive * (below + negative / 2.0);
            below += negative;
            positives += positive;
        }
        won / (positives * below)
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}
