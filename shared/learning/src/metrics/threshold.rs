//! The decision threshold between two classes.

use super::counts::Counts;
use super::ranking::Ranking;
use super::{Evaluation, Kind, Metric};

impl Evaluation {
    /// The probability from which the second of two classes should be answered for the
    /// best value of a metric of labels: half-way between the two scores that it
    /// divides, and of equally good ones the nearest to 0.5. `None` for other metrics
    /// and tasks, and when no threshold defines the metric.
    #[must_use]
    pub fn best_threshold(&self, metric: Metric) -> Option<f64> {
        let Kind::Classes(scored) = &self.0 else { return None };
        if scored.classes != 2 || !metric.is_of_labels() {
            return None;
        }
        let weights = vec![1.0; scored.rows()];
        let [ranking] = scored.rankings() else { return None };
        let mut scores: Vec<f64> =
            scored.probabilities.iter().skip(1).step_by(2).copied().collect();
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        scores.dedup();
        best(ranking, &weights, &scores, metric)
    }
}

fn best(ranking: &Ranking, weights: &[f64], scores: &[f64], metric: Metric) -> Option<f64> {
    let above = ranking.cumulative(weights);
    let &(negative, positive) = above.last()?;
    // Between two neighbouring scores: all from the higher one on are positive.
    let uppers = std::iter::once(1.0).chain(scores.iter().copied());
    let lowers = scores.iter().copied().chain([0.0]);
    let candidates =
        uppers.zip(lowers).zip(above).filter_map(|((upper, lower), (wrong, right))| {
            let threshold = f64::midpoint(upper, lower);
            let score = Counts::binary(negative, positive, wrong, right).score(metric);
            (score.is_finite() && threshold > lower && threshold <= upper)
                .then_some((threshold, score))
        });
    candidates
        .reduce(|best, next| {
            let gain = metric.improvement(next.1, best.1);
            let nearer = (next.0 - 0.5).abs() < (best.0 - 0.5).abs();
            if gain > 1e-12 || (gain > -1e-12 && nearer) { next } else { best }
        })
        .map(|(threshold, _)| threshold)
}
