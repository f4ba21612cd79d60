//! A report in the few numbers that history keeps of it.

use super::report::{ColumnReport, MetricReport, Report, Severity, Verdict};
use crate::dataset::Defect;
use crate::page::number;
use crate::registry::{ColumnTrend, ScoreTrend};

/// Of how many columns history is kept: those at the head of the report.
const KEPT: usize = 300;

/// The largest strength that is kept.
const MOST: f64 = 1e6;

impl Report {
    /// How far each column has moved, in the report's order.
    #[must_use]
    pub fn trends(&self) -> Vec<ColumnTrend> {
        let kept = self.columns.iter().take(KEPT);
        kept.map(|column| ColumnTrend {
            name: column.name.clone(),
            strength: thousandths(column.strength(self.thresholds.alpha).min(MOST)),
            missing_rate: thousandths(column.missing_rate.current),
        })
        .collect()
    }

    /// Makes drift of some columns a warning, and of a window in which nothing else has
    /// drifted a stable one. Where such a column has drifted, whole rows and estimates
    /// that see it with others are warnings, too: what they show may be its drift.
    pub fn quieten(&mut self, quiet: &[String]) {
        if self.drifted().any(|column| quiet.contains(&column.name)) {
            for signal in self.joint.iter_mut().flat_map(|joint| &mut joint.signals) {
                signal.severity = signal.severity.min(Severity::Warning);
            }
            if let Some(performance) = &mut self.performance {
                for metric in &mut performance.estimated {
                    metric.severity = metric.severity.min(Severity::Warning);
                }
                let metrics = performance.realised.iter().chain(&performance.estimated);
                let severest = metrics.map(|metric| metric.severity).max();
                performance.severity = severest.unwrap_or(Severity::None);
            }
        }
        for column in self.columns.iter_mut().filter(|column| quiet.contains(&column.name)) {
            column.severity = column.severity.min(Severity::Warning);
            for signal in &mut column.signals {
                signal.severity = signal.severity.min(Severity::Warning);
            }
        }
        self.columns.sort_by_key(|column| std::cmp::Reverse(column.severity));
        if self.verdict == Verdict::Drift && self.severity() < Severity::Drift {
            self.verdict = Verdict::Stable;
        }
    }
}

impl Report {
    /// How well the model does, by the metric that decides.
    #[must_use]
    pub fn score(&self) -> Option<ScoreTrend> {
        let performance = self.performance.as_ref()?;
        let of = |metrics: &[MetricReport]| {
            metrics.iter().find(|found| found.metric == performance.metric).cloned()
        };
        let (realised, estimated) = (of(&performance.realised), of(&performance.estimated));
        let any = estimated.as_ref().or(realised.as_ref())?;
        Some(ScoreTrend {
            metric: any.metric,
            reference: any.reference,
            low: any.band.low,
            high: any.band.high,
            realised: realised.as_ref().map(|found| found.value),
            estimated: estimated.as_ref().map(|found| found.value),
        })
    }
}

impl ColumnReport {
    /// The drift of the column as a broken constraint.
    #[must_use]
    pub fn defect(&self) -> Defect {
        let size = self.strongest().map_or(0.0, |signal| signal.effect.strength());
        let message = format!(
            "the distribution of column `{}` differs from that of the training data by {} times \
             the difference that counts",
            self.name,
            number(size)
        );
        Defect::new("drift", message).in_column(&self.name)
    }

    /// The largest significant effect as a multiple of its floor; 0 without one.
    #[must_use]
    pub fn strength(&self, alpha: f64) -> f64 {
        let significant =
            self.signals.iter().filter(|signal| signal.test.adjusted_p_value <= alpha);
        significant.map(|signal| signal.effect.strength()).fold(0.0, f64::max)
    }
}

fn thousandths(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
