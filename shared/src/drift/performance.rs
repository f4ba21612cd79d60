//! How well the model does now, next to how well it did on rows that it had not seen.

use std::collections::BTreeMap;

use super::outcomes::Outcomes;
use super::report::{MetricReport, PerformanceReport, Severity};
use super::timeline::Chunk;
use crate::metrics::{Evaluation, Interval, Metric};
use crate::profile::{Baseline, Observation, Performance};
use crate::spec::Thresholds;

/// Bounds lie so many standard deviations off, as NannyML's do.
const DEVIATIONS: f64 = 3.0;

/// What did not happen in `n` rows may still happen in `3 / n` of all (the rule of
/// three): a perfect holdout does not promise perfection.
const RARE: f64 = 3.0;

/// Compares the metrics of the window with those of the holdout; `None` when nothing is
/// known about either.
pub(super) fn compare(
    reference: &Performance,
    observed: &Observation,
    chunks: &[Chunk],
    outcomes: Option<&Outcomes>,
    thresholds: &Thresholds,
) -> Option<PerformanceReport> {
    let judge = Judge { reference, thresholds };
    let labels = outcomes.map_or(0, |outcomes| outcomes.rows() as u64);
    let realised = outcomes.filter(|_| labels >= thresholds.min_rows);
    let realised = realised.map(|outcomes| judge.realised(outcomes, chunks)).unwrap_or_default();
    let answers = observed.expected.as_ref().map_or(0, |expected| expected.rows());
    let estimated = match answers >= thresholds.min_rows {
        true => judge.estimated(observed, chunks),
        false => Vec::new(),
    };
    let severity = realised
        .iter()
        .chain(&estimated)
        .map(|metric| metric.severity)
        .max()
        .unwrap_or(Severity::None);
    let report = PerformanceReport {
        metric: reference.metric,
        labels,
        answers,
        realised,
        estimated,
        severity,
    };
    (!report.realised.is_empty() || !report.estimated.is_empty()).then_some(report)
}

struct Judge<'a> {
    reference: &'a Performance,
    thresholds: &'a Thresholds,
}

impl Judge<'_> {
    fn realised(&self, outcomes: &Outcomes, chunks: &[Chunk]) -> Vec<MetricReport> {
        let Ok(evaluation) = Evaluation::new(&outcomes.truth, &outcomes.predictions) else {
            return Vec::new();
        };
        let parts: Vec<Option<BTreeMap<Metric, f64>>> = chunks
            .iter()
            .map(|chunk| {
                let (truth, answers) = outcomes.of_times(|time| chunk.window.contains(time));
                let enough = truth.rows() as u64 >= self.thresholds.min_rows;
                let part = enough.then(|| Evaluation::new(&truth, &answers).ok()).flatten()?;
                Some(part.all())
            })
            .collect();
        let values = evaluation.all();
        self.reference
            .realised
            .iter()
            .filter_map(|(&metric, baseline)| {
                let of_part = |part: &Option<BTreeMap<Metric, f64>>| {
                    part.as_ref()?.get(&metric).copied().filter(|value| value.is_finite())
                };
                let value = values.get(&metric).copied().filter(|value| value.is_finite())?;
                let chunks = parts.iter().map(of_part).collect();
                Some(self.report(metric, baseline, value, outcomes.rows() as u64, chunks))
            })
            .collect()
    }

    fn estimated(&self, observed: &Observation, chunks: &[Chunk]) -> Vec<MetricReport> {
        let Some(expected) = &observed.expected else { return Vec::new() };
        self.reference
            .estimated
            .iter()
            .filter_map(|(&metric, baseline)| {
                let value = expected.score(metric)?;
                let of_chunk = |chunk: &Chunk| {
                    let part = chunk.observed.expected.as_ref()?;
                    (part.rows() >= self.thresholds.min_rows).then(|| part.score(metric)).flatten()
                };
                let chunks = chunks.iter().map(of_chunk).collect();
                Some(self.report(metric, baseline, value, expected.rows(), chunks))
            })
            .collect()
    }

    /// A metric is worse when it lies beyond the threshold, which is as far off as the
    /// holdout's and the window's rows together explain, and by more than the share that
    /// counts.
    fn report(
        &self,
        metric: Metric,
        baseline: &Baseline,
        value: f64,
        rows: u64,
        chunks: Vec<Option<f64>>,
    ) -> MetricReport {
        let (old, new) = (self.reference.rows.max(1) as f64, rows.max(1) as f64);
        let per_row = 1.0 / old + 1.0 / new;
        let reach = DEVIATIONS * baseline.deviation * per_row.sqrt()
            + RARE * baseline.value.abs() * per_row;
        let own = DEVIATIONS * baseline.deviation / new.sqrt();
        let threshold = match metric.higher_is_better() {
            true => baseline.value - reach,
            false => baseline.value + reach,
        };
        let worse = metric.improvement(baseline.value, value);
        let loss = worse / baseline.value.abs().max(f64::MIN_POSITIVE);
        let loss = loss.clamp(f64::MIN, f64::MAX);
        let floor = self.thresholds.performance;
        let severity = if worse <= reach || loss < floor / 2.0 {
            Severity::None
        } else if loss >= floor && metric == self.reference.metric {
            Severity::Drift
        } else {
            Severity::Warning
        };
        MetricReport {
            metric,
            reference: baseline.value,
            value,
            band: Interval { low: value - own, high: value + own },
            threshold,
            loss,
            severity,
            chunks,
        }
    }
}
